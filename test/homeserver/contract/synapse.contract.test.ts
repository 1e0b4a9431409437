import { beforeAll, describe, expect, inject, test } from "vitest";
import { restartSynapse } from "../../support/restart-synapse.js";
import { startSynapse } from "../../support/synapse.js";
import { register } from "./account.js";
import { expectations } from "./expectations.js";
import { measure } from "./probes.js";
import type { ContractRow } from "./row.js";
import { testsOfRow } from "./row-tests.js";

describe("real servers", () => {
  for (const version of ["1.163.2", "1.152.1"] as const) {
    let row: ContractRow;
    beforeAll(async () => {
      const url = inject("synapse").urls[version];
      row = await measure({ url, restart: () => restartSynapse(version) });
    });
    testsOfRow(`Synapse ${version}`, expectations[`Synapse ${version}`], () => row);
  }
});

test("the probes obey a server's rate limit", async () => {
  const synapse = await startSynapse({ version: "1.163.2", rateLimits: "low" });
  try {
    const started = Date.now();
    const accounts = [];
    for (let count = 0; count < 4; count++) accounts.push(await register(synapse));
    expect(new Set(accounts.map((account) => account.userId)).size).toBe(4);
    // Two at once, then one every two seconds.
    expect(Date.now() - started).toBeGreaterThan(2_000);
  } finally {
    await synapse.stop();
  }
});
