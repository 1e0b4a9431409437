import { describe, expect, it } from "vitest";
import { readTrust, type TrustAnchor, type TrustPolicy } from "../../src/trust/index.js";

const key = "0123456789ABCDEF0123456789ABCDEF01234567";
const company: TrustAnchor = {
  id: "company",
  algorithm: "org.openpgp.signature",
  key,
  scope: { servers: ["example.org"] },
};

async function fingerprintsOf(anchor: Partial<TrustAnchor>): Promise<string[]> {
  return [...(await readTrust({ anchors: [{ ...company, ...anchor }] })).byFingerprint.keys()];
}

describe("an anchor's key", () => {
  it("is a fingerprint as people paste it", async () => {
    expect(await fingerprintsOf({ key: "0123 4567 89ab cdef 0123  4567 89ab cdef 0123 4567" })).toEqual([key]);
  });

  it("is an SSH public key line, known by its SHA-256", async () => {
    const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f somebody";
    expect(await fingerprintsOf({ key: line })).toEqual(["SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA"]);
  });

  it("is a raw key with or without padding", async () => {
    const raw = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    expect(await fingerprintsOf({ key: `${raw}=` })).toEqual([raw]);
  });

  it.each<[string, object]>([
    ["no key", { key: "" }],
    ["the last digits of a fingerprint", { key: key.slice(-8) }],
    ["a blank key", { key: " \n" }],
    ["no keys", { key: [] }],
    ["a key without names", { key: [{ key }] }],
    ["an authority without a subject", { key: { spki: "a".repeat(64) } }],
    ["a private key in PEM", { key: "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----" }],
    ["a member that is not understood", { deny: ["@eve:example.org"] }],
    ["an unknown speaksFor", { speaksFor: "everybody" }],
    ["an amount of nothing", { amount: 0 }],
    ["a depth beyond 255", { depth: 256 }],
    ["a time that is none", { notAfter: Number.NaN }],
    ["a revocation list without https", { revocation: { mode: "soft-fail", url: "http://example.org/list" } }],
    ["a mail domain without a server", { emailServers: { "example.org": "@*" } }],
    [
      "a directory about nobody",
      { directory: [{ issuer: "CN=CA", attribute: "subject", value: "CN=A", userId: "alice" }] },
    ],
  ])("is refused with %s", async (_what, change) => {
    await expect(readTrust({ anchors: [{ ...company, ...change }] })).rejects.toMatchObject({
      code: "ERR_ANCHOR_INVALID",
    });
  });

  it("is refused twice under one id", async () => {
    await expect(readTrust({ anchors: [company, company] })).rejects.toMatchObject({ code: "ERR_ANCHOR_INVALID" });
  });
});

describe("a policy", () => {
  const rule = { id: "two", scope: { servers: ["example.org"] }, require: { amount: 240 } };

  it.each<[string, object]>([
    ["another version", { version: 2 }],
    ["a member that is not understood", { version: 1, strict: true }],
    ["an unknown validity", { version: 1, validity: "always" }],
    ["a negative grace", { version: 1, grace: -1 }],
    ["two rules of one id", { version: 1, rules: [rule, rule] }],
    ["a rule about an unknown anchor", { version: 1, rules: [{ ...rule, require: { anchor: "none" } }] }],
    [
      "a rule that asks for more than there is",
      { version: 1, rules: [{ ...rule, require: { atLeast: 2, of: [{ amount: 1 }] } }] },
    ],
    ["a rule that asks for nothing", { version: 1, rules: [{ ...rule, require: { allOf: [] } }] }],
    ["an unknown mode", { version: 1, rules: [{ ...rule, mode: "ignore" }] }],
    [
      "two kinds of requirement at once",
      { version: 1, rules: [{ ...rule, require: { anchor: "company", algorithm: "a" } }] },
    ],
  ])("is refused with %s", async (_what, policy) => {
    const settings = { anchors: [company], policy: policy as TrustPolicy };
    await expect(readTrust(settings)).rejects.toMatchObject({ code: "ERR_POLICY_INVALID" });
  });
});
