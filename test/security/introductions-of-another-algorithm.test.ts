import { expect, it } from "vitest";
import type { Introduction } from "../../src/model/introduction.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import { introduction } from "../support/introductions.js";
import { levelOf, plainReport, reportNow, serverAnchor } from "../support/plain-report.js";

const [root, mallory] = ["A".repeat(40), "B".repeat(40)];
const company = serverAnchor("company", root, { depth: 3 });

/** What a reader of the company's web makes of Alice, whose key Mallory signed whom somebody says the company introduced. */
function levelBy(word: Partial<Introduction>): Promise<string> {
  const network = new TrustNetwork([introduction(root, mallory, word)]);
  return levelOf([plainReport(mallory)], [company], { network, now: reportNow });
}

it("who introduces in the anchor's own algorithm is believed", async () => {
  expect(await levelBy({})).toBe("trusted");
});

it("what another algorithm says about the anchor's key introduces nobody", async () => {
  expect(await levelBy({ algorithm: "org.example.liar" })).toBe("unproven");
});
