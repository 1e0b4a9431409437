import { describe, expect, it } from "vitest";
import { maxManifestBytes, nextManifest, readManifest } from "../../src/model/manifest.js";

const now = 1_795_000_000_000;
const userId = "@alice:example.org";
const masterKey = "ed25519:abc";
const expected = { userId, masterKey, now };
const keyId = "custom:org.example.custom:1";
const good = { user_id: userId, master_key: masterKey, sequence: now, external: { [keyId]: "c2ln" }, withdrawn: [] };

function codeOf(read: () => unknown): string | undefined {
  try {
    read();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

describe("reading an owner's manifest", () => {
  it("gives the external signatures and withdrawals", () => {
    const key = "a".repeat(64);
    expect(readManifest({ ...good, withdrawn: [{ key }] }, expected)).toEqual({
      userId,
      masterKey,
      sequence: now,
      external: [{ userId, keyId, value: "c2ln" }],
      withdrawn: [{ key }],
    });
  });

  it("leaves out what is no external signature", () => {
    const external = { "ed25519:abc": "c2ln", [keyId]: 7, "custom:UPPER": "c2ln" };
    expect(readManifest({ ...good, external }, expected).external).toEqual([]);
  });

  it.each<[string, unknown, string]>([
    ["another user's", { ...good, user_id: "@mallory:example.org" }, "ERR_MANIFEST_FOREIGN"],
    ["one for another master key", { ...good, master_key: "ed25519:xyz" }, "ERR_MANIFEST_FOREIGN"],
    ["an empty one", {}, "ERR_MANIFEST_FOREIGN"],
    ["text", "manifest", "ERR_MANIFEST_FOREIGN"],
    ["one from the day after tomorrow", { ...good, sequence: now + 2 * 86_400_000 }, "ERR_MANIFEST_MALFORMED"],
    ["a negative sequence", { ...good, sequence: -1 }, "ERR_MANIFEST_MALFORMED"],
    ["a fraction", { ...good, sequence: 1.5 }, "ERR_MANIFEST_MALFORMED"],
    ["external as a list", { ...good, external: [] }, "ERR_MANIFEST_MALFORMED"],
    ["a withdrawal without a key", { ...good, withdrawn: [{ value: "a".repeat(64) }] }, "ERR_MANIFEST_MALFORMED"],
    ["a withdrawal that hides behind a prototype", { ...good, withdrawn: ["__proto__"] }, "ERR_MANIFEST_MALFORMED"],
    ["more than 32 KiB", { ...good, external: { [keyId]: "x".repeat(maxManifestBytes) } }, "ERR_MANIFEST_SIZE"],
  ])("refuses %s", (_what, manifest, code) => {
    expect(codeOf(() => readManifest(manifest, expected))).toBe(code);
  });
});

describe("the manifest that follows", () => {
  const signature = { userId, keyId: "custom:org.example.custom:2", value: "bmV3" };
  const previous = readManifest({ ...good, withdrawn: [{ key: "a".repeat(64) }] }, expected);

  it("keeps every other signature and every withdrawal", () => {
    expect(nextManifest(previous, masterKey, signature, now + 1000)).toEqual({
      ...good,
      sequence: now + 1000,
      external: { [keyId]: "c2ln", [signature.keyId]: "bmV3" },
      withdrawn: [{ key: "a".repeat(64) }],
    });
  });

  it("replaces the signature under the same key ID", () => {
    const next = nextManifest(previous, masterKey, { ...signature, keyId }, now);
    expect(next.external).toEqual({ [keyId]: "bmV3" });
  });

  it("counts on where the clock was set back", () => {
    expect(nextManifest(previous, masterKey, signature, now - 5000).sequence).toBe(now + 1);
  });

  it("mends a sequence that ran ahead, which every reader ignores", () => {
    const ahead = readManifest({ ...good, sequence: now * 2 }, { ...expected, now: Infinity });
    expect(nextManifest(ahead, masterKey, signature, now).sequence).toBe(now);
  });

  it("refuses what does not fit instead of dropping something", () => {
    const large = { ...signature, value: "x".repeat(maxManifestBytes) };
    expect(codeOf(() => nextManifest(previous, masterKey, large, now))).toBe("ERR_MANIFEST_SIZE");
  });

  it("takes __proto__ as a key ID for what it is", () => {
    const next = nextManifest(undefined, masterKey, { ...signature, keyId: "__proto__" }, now);
    expect(Object.keys(next.external as object)).toEqual(["__proto__"]);
  });
});
