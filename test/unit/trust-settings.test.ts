import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TrustAnchor } from "../../src/model/trust-anchor.js";
import type { PolicyRule, Requirement, TrustDecision, TrustSettings } from "../../src/model/trust-policy.js";
import { editTrust } from "../../src/model/trust-settings/edit-trust.js";
import { mergeTrust } from "../../src/model/trust-settings/merge-trust.js";
import { resolveTrust } from "../../src/model/trust-settings/resolve-trust.js";
import { emptyTrust, includesTrust, type TrustDocument } from "../../src/model/trust-settings/trust-document.js";
import { maxTrustBytes, readTrustText, writeTrustText } from "../../src/model/trust-settings/trust-text.js";
import { readTrustSettings } from "../../src/trust/read-trust-settings.js";
import { anyJson, outcome } from "../support/arbitraries.js";

const anchor = (id: string, more: Partial<TrustAnchor> = {}): TrustAnchor => ({
  id,
  algorithm: "org.openpgp.signature",
  key: "A".repeat(40),
  scope: { servers: ["example.org"] },
  ...more,
});
const rule = (id: string, amount: number): PolicyRule => ({ id, scope: {}, require: { amount } });
const decision = (decided: "accept" | "deny", more: Partial<TrustDecision> = {}): TrustDecision => ({
  userId: "@bob:example.org",
  masterKey: "A".repeat(43),
  decision: decided,
  decidedAt: 1,
  ...more,
});
const settings = (more: Partial<TrustSettings> = {}): TrustSettings => ({ version: 1, anchors: [], ...more });
const edit = (document: TrustDocument, wanted: TrustSettings, replica = "one"): TrustDocument =>
  editTrust(document, wanted, { replica, at: 1000 });

/** Two devices start from `start` and write without knowing of each other. */
function atOnce(start: TrustSettings, first: TrustSettings, second: TrustSettings) {
  const base = edit(emptyTrust, start, "base");
  return resolveTrust(mergeTrust(edit(base, first, "one"), edit(base, second, "two")));
}

describe("merging", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("merge" as const), from: fc.nat(2), to: fc.nat(2) }),
    fc.record({ kind: fc.constant("add" as const), to: fc.nat(2), id: fc.constantFrom("x", "y"), amount: fc.nat(3) }),
    fc.record({ kind: fc.constant("remove" as const), to: fc.nat(2), id: fc.constantFrom("x", "y") }),
  );

  /** What three devices hold after writing and reading each other in any order, through the form that is stored. */
  const devices = fc.array(step, { maxLength: 14 }).map((steps) => {
    const held = [emptyTrust, emptyTrust, emptyTrust];
    const at = (index: number): TrustDocument => held[index] ?? emptyTrust;
    for (const one of steps) {
      if (one.kind === "merge") held[one.to] = mergeTrust(at(one.to), at(one.from));
      else {
        const { anchors } = resolveTrust(at(one.to)).settings;
        const others = anchors.filter(({ id }) => id !== one.id);
        const wanted = one.kind === "add" ? [...others, anchor(one.id, { amount: one.amount + 1 })] : others;
        const about: Requirement[] = wanted.map(({ id }) => ({ anchor: id }));
        const rules = about.map((require, index) => ({ id: `about-${index}`, scope: {}, require }));
        held[one.to] = edit(at(one.to), settings({ anchors: wanted, policy: { version: 1, rules } }), `r${one.to}`);
      }
    }
    return held.map((document) => readTrustText(writeTrustText(document)));
  });
  const text = writeTrustText;

  it("does not depend on the order, nor on how often", () => {
    fc.assert(
      fc.property(devices, ([a = emptyTrust, b = emptyTrust, c = emptyTrust]) => {
        expect(text(mergeTrust(a, b))).toBe(text(mergeTrust(b, a)));
        expect(text(mergeTrust(mergeTrust(a, b), c))).toBe(text(mergeTrust(a, mergeTrust(b, c))));
        expect(text(mergeTrust(a, a))).toBe(text(a));
        expect(text(mergeTrust(mergeTrust(a, b), b))).toBe(text(mergeTrust(a, b)));
      }),
    );
  });

  it("holds the last word of every device, and forgets nothing that nobody replaced", () => {
    fc.assert(
      fc.property(devices, (held) => {
        const merged = held.reduce(mergeTrust, emptyTrust);
        for (const document of held) {
          expect(includesTrust(merged, document)).toBe(true);
          for (const [key, versions] of document.entries) {
            for (const version of versions) {
              const knowing = held.filter(({ seen }) => (seen.get(version.replica) ?? 0) >= version.revision);
              const isCurrent = knowing.every(({ entries }) =>
                entries
                  .get(key)
                  ?.some(({ revision, replica }) => revision === version.revision && replica === version.replica),
              );
              const isKept = merged.entries
                .get(key)
                ?.some(({ revision, replica }) => revision === version.revision && replica === version.replica);
              expect(isKept).toBe(isCurrent);
            }
          }
        }
      }),
    );
  });

  it("always makes settings that can be read", async () => {
    await fc.assert(
      fc.asyncProperty(devices, async (held) => {
        const { settings: merged } = resolveTrust(held.reduce(mergeTrust, emptyTrust));
        expect(await readTrustSettings(merged)).toEqual(merged);
      }),
      { numRuns: 50 },
    );
  });

  it("does not let an older device bring a removed anchor back", () => {
    const old = edit(emptyTrust, settings({ anchors: [anchor("x"), anchor("y")] }), "old");
    const removed = edit(old, settings({ anchors: [anchor("y")] }), "one");
    const alsoChanged = edit(old, settings({ anchors: [anchor("x"), anchor("y"), anchor("z")] }), "old");
    expect(resolveTrust(mergeTrust(removed, old)).settings.anchors.map(({ id }) => id)).toEqual(["y"]);
    expect(resolveTrust(mergeTrust(alsoChanged, removed)).settings.anchors.map(({ id }) => id)).toEqual(["y", "z"]);
  });
});

