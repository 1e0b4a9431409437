import { describe, expect, it } from "vitest";
import type { SignedIdentity } from "../../src/model/identity.js";
import type { SignatureReport } from "../../src/model/report.js";
import { assessIdentity, readTrust, type TrustAnchor, trustContext } from "../../src/trust/index.js";

const now = 1_795_000_000_000;
const key = "0123456789ABCDEF0123456789ABCDEF01234567";
const keyHash = "a".repeat(64);
const valueHash = "b".repeat(64);
const alice = "@alice:example.org";

const masterKey = {
  purpose: "master-key",
  userId: alice,
  bytes: new TextEncoder().encode("the key"),
  publicKey: "master",
} as const;
const identity: SignedIdentity = {
  userId: alice,
  masterKey,
  signatures: [],
  withdrawn: [],
  problems: [],
  fetchedAt: now,
};
const valid: SignatureReport = {
  keyId: `custom:org.openpgp.signature:${key}`,
  algorithm: "org.openpgp.signature",
  userId: alice,
  purpose: "master-key",
  object: "the key",
  seenIn: ["master-key"],
  status: "valid",
  code: "valid",
  signer: { fingerprint: key, keyHash, names: [] },
  valueHash,
};
const company: TrustAnchor = {
  id: "company",
  algorithm: "org.openpgp.signature",
  key,
  speaksFor: "scope",
  scope: { servers: ["example.org"] },
};

async function assess(parts: {
  reports?: SignatureReport[];
  anchors?: TrustAnchor[];
  identity?: Partial<SignedIdentity>;
  now?: number;
}) {
  const context = trustContext({
    trust: await readTrust({ anchors: parts.anchors ?? [company] }),
    now: parts.now ?? now,
  });
  return assessIdentity({ identity: { ...identity, ...parts.identity }, reports: parts.reports ?? [valid] }, context);
}

