import fc from "fast-check";
import type { ExternalSignature, JsonObject } from "matrix-countersign";
import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/encoding/bytes.js";
import { maxManifestBytes, readManifest, type Withdrawal } from "../../src/model/manifest/manifest.js";
import { type ManifestChange, type NextManifest, nextManifest } from "../../src/model/manifest/next-manifest.js";

const now = 1_795_000_000_000;
const userId = "@alice:example.org";
const masterKey = "ed25519:abc";
const keyId = (name: string): string => `custom:org.example.stamp:${name}`;
/** Whoever signed: here the value itself says whose it is, `<key>.<value>`. */
const isTakenBack = (signature: ExternalSignature, withdrawn: readonly Withdrawal[]): boolean => {
  const [key, value] = String(signature.value).split(".");
  return withdrawn.some((one) => one.key === key && (one.value === undefined || one.value === value));
};
const writer = { userId, masterKey, now, isTakenBack };
const signature = (name: string, value: string): ExternalSignature => ({ userId, keyId: keyId(name), value });

const [k1, k2, v1] = ["1".repeat(64), "2".repeat(64), "f".repeat(64)];

interface Parts {
  readonly external?: Readonly<Record<string, unknown>>;
  readonly withdrawn?: readonly unknown[];
  readonly [member: string]: unknown;
}

function copy(sequence: number, { external = {}, withdrawn = [], ...others }: Parts = {}): JsonObject {
  const named = Object.entries(external).map(([name, value]) => [name.includes(":") ? name : keyId(name), value]);
  const head = { user_id: userId, master_key: masterKey, sequence: now + sequence };
  return { ...head, external: Object.fromEntries(named), withdrawn, ...others };
}

const next = (copies: readonly JsonObject[], change: ManifestChange = {}): NextManifest =>
  nextManifest(copies, change, writer);