describe("what two devices write at once", () => {
  it("stands beside each other where it is about different things", () => {
    const { settings: both, conflicts } = atOnce(
      settings({ anchors: [anchor("x")] }),
      settings({ anchors: [anchor("x"), anchor("y")] }),
      settings({ anchors: [anchor("x")], decisions: [decision("deny")], policy: { version: 1, grace: 5 } }),
    );
    expect(conflicts).toEqual([]);
    expect(both).toEqual(
      settings({
        anchors: [anchor("x"), anchor("y")],
        decisions: [decision("deny")],
        policy: { version: 1, grace: 5 },
      }),
    );
  });

  it("is no conflict where it is the same", () => {
    const wanted = settings({ anchors: [anchor("x")] });
    expect(atOnce(settings(), wanted, wanted)).toEqual({ revision: 1, settings: wanted, conflicts: [] });
  });

  it("keeps an anchor that was changed in two ways from counting, and keeps both ways", () => {
    const [wide, narrow] = [anchor("x", { depth: 3 }), anchor("x", { scope: { users: ["@bob:example.org"] } })];
    const { settings: both, conflicts } = atOnce(
      settings({ anchors: [anchor("x")] }),
      settings({ anchors: [wide] }),
      settings({ anchors: [narrow] }),
    );
    expect(both.anchors).toEqual([{ ...narrow, notAfter: 0 }]);
    expect(conflicts).toMatchObject([{ entry: "anchor:x", versions: [{ value: wide }, { value: narrow }] }]);
  });

  it("keeps an exclusive anchor in the way of the others", () => {
    const exclusive = anchor("x", { exclusive: true });
    const { settings: both } = atOnce(
      settings({ anchors: [anchor("x")] }),
      settings({ anchors: [exclusive] }),
      settings({ anchors: [anchor("x", { amount: 60 })] }),
    );
    expect(both.anchors).toEqual([{ ...exclusive, notAfter: 0 }]);
  });

  it("takes the last label", () => {
    const { settings: both, conflicts } = atOnce(
      settings({ anchors: [anchor("x")] }),
      settings({ anchors: [anchor("x", { label: "One" })] }),
      settings({ anchors: [anchor("x", { label: "Two" })] }),
    );
    expect(both.anchors).toEqual([anchor("x", { label: "Two" })]);
    expect(conflicts).toHaveLength(1);
  });

  it.each([
    ["an anchor goes", { anchors: [anchor("x")] }, { anchors: [] }, { anchors: [anchor("x", { depth: 9 })] }, {}],
    [
      "a rule stays",
      { policy: { version: 1, rules: [rule("r", 120)] } },
      {},
      { policy: { version: 1, rules: [rule("r", 240)] } },
      { policy: { version: 1, rules: [rule("r", 240)] } },
    ],
    [
      "a deny stays",
      { decisions: [decision("deny")] },
      {},
      { decisions: [decision("deny", { decidedAt: 2 })] },
      { decisions: [decision("deny", { decidedAt: 2 })] },
    ],
    [
      "an accept goes",
      { decisions: [decision("accept")] },
      {},
      { decisions: [decision("accept", { decidedAt: 2 })] },
      {},
    ],
    ["an option goes", { policy: { version: 1, grace: 5 } }, {}, { policy: { version: 1, grace: 9 } }, {}],
  ] as const)("removal against change: %s", (_name, start, first, second, expected) => {
    for (const [one, two] of [
      [first, second],
      [second, first],
    ]) {
      const { settings: both, conflicts } = atOnce(settings(start), settings(one), settings(two));
      expect(both).toEqual(settings(expected));
      expect(conflicts).toHaveLength(1);
    }
  });

  it.each([
    ["validity", "now", "signing-time", "now"],
    ["grace", 5, 9, 5],
    ["conferNative", false, true, false],
  ] as const)("takes the strictest of %s", (name, one, two, strictest) => {
    const policy = (value: unknown) => settings({ policy: { version: 1, [name]: value } });
    expect(atOnce(settings(), policy(one), policy(two)).settings).toEqual(policy(strictest));
    expect(atOnce(settings(), policy(two), policy(one)).settings).toEqual(policy(strictest));
  });

  it("prefers the deny that was not withdrawn and the accept that was", () => {
    for (const [decided, expected] of [
      ["deny", undefined],
      ["accept", 7],
    ] as const) {
      const withdrawn = settings({ decisions: [decision(decided, { withdrawnAt: 7 })] });
      const again = settings({ decisions: [decision(decided, { decidedAt: 8 })] });
      for (const [one, two] of [
        [withdrawn, again],
        [again, withdrawn],
      ] as const) {
        const { settings: both } = atOnce(settings({ decisions: [decision(decided)] }), one, two);
        expect(both.decisions?.map(({ withdrawnAt }) => withdrawnAt)).toEqual([expected]);
      }
    }
  });

  it("applies every version of a rule", () => {
    const policy = (amount: number) => settings({ policy: { version: 1, rules: [rule("r", amount)] } });
    const { settings: both } = atOnce(policy(120), policy(240), policy(360));
    expect(both.policy?.rules).toEqual([rule("r", 360), rule("r~one", 240)]);
  });
});

