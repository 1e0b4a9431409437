import { describe, expect, it } from "vitest";
import { maxManifestBytes, readManifest } from "../../src/model/manifest/manifest.js";

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
      isDamaged: false,
    });
  });

  it("lets one entry that cannot be read take no other with it, and says so", () => {
    const key = "a".repeat(64);
    const damaged = {
      ...good,
      external: { [keyId]: "c2ln", "custom:org.example.custom:2": 7 },
      withdrawn: [{ key: key.toUpperCase() }, { key }, { value: key }, "__proto__", null],
    };
    expect(readManifest(damaged, expected)).toMatchObject({
      external: [{ keyId, value: "c2ln" }],
      withdrawn: [{ key }],
      isDamaged: true,
    });
    expect(readManifest({ ...good, external: [], withdrawn: [{ key }] }, expected)).toMatchObject({
      external: [],
      withdrawn: [{ key }],
      isDamaged: true,
    });
  });

  it("is not disturbed by what it does not know", () => {
    expect(readManifest({ ...good, note: 1.5 }, expected)).toMatchObject({ isDamaged: false });
  });

  it("compares the master key after decoding", () => {
    const padded = { ...good, master_key: "ed25519:YWJjZA==" };
    expect(readManifest(padded, { ...expected, masterKey: "ed25519:YWJjZA" }).sequence).toBe(now);
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
    [
      "nesting that cannot be written",
      { ...good, external: JSON.parse("[".repeat(2e4) + "]".repeat(2e4)) },
      "ERR_MANIFEST_SIZE",
    ],
    ["more than 32 KiB", { ...good, external: { [keyId]: "x".repeat(maxManifestBytes) } }, "ERR_MANIFEST_SIZE"],
  ])("refuses %s", (_what, manifest, code) => {
    expect(codeOf(() => readManifest(manifest, expected))).toBe(code);
  });
});
