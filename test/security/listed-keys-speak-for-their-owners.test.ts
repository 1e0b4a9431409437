import { describe, expect, it } from "vitest";
import type { NamedKey } from "../../src/model/trust-anchor.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import { introduction } from "../support/introductions.js";
import { alice, levelOf, plainReport, reportNow, serverAnchor } from "../support/plain-report.js";

const [boss, bob, stranger] = ["A".repeat(40), "B".repeat(40), "C".repeat(40)];
const list: readonly NamedKey[] = [
  { key: boss, names: [] },
  { key: bob, names: ["@bob:example.org"] },
];

describe("of a list of keys under an anchor that speaks for its whole scope", () => {
  const anchor = serverAnchor("list", list, { depth: 2 });

  it("one without names does", async () => {
    expect(await levelOf([plainReport(boss)], [anchor])).toBe("trusted");
  });

  it("one with names speaks for these alone", async () => {
    expect(await levelOf([plainReport(bob)], [anchor])).toBe("unproven");
    const own = serverAnchor("list", [{ key: bob, names: [alice] }]);
    expect(await levelOf([plainReport(bob)], [own])).toBe("trusted");
  });

  it("one with names introduces nobody, a colleague neither", async () => {
    for (const [issuer, level] of [
      [boss, "trusted"],
      [bob, "unproven"],
    ] as const) {
      const network = new TrustNetwork([introduction(issuer, stranger)]);
      expect(await levelOf([plainReport(stranger)], [anchor], { network, now: reportNow })).toBe(level);
    }
  });

  it("one with names gives itself no others", async () => {
    const name = "matrix:u/alice:example.org";
    const network = new TrustNetwork([introduction(bob, bob, { name })]);
    const named = serverAnchor("list", list, { speaksFor: "named" });
    expect(await levelOf([plainReport(bob)], [named], { network, now: reportNow })).toBe("unproven");
  });
});

it("a revoked key that is listed for somebody else rejects nobody", async () => {
  const named = serverAnchor("list", list, { speaksFor: "named" });
  const revoked = { status: "invalid", code: "key-revoked" } as const;
  expect(await levelOf([plainReport(bob, revoked)], [named])).toBe("unproven");
});