describe("assessing an identity", () => {
  it("trusts what an anchor signed for a user in its scope, and shows the path", async () => {
    const assessment = await assess({ reports: [{ ...valid, validUntil: now + 5000 }] });
    expect(assessment).toMatchObject({ level: "trusted", masterKey: "master", freshUntil: now + 5000 });
    expect(assessment.path).toEqual([{ kind: "anchor", who: key, scope: "@*:example.org", amount: 120 }]);
    expect(assessment.vouches).toMatchObject([{ anchorId: "company", keyId: valid.keyId, amount: 120 }]);
    expect(assessment.reasons).toEqual([{ code: "vouched", keyId: valid.keyId, anchorId: "company" }]);
  });

  it("trusts an anchor whose algorithm writes fingerprints in lower case", async () => {
    const fingerprint = "ab".repeat(32);
    const report = { ...valid, signer: { fingerprint, keyHash, names: [] } };
    const anchorOf = (key: string): TrustAnchor => ({ ...company, key });
    for (const key of [fingerprint, fingerprint.toUpperCase()]) {
      expect(await assess({ reports: [report], anchors: [anchorOf(key)] })).toMatchObject({ level: "trusted" });
    }
    expect(await assess({ reports: [report], anchors: [anchorOf("ac".repeat(32))] })).toMatchObject({
      level: "unproven",
    });
    const odd = { ...report, signer: { ...report.signer, fingerprint: "ab ".repeat(32) } };
    expect(await assess({ reports: [odd], anchors: [anchorOf(fingerprint)] })).toMatchObject({ level: "unproven" });
  });

  it("trusts nobody without an anchor", async () => {
    expect(await assess({ anchors: [] })).toMatchObject({
      level: "unproven",
      path: [],
      reasons: [{ code: "no-anchor" }],
    });
  });

  it.each<[string, Partial<SignatureReport>, string]>([
    ["another key", { signer: { fingerprint: "F".repeat(40), keyHash, names: [] } }, "no-anchor"],
    ["the same fingerprint in another algorithm", { algorithm: "org.example.custom" }, "no-anchor"],
    ["a self-signing key", { purpose: "self-signing-key" }, "not-valid"],
    ["an event", { purpose: "event" }, "not-valid"],
    ["an expired signature", { status: "indeterminate", code: "expired" }, "not-valid"],
    ["a report past its own end", { validUntil: now }, "not-valid"],
    ["an invalid signature", { status: "invalid", code: "bad-signature" }, "not-valid"],
    ["another user's report", { userId: "@mallory:example.org" }, "not-valid"],
    ["a report on another key of the same user", { object: "another key" }, "not-valid"],
    [
      "a revoked key's signature on something else",
      { status: "invalid", code: "key-revoked", purpose: "event" },
      "not-valid",
    ],
    ["a report past the signature's own end", { expiresAt: now }, "not-valid"],
    ["a key that came with the signature", { code: "key-unconfirmed" }, "key-unconfirmed"],
  ])("does not count %s", async (_what, change, code) => {
    expect(await assess({ reports: [{ ...valid, ...change }] })).toMatchObject({
      level: "unproven",
      reasons: [{ code }],
    });
  });

  it("counts a key that came with the signature where the anchor says so", async () => {
    const anchors = [{ ...company, acceptUnconfirmed: true }];
    expect((await assess({ reports: [{ ...valid, code: "key-unconfirmed" }], anchors })).level).toBe("trusted");
  });

  it("counts nothing outside an anchor's scope", async () => {
    const anchors = [{ ...company, scope: { users: ["@bob:example.org"], servers: ["example.com"] } }];
    expect(await assess({ anchors })).toMatchObject({ level: "unproven", reasons: [{ code: "out-of-scope" }] });
  });

  it("rejects where the anchor's key is revoked", async () => {
    const revoked: SignatureReport = { ...valid, status: "invalid", code: "key-revoked" };
    expect(await assess({ reports: [revoked] })).toMatchObject({
      level: "rejected",
      reasons: [{ code: "anchor-revoked" }],
    });
  });

  it("says what is missing where very many small anchors signed, rather than that it is too complex", async () => {
    const keys = Array.from({ length: 39 }, (_, index) => index.toString(16).padStart(40, "0").toUpperCase());
    const anchors = keys.map((one) => ({ ...company, id: one, key: one, amount: 3 }));
    const reports = keys.map((one) => ({ ...valid, signer: { fingerprint: one, keyHash: one, names: [] } }));
    const assessment = await assess({ anchors, reports });
    expect(assessment.needed).toEqual([{ code: "amount", amount: 3 }]);
  });

  it("does not let one rejected anchor silence another", async () => {
    const other = "F".repeat(40);
    const revoked: SignatureReport = { ...valid, status: "invalid", code: "key-revoked" };
    const second: SignatureReport = { ...valid, signer: { fingerprint: other, keyHash, names: [] } };
    const anchors = [company, { ...company, id: "second", key: other }];
    expect((await assess({ reports: [revoked, second], anchors })).level).toBe("trusted");
  });

  it.each([
    ["one signature", { key: keyHash, value: valueHash }],
    ["everything by a key", { key: keyHash }],
  ])("rejects where the owner took back %s", async (_what, withdrawal) => {
    const assessment = await assess({ identity: { withdrawn: [{ ...withdrawal, manifest: "newest" }] } });
    expect(assessment).toMatchObject({ level: "rejected", reasons: [{ code: "withdrawn" }] });
  });

  it("spares what the manifest itself holds when a whole key is withdrawn", async () => {
    const reports: SignatureReport[] = [{ ...valid, heldBy: ["newest"] }];
    const withdrawn = [{ key: keyHash, manifest: "newest" }];
    expect((await assess({ reports, identity: { withdrawn } })).level).toBe("trusted");
  });

  it("is not moved by a withdrawal of another value or key", async () => {
    const withdrawn = [{ key: keyHash, value: "c".repeat(64) }, { key: "d".repeat(64) }].map((one) => ({
      ...one,
      manifest: "newest",
    }));
    expect((await assess({ identity: { withdrawn } })).level).toBe("trusted");
  });

  it("is soon out of date where a withdrawal may have been missed", async () => {
    const assessment = await assess({ identity: { problems: ["manifest-unavailable"] } });
    expect(assessment).toMatchObject({ level: "trusted", problems: ["manifest-unavailable"] });
    expect(assessment.freshUntil - now).toBe(60_000);
  });

  it("trusts nothing against a clock that tells no time", async () => {
    const reports = [{ ...valid, validUntil: 5 }];
    expect(await assess({ reports, now: Number.NaN })).toMatchObject({ level: "unproven" });
    expect(await assess({ now: Number.NaN })).toMatchObject({ level: "unproven" });
  });

  it("says why there is nothing to weigh", async () => {
    expect((await assess({ reports: [] })).reasons).toEqual([{ code: "no-signature" }]);
    const { masterKey: _none, ...bare } = identity;
    const context = trustContext({ trust: await readTrust({ anchors: [company] }), now });
    expect(assessIdentity({ identity: bare, reports: [] }, context).reasons).toEqual([{ code: "no-master-key" }]);
    const malformed: SignedIdentity = { ...bare, problems: ["malformed-master-key"] };
    const served = assessIdentity({ identity: malformed, reports: [valid] }, context);
    expect(served).toMatchObject({ level: "unproven", reasons: [{ code: "malformed-master-key" }] });
  });
});