describe("a rule about an anchor that another device took away", () => {
  const about = (require: Requirement): TrustSettings =>
    settings({ anchors: [anchor("x")], policy: { version: 1, rules: [{ id: "r", scope: {}, require }] } });
  const unreachable = { amount: Number.MAX_SAFE_INTEGER };

  it.each([
    [{ anchor: "x" }, unreachable],
    [{ allOf: [{ amount: 120 }, { anchor: "x" }] }, { allOf: [{ amount: 120 }, unreachable] }],
    [
      { atLeast: 1, of: [{ anchor: "x" }, { algorithm: "org.openpgp.signature" }] },
      { atLeast: 1, of: [unreachable, { algorithm: "org.openpgp.signature" }] },
    ],
  ] as const)("is satisfied by others alone, if at all: %j", (require, counting) => {
    const both = atOnce(settings({ anchors: [anchor("x")] }), settings(), about(require));
    expect(both.settings).toEqual(
      settings({ policy: { version: 1, rules: [{ id: "r", scope: {}, require: counting }] } }),
    );
    expect(both.conflicts).toMatchObject([{ entry: "rule:r" }]);
  });

  it("is itself again when the anchor is back", () => {
    const wanted = about({ anchor: "x" });
    const gone = mergeTrust(
      edit(edit(emptyTrust, settings({ anchors: [anchor("x")] })), settings()),
      edit(emptyTrust, wanted, "two"),
    );
    const { settings: now } = resolveTrust(gone);
    expect(resolveTrust(edit(gone, { ...now, anchors: [anchor("x")] }))).toEqual({
      revision: 3,
      settings: wanted,
      conflicts: [],
    });
  });
});