function codeOf(write: () => unknown): string | undefined {
  try {
    write();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return undefined;
}

describe("the manifest that follows", () => {
  it("nothing holds what is added", () => {
    expect(next([], { add: [signature("1", "a")], withdraw: [{ key: k1 }] })).toEqual({
      manifest: copy(0, { external: { 1: "a" }, withdrawn: [{ key: k1 }] }),
      isNew: true,
    });
  });

  it("keeps every other signature and every withdrawal, and drops the approval of what it was", () => {
    const previous = copy(-5, { external: { 1: "a" }, withdrawn: [{ key: k1 }], signatures: {}, unsigned: {} });
    expect(next([previous], { add: [signature("2", "b")] })).toEqual({
      manifest: copy(0, { external: { 1: "a", 2: "b" }, withdrawn: [{ key: k1 }] }),
      isNew: true,
      base: previous,
    });
  });

  it("keeps what it does not understand, word for word", () => {
    const external = { 1: "YQ==", "m.future.sig:1": "eA", "custom:UPPER:1": 7 };
    const odd = { external, withdrawn: [{ key: k1, reason: "left" }, "?"], "org.example.note": { a: [1] } };
    expect(next([copy(-5, odd)], { add: [signature("2", "b")] }).manifest).toEqual(
      copy(0, { ...odd, external: { ...external, 2: "b" } }),
    );
  });

  it("leaves out what no approval could cover", () => {
    const odd = { external: { 1: { a: 1.5 }, 2: "b" }, withdrawn: [{ key: k1, weight: 0.5 }], "org.example.note": 1.5 };
    expect(next([copy(-5, odd)]).manifest).toEqual(copy(0, { external: { 2: "b" } }));
  });

  it("merges all copies in any order: of two values under one key ID the newer", () => {
    const copies = [
      copy(-3, { external: { 1: "old", 2: "b" }, withdrawn: [{ key: k1 }], "org.example.note": "old" }),
      copy(-1, { external: { 1: "new" }, withdrawn: [{ key: k2 }], "org.example.note": "new" }),
      copy(-2, { external: { 3: "c" }, withdrawn: [{ key: k1 }, { key: k2 }] }),
    ];
    const merged = { external: { 1: "new", 2: "b", 3: "c" }, withdrawn: [{ key: k2 }, { key: k1 }] };
    const expected = copy(0, { ...merged, "org.example.note": "new" });
    for (const order of [copies, copies.toReversed()]) expect(next(order).manifest).toEqual(expected);
  });

  it("does not build on other users' manifests, nor on those for other master keys", () => {
    const others = [
      { ...copy(9, { external: { 1: "a" } }), user_id: "@mallory:example.org" },
      { ...copy(9, { external: { 1: "a" } }), master_key: "ed25519:xyz" },
    ];
    expect(next(others)).toEqual({ manifest: copy(0), isNew: true });
  });

  it("replaces, removes, restores and withdraws", () => {
    const previous = copy(-5, {
      external: { 1: `${k1}.${v1}`, 2: "b", 3: "c" },
      withdrawn: [{ key: k1 }, { key: k2 }, { key: k2, value: v1 }],
    });
    const change: ManifestChange = {
      remove: ({ keyId: name }) => name === keyId("2"),
      add: [signature("3", "d")],
      restore: [{ key: k2 }],
      withdraw: [{ key: k1, value: v1 }, { key: k1 }],
    };
    expect(next([previous], change).manifest).toEqual(
      copy(0, {
        external: { 1: `${k1}.${v1}`, 3: "d" },
        withdrawn: [{ key: k1 }, { key: k2, value: v1 }, { key: k1, value: v1 }],
      }),
    );
  });

  it("takes __proto__ as a name for what it is", () => {
    const previous = JSON.parse(
      `{"user_id":"${userId}","master_key":"${masterKey}","sequence":1,"external":{"__proto__":"a"}}`,
    );
    expect(Object.entries(next([previous]).manifest.external as JsonObject)).toEqual([["__proto__", "a"]]);
  });
});

describe("what was taken back", () => {
  const value = `${k1}.${v1}`;

  it("does not come back from a copy that could not be written", () => {
    const stale = copy(-5, { external: { 1: value, 2: "b" } });
    for (const withdrawal of [{ key: k1 }, { key: k1, value: v1 }]) {
      const newer = copy(-1, { external: { 2: "b" }, withdrawn: [withdrawal] });
      expect(next([stale, newer]).manifest).toMatchObject({ external: { [keyId("2")]: "b" } });
      expect(next([stale, newer])).toMatchObject({ isNew: false });
    }
  });

  it("stays where the newest copy itself holds it", () => {
    const newest = copy(-1, { external: { 1: value }, withdrawn: [{ key: k1 }] });
    const older = copy(-5, { external: { 2: `${k1}.other` } });
    expect(next([older, newest])).toMatchObject({ manifest: newest, isNew: false });
  });

  it("stays taken back where another device wrote at the same time without knowing of it", () => {
    const withdrew = copy(-1, { withdrawn: [{ key: k1 }] });
    const unaware = copy(-1, { external: { 1: value, 2: "b" } });
    for (const copies of [
      [withdrew, unaware],
      [unaware, withdrew],
    ]) {
      expect(next(copies).manifest).toEqual(copy(0, { external: { 2: "b" }, withdrawn: [{ key: k1 }] }));
    }
  });

  it("stays published where another device wrote at the same time and the copy that holds it lists the withdrawal", () => {
    const published = copy(-1, { external: { 1: value }, withdrawn: [{ key: k1 }] });
    const other = copy(-1, { external: { 2: "b" }, withdrawn: [{ key: k1 }] });
    expect(next([other, published]).manifest.external).toEqual({ [keyId("1")]: value, [keyId("2")]: "b" });
  });
});

describe("trying anew", () => {
  it("gives the newest copy word for word where it says all", () => {
    const signatures = { [userId]: { "ed25519:x": "c2ln" } };
    const newest = copy(-1, { external: { 1: "a" }, withdrawn: [{ key: k1 }], signatures });
    const change = { add: [signature("1", "a")], withdraw: [{ key: k1 }] };
    const { signatures: _approval, external, ...others } = newest;
    for (const copies of [
      [newest],
      [newest, copy(-2)],
      [{ external, ...others }, newest],
      [copy(-1, { ...newest, signatures: undefined }), newest],
    ]) {
      expect(next(copies, change)).toEqual({ manifest: newest, isNew: false, base: newest });
    }
  });

  it("writes anew where a copy of the same sequence says something else", () => {
    const copies = [copy(-1, { external: { 1: "a" } }), copy(-1)];
    expect(next(copies)).toMatchObject({ isNew: true, manifest: copy(0, { external: { 1: "a" } }) });
  });

  it("writes anew what readers would not take", () => {
    for (const odd of [{ note: "x" }, { external: { 1: { a: 1.5 } } }, { withdrawn: [{ key: k1 }, { key: k1 }] }]) {
      expect(next([copy(-1, odd)])).toMatchObject({ isNew: true });
    }
    const unwritable = { userId, keyId: keyId("1"), value: { a: 1.5 } };
    expect(next([copy(-1, { external: { 1: { a: 1.5 } } })], { add: [unwritable] })).toMatchObject({ isNew: true });
  });
});

describe("the sequence", () => {
  it("is the time, or one more than the last where the clock was set back", () => {
    expect(next([copy(-5, { note: 1 })]).manifest.sequence).toBe(now);
    expect(next([copy(5, { note: 1 }), copy(3)]).manifest.sequence).toBe(now + 6);
  });

  it("starts anew where the last one ran ahead, above all that readers heed", () => {
    const ahead = copy(86_400_001, { external: { 1: "ahead", 2: "b" } });
    expect(next([ahead])).toMatchObject({ isNew: true, manifest: { sequence: now } });
    const { manifest } = next([copy(7, { external: { 1: "a" } }), ahead]);
    expect(manifest).toEqual(copy(8, { external: { 1: "a", 2: "b" } }));
  });
});

describe("what cannot be merged is refused:", () => {
  it.each<[string, JsonObject, string]>([
    ["something else in the place of signatures", { ...copy(0), external: [] }, "ERR_MANIFEST_MALFORMED"],
    ["something else in the place of withdrawals", { ...copy(0), withdrawn: {} }, "ERR_MANIFEST_MALFORMED"],
    ["a sequence that is none", { ...copy(0), sequence: "1" }, "ERR_MANIFEST_MALFORMED"],
    ["more than 32 KiB", copy(0, { external: { 1: "x".repeat(maxManifestBytes) } }), "ERR_MANIFEST_SIZE"],
  ])("%s", (_what, broken, code) => {
    expect(codeOf(() => next([broken], { add: [signature("1", "a")] }))).toBe(code);
  });

  it("what does not fit with its approval, where nothing is dropped", () => {
    const room = maxManifestBytes - utf8(JSON.stringify(next([], { add: [signature("1", "")] }).manifest)).length;
    expect(codeOf(() => next([], { add: [signature("1", "x".repeat(room))] }))).toBe("ERR_MANIFEST_SIZE");
    expect(next([], { add: [signature("1", "x".repeat(room - 250))] }).isNew).toBe(true);
  });
});

describe("for whatever copies there are,", () => {
  const key = fc.constantFrom(k1, k2);
  const value = fc.constantFrom(v1, "e".repeat(64));
  const withdrawal = fc.oneof(
    key.map((one): Withdrawal => ({ key: one })),
    fc.tuple(key, value).map(([one, other]): Withdrawal => ({ key: one, value: other })),
  );
  const parts = fc.record({
    external: fc.dictionary(
      fc.constantFrom("1", "2", "3"),
      fc.tuple(key, value).map((pair) => pair.join(".")),
    ),
    withdrawn: fc.uniqueArray(withdrawal, { maxLength: 3, selector: (one) => JSON.stringify(one) }),
  });
  const copies = fc.array(
    fc.tuple(fc.integer({ min: -4, max: 4 }), parts).map(([sequence, some]) => copy(sequence, some)),
    { maxLength: 5 },
  );

  it("their order does not matter", () => {
    const shuffled = copies.chain((some) =>
      fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length })),
    );
    fc.assert(
      fc.property(shuffled, ([some, other]) => {
        expect(next(other).manifest).toEqual(next(some).manifest);
      }),
    );
  });

  it("what follows is newer than all, or is the newest", () => {
    fc.assert(
      fc.property(copies, (some) => {
        const { manifest, isNew } = next(some);
        const highest = Math.max(0, ...some.map(({ sequence }) => Number(sequence)));
        if (isNew) expect(Number(manifest.sequence)).toBeGreaterThan(highest);
        else expect(some).toContain(manifest);
      }),
    );
  });

  it("writing again changes nothing, whether or not every place was written", () => {
    fc.assert(
      fc.property(copies, (some) => {
        const { manifest } = next(some);
        expect(next([manifest])).toMatchObject({ isNew: false, manifest });
        expect(next([...some, manifest])).toMatchObject({ isNew: false, manifest });
      }),
    );
  });

  it("no withdrawal is lost, and no signature that was not taken back", () => {
    fc.assert(
      fc.property(copies, (some) => {
        const read = some.map((one) => readManifest(one, { userId, masterKey, now }));
        const merged = readManifest(next(some).manifest, { userId, masterKey, now });
        const withdrawn = read.flatMap((one) => one.withdrawn);
        expect(merged.withdrawn).toEqual(expect.arrayContaining(withdrawn));
        const names = new Set(merged.external.map((one) => one.keyId));
        for (const { external } of read) {
          for (const one of external) expect(names.has(one.keyId) || isTakenBack(one, withdrawn)).toBe(true);
        }
      }),
    );
  });

  it("what the one newest copy holds is held on, and nothing that it does not hold and that was taken back", () => {
    fc.assert(
      fc.property(copies, parts, (some, latest) => {
        const newest = copy(5, latest);
        const merged = readManifest(next([...some, newest]).manifest, { userId, masterKey, now });
        const held = readManifest(newest, { userId, masterKey, now }).external;
        expect(merged.external).toEqual(expect.arrayContaining([...held]));
        const foreign = merged.external.filter((one) => !held.some((other) => other.keyId === one.keyId));
        expect(foreign.filter((one) => isTakenBack(one, merged.withdrawn))).toEqual([]);
      }),
    );
  });
});
