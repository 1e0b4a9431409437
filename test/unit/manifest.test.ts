import { describe, expect, it } from "vitest";
import { maxManifestBytes, readManifest } from "../../src/model/manifest.js";
import { nextManifest } from "../../src/model/next-manifest.js";

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
    ["more than 32 KiB", { ...good, external: { [keyId]: "x".repeat(maxManifestBytes) } }, "ERR_MANIFEST_SIZE"],
  ])("refuses %s", (_what, manifest, code) => {
    expect(codeOf(() => readManifest(manifest, expected))).toBe(code);
  });
});

describe("the manifest that follows", () => {
  const signature = { userId, keyId: "custom:org.example.custom:2", value: "bmV3" };
  const previous = { ...good, withdrawn: [{ key: "a".repeat(64) }] };

  it("keeps every other signature and every withdrawal", () => {
    expect(nextManifest([previous], masterKey, signature, now + 1000)).toEqual({
      ...good,
      sequence: now + 1000,
      external: { [keyId]: "c2ln", [signature.keyId]: "bmV3" },
      withdrawn: [{ key: "a".repeat(64) }],
    });
  });

  it("keeps what it does not understand, and drops the approval of what it was", () => {
    const external = { [keyId]: "c2ln", "m.future.sig:1": "eA", "custom:UPPER:1": 7 };
    const withdrawn = [{ key: "a".repeat(64), reason: "left" }];
    const odd = { ...previous, external, withdrawn, note: 1.5, signatures: { [userId]: {} } };
    expect(nextManifest([odd], masterKey, signature, now)).toEqual({
      ...odd,
      sequence: now + 1,
      external: { ...external, [signature.keyId]: "bmV3" },
      signatures: undefined,
    });
  });

  it("merges every copy that was seen: signatures and withdrawals of both", () => {
    const other = {
      ...good,
      sequence: now + 9,
      external: { "custom:org.example.custom:3": "eA" },
      withdrawn: [{ key: "b".repeat(64) }],
    };
    expect(nextManifest([previous, other], masterKey, signature, now)).toMatchObject({
      sequence: now + 10,
      external: { [keyId]: "c2ln", "custom:org.example.custom:3": "eA", [signature.keyId]: "bmV3" },
      withdrawn: [{ key: "a".repeat(64) }, { key: "b".repeat(64) }],
    });
  });

  it("replaces the signature under the same key ID", () => {
    const next = nextManifest([previous], masterKey, { ...signature, keyId }, now);
    expect(next.external).toEqual({ [keyId]: "bmV3" });
  });

  it("counts on where the clock was set back", () => {
    expect(nextManifest([previous], masterKey, signature, now - 5000).sequence).toBe(now + 1);
  });

  it("mends a sequence that ran ahead, which every reader ignores", () => {
    expect(nextManifest([{ ...good, sequence: now * 2 }], masterKey, signature, now).sequence).toBe(now);
  });

  it("refuses what does not fit instead of dropping something", () => {
    const large = { ...signature, value: "x".repeat(maxManifestBytes) };
    expect(codeOf(() => nextManifest([previous], masterKey, large, now))).toBe("ERR_MANIFEST_SIZE");
  });

  it("never overwrites what stands in the place of signatures", () => {
    const broken = { ...good, external: [] };
    expect(codeOf(() => nextManifest([broken], masterKey, signature, now))).toBe("ERR_MANIFEST_MALFORMED");
  });

  it("takes __proto__ as a key ID for what it is", () => {
    const next = nextManifest([], masterKey, { ...signature, keyId: "__proto__" }, now);
    expect(Object.keys(next.external as object)).toEqual(["__proto__"]);
  });
});