describe("settling a conflict", () => {
  const base = edit(emptyTrust, settings({ anchors: [anchor("x")], policy: { version: 1, rules: [rule("r", 120)] } }));
  const change = (amount: number, replica: string): TrustDocument =>
    edit(
      base,
      settings({ anchors: [anchor("x", { amount })], policy: { version: 1, rules: [rule("r", amount)] } }),
      replica,
    );
  const inConflict = mergeTrust(change(60, "one"), change(90, "two"));

  it("writes the anchor anew", () => {
    const { settings: now } = resolveTrust(inConflict);
    const settled = edit(inConflict, { ...now, anchors: [anchor("x", { amount: 60 })] }, "two");
    expect(resolveTrust(settled)).toMatchObject({
      settings: { anchors: [{ amount: 60 }] },
      conflicts: [{ entry: "rule:r" }],
    });
  });

  it("leaves a conflict alone that an edit is not about", () => {
    const { settings: now } = resolveTrust(inConflict);
    expect(edit(inConflict, now)).toBe(inConflict);
    const edited = edit(inConflict, { ...now, anchors: [...now.anchors, anchor("y")] });
    expect(resolveTrust(edited).conflicts).toHaveLength(2);
  });

  it("drops one version of a rule", () => {
    const { settings: now } = resolveTrust(inConflict);
    const settled = edit(inConflict, { ...now, policy: { version: 1, rules: [rule("r", 90)] } });
    expect(now.policy?.rules).toHaveLength(2);
    expect(resolveTrust(settled)).toMatchObject({
      settings: { policy: { rules: [rule("r", 90)] } },
      conflicts: [{ entry: "anchor:x" }],
    });
  });
});

describe("the document as it is stored", () => {
  const document = edit(
    emptyTrust,
    settings({ anchors: [anchor("__proto__"), anchor("constructor")], decisions: [decision("deny")] }),
  );

  it("reads back what was written, hostile names included", () => {
    expect(readTrustText(writeTrustText(document))).toEqual(document);
    expect(resolveTrust(document).settings.anchors.map(({ id }) => id)).toEqual(["__proto__", "constructor"]);
  });

  it("is refused beyond its bound, and before it is parsed", () => {
    const large = anchor("x", { label: "ä".repeat(maxTrustBytes / 2) });
    const tooLarge = edit(emptyTrust, settings({ anchors: [large] }));
    expect(outcome(() => writeTrustText(tooLarge))).toEqual({ code: "ERR_TRUST_SIZE" });
    expect(outcome(() => readTrustText("[".repeat(maxTrustBytes + 1)))).toEqual({ code: "ERR_TRUST_SIZE" });
  });

  it.each([
    ["nothing", ""],
    ["another version", { version: 2 }],
    ["a version that its writer never reached", { entries: { "anchor:x": [{ revision: 2, replica: "a", at: 1 }] } }],
    ["a replica beyond the revision", { seen: { a: 9 } }],
    ["an entry without a version", { entries: { "anchor:x": [] } }],
    ["an anchor that is no object", { entries: { "anchor:x": [{ revision: 1, replica: "a", at: 1, value: "y" }] } }],
    ["a version twice", { entries: { "anchor:x": [1, 1].map(() => ({ revision: 1, replica: "a", at: 1 })) } }],
  ])("is never taken for empty: %s", (_name, damage) => {
    const json = { version: 1, revision: 2, seen: { a: 1 }, entries: {} };
    const damaged = typeof damage === "string" ? damage : JSON.stringify({ ...json, ...damage });
    expect(outcome(() => readTrustText(damaged))).toEqual({ code: "ERR_TRUST_MALFORMED" });
  });

  it("reads any JSON, or says that it cannot", () => {
    fc.assert(
      fc.property(anyJson, (json) => {
        const read = outcome(() => readTrustText(JSON.stringify({ version: 1, revision: 3, seen: {}, entries: json })));
        if ("value" in read) expect(outcome(() => resolveTrust(read.value))).toHaveProperty("value");
      }),
    );
  });

  it("refuses two anchors of one name and what is no data", () => {
    const twice = settings({ anchors: [anchor("x"), anchor("x")] });
    expect(outcome(() => edit(emptyTrust, twice))).toEqual({ code: "ERR_SETTINGS_MALFORMED" });
    const half = settings({ anchors: [anchor("x", { amount: 0.5 })] });
    expect(outcome(() => edit(emptyTrust, half))).toEqual({ code: "ERR_JSON_VALUE" });
  });
});
