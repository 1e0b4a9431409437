import { afterAll, beforeAll, describe } from "vitest";
import { createHomeserver } from "../../../examples/homeserver/server.js";
import { expectations, type ServerName } from "./expectations.js";
import { measure } from "./probes.js";
import type { ContractRow } from "./row.js";
import { testsOfRow } from "./row-tests.js";

/** Whom each profile imitates. The first two meet the very expectations that the real servers meet. */
const imitates = {
  "synapse-strict": "Synapse 1.152.1",
  "synapse-1.161": "Synapse 1.163.2",
  dendrite: "Dendrite 0.15.2",
  continuwuity: "Continuwuity 26.8",
  tuwunel: "Tuwunel 1.9",
  msc2961: "MSC2961",
  "silent-drop": "silent drop",
} as const satisfies Record<string, ServerName>;

describe("profiles of the embedded homeserver", () => {
  for (const profile of Object.keys(imitates) as (keyof typeof imitates)[]) {
    describe(profile, () => {
      let row: ContractRow;
      let close: (() => Promise<void>) | undefined;
      beforeAll(async () => {
        const homeserver = createHomeserver({ profile });
        const listening = await homeserver.listen();
        close = listening.close;
        row = await measure({ url: listening.url, restart: async () => homeserver.restart() });
      });
      afterAll(() => close?.());
      testsOfRow(`as ${imitates[profile]}`, expectations[imitates[profile]], () => row);
    });
  }
});
