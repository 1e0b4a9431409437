import { describe, expect, it } from "vitest";
import type { SignatureReport } from "../../src/model/report.js";
import { eventAnchors, readTrust, type TrustAnchor, trustContext } from "../../src/trust/index.js";

const now = 1_795_000_000_000;
const key = "0123456789ABCDEF0123456789ABCDEF01234567";
const alice = "@alice:example.org";

const signed: SignatureReport = {
  keyId: `custom:org.openpgp.signature:${key}`,
  algorithm: "org.openpgp.signature",
  userId: alice,
  purpose: "event",
  object: "m.room.message{}",
  status: "valid",
  code: "valid",
  createdAt: now - 1000,
  signer: { fingerprint: key, keyHash: "a".repeat(64), names: [] },
};
const press: TrustAnchor = {
  id: "press office",
  algorithm: "org.openpgp.signature",
  key,
  speaksFor: "scope",
  scope: { users: [alice], purposes: ["events"] },
};

async function anchorsOf(report: Partial<SignatureReport>, ...anchors: TrustAnchor[]): Promise<string[]> {
  const context = trustContext({ trust: await readTrust({ anchors: anchors.length > 0 ? anchors : [press] }), now });
  return eventAnchors({ ...signed, ...report }, context);
}

describe("the anchors of a signed event", () => {
  it("are those whose scope holds the sender for events", async () => {
    expect(await anchorsOf({})).toEqual(["press office"]);
  });

  it.each<[string, Partial<SignatureReport>]>([
    ["a signature on a master key", { purpose: "master-key" }],
    ["another sender", { userId: "@bob:example.org" }],
    ["an expired signature", { expiresAt: now }],
    ["a bad signature", { status: "invalid", code: "bad-signature" }],
    ["a key whose revocation nobody could tell of", { code: "key-unconfirmed" }],
    ["another key", { signer: { fingerprint: "F".repeat(40), keyHash: "b".repeat(64), names: [] } }],
  ])("are none for %s", async (_what, change) => {
    expect(await anchorsOf(change)).toEqual([]);
  });

  it.each<[string, Partial<TrustAnchor>]>([
    ["speaks for identities alone", { scope: { users: [alice] } }],
    ["excepts the sender", { scope: { users: ["@*:example.org"], except: [alice], purposes: ["events"] } }],
    ["speaks for whom the key names", { speaksFor: "named" }],
    ["is over", { notAfter: now }],
    ["takes nothing that old", { maxAge: 1000 }],
    ["has no list of revocations where it must", { revocation: { mode: "hard-fail" } }],
  ])("are none where the anchor %s", async (_what, change) => {
    expect(await anchorsOf({}, { ...press, ...change })).toEqual([]);
  });
});
