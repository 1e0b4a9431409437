import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Synapse, startSynapse } from "../../support/synapse.js";
import { register } from "./account.js";
import { expectations } from "./expectations.js";
import { measure } from "./probes.js";
import type { ContractRow } from "./row.js";
import { testsOfRow } from "./row-tests.js";

describe("real servers", () => {
  for (const version of ["1.163.2", "1.152.1"] as const) {
    describe(`Synapse ${version}`, () => {
      let row: ContractRow;
      let synapse: Synapse | undefined;
      beforeAll(async () => {
        // Not the one that all test files share: this one is restarted.
        const own = await startSynapse({ version });
        synapse = own;
        row = await measure({ url: own.url, restart: own.restart }).catch((cause: unknown) => {
          throw new Error(`Synapse ${version} could not be measured, its log ends:\n${own.logTail()}`, { cause });
        });
      });
      afterAll(() => synapse?.stop());
      testsOfRow("does what is known of it", expectations[`Synapse ${version}`], () => row);
    });
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
