import { FluentBundle, FluentResource } from "@fluent/bundle";
import fc from "fast-check";
import type { IdentityAssessment, ReasonCode } from "matrix-countersign";
import { englishFluent, explain, explainTrustState } from "matrix-countersign/texts";
import { describe, expect, it } from "vitest";
import type { Need } from "../../src/model/assessment.js";
import type { IdentityProblem } from "../../src/model/identity.js";
import { type ReportCode, statusOfCode } from "../../src/model/report.js";
import type { TrustSettings } from "../../src/model/trust-policy.js";
import { cleanName } from "../../src/texts/clean-name.js";
import { english } from "../../src/texts/english.js";
import { anyText, outcome } from "../support/arbitraries.js";

const keyId = "custom:org.openpgp.signature:4A3F00112233445566778899AABBCCDDEEFF0011";
const march = Date.UTC(2027, 2, 3);

const settings: Pick<TrustSettings, "anchors" | "policy"> = {
  anchors: [
    { id: "company", label: "Example AG", algorithm: "org.openpgp.signature", key: "A".repeat(40), scope: {} },
    { id: "bare", algorithm: "org.openpgp.signature", key: "B".repeat(40), scope: {} },
  ],
  policy: { version: 1, rules: [{ id: "two", label: "Two signatures", scope: {}, require: { amount: 240 } }] },
};
const options = { settings, timeZone: "UTC" };

function assessment(more: Partial<IdentityAssessment> = {}): IdentityAssessment {
  return {
    userId: "@alice:example.org",
    masterKey: "key",
    level: "unproven",
    path: [],
    vouches: [],
    reasons: [],
    needed: [],
    reports: [],
    problems: [],
    checkedAt: 0,
    freshUntil: 0,
    ...more,
  };
}

const vouched = assessment({
  level: "trusted",
  reasons: [{ code: "vouched", keyId, anchorId: "company" }],
  vouches: [
    {
      anchorId: "company",
      algorithm: "org.openpgp.signature",
      keyId,
      amount: 120,
      path: [
        { kind: "anchor", who: "A".repeat(40), amount: 120, validUntil: march },
        { kind: "introduction", who: "4A3F00112233445566778899AABBCCDDEEFF0011", amount: 120, validUntil: march * 2 },
      ],
    },
  ],
});

/** Without the isolates that stand around names. */
const bare = (sentence: string | undefined): string => (sentence ?? "").replace(/[\u2068\u2069]/g, "");

describe("explaining an assessment", () => {
  it("names who vouches, with which key, until when", () => {
    const { level, reasons } = explain(vouched, { ...options, locale: "en-GB" });
    expect(reasons.map(bare)).toEqual([
      "Vouched for by Example AG (OpenPGP key 4A3F001122334455…) until 3 March 2027.",
    ]);
    expect(bare(level)).toBe("@alice:example.org is trusted: those whom you trust to say so vouch for this very key.");
  });

  it("names who vouched for a key that took another's place", () => {
    const reattested = { ...vouched, reasons: [{ code: "re-attested" as const, before: "old", after: "new" }] };
    expect(bare(explain(reattested, options).reasons[0])).toBe(
      "The key of @alice:example.org changed from old to new, and Example AG has vouched for the new one since.",
    );
  });

  it("leaves out an end that is not known", () => {
    const [vouch] = vouched.vouches;
    if (!vouch) throw new Error("no vouch");
    const endless = {
      ...vouched,
      vouches: [{ ...vouch, path: vouch.path.map(({ validUntil: _end, ...hop }) => hop) }],
    };
    expect(bare(explain(endless, options).reasons[0])).toBe(
      "Vouched for by Example AG (OpenPGP key 4A3F001122334455…).",
    );
  });

  it("says what was needed, by label where there is one", () => {
    const { needed } = explain(
      assessment({
        needed: [
          { code: "signature", anchorIds: ["company", "bare"] },
          { code: "signature", anchorIds: [] },
          { code: "amount", amount: 60 },
          { code: "rule", ruleId: "two" },
        ],
      }),
      options,
    );
    expect(needed.map(bare)).toEqual([
      "Needed: a signature by Example AG, bare.",
      "None of your trust anchors may speak for @alice:example.org.",
      "Needed: signatures worth 60 more.",
      "Needed: what the rule Two signatures asks for.",
    ]);
  });

  it("tells of the reader's own settings", () => {
    const problems = [{ code: "trust-rolled-back" as const }];
    const conflicts = [{ entry: "anchor:company", versions: [] }];
    expect(explainTrustState({ problems, conflicts }).map(bare)).toEqual([
      "The server served older trust settings than before, or none. Those known on this device were put back.",
      "Two devices changed anchor:company at the same time. Until you choose, what trusts less counts.",
    ]);
  });
});

describe("every code", () => {
  const reasons = Object.keys(english.reason) as ReasonCode[];
  const needs = Object.keys(english.need) as Need["code"][];
  const problems = Object.keys(english.problem) as IdentityProblem[];
  const reports = Object.keys(statusOfCode) as ReportCode[];
  const report = (code: ReportCode) =>
    ({ keyId, algorithm: "org.openpgp.signature", userId: "@a:b", status: statusOfCode[code], code }) as const;

  /** Every code at once, with all that it may carry, or with nothing. */
  const everything = (isFull: boolean): IdentityAssessment =>
    assessment({
      reasons: reasons.map((code) => ({
        code,
        ...(isFull && {
          keyId,
          anchorId: "company",
          ruleId: "two",
          report: "expired",
          amount: 1,
          before: "a",
          after: "b",
        }),
      })),
      needed: needs.map((code) => ({ code, ...(isFull && { anchorIds: ["company"], amount: 1, ruleId: "two" }) })),
      problems,
      reports: reports.map(report),
    });

  it.each([true, false])("has a sentence in which nothing is left unresolved (all that it may carry: %s)", (isFull) => {
    const { level, ...lists } = explain(everything(isFull), options);
    const sentences = [level, ...Object.values(lists).flat()];
    expect(sentences).toHaveLength(1 + reasons.length + needs.length + problems.length + reports.length);
    for (const sentence of sentences) expect(bare(sentence)).toMatch(/^[@A-Z?].*[.]$/u);
    for (const sentence of sentences) expect(sentence).not.toMatch(/[{}$]|undefined|NaN/);
    for (const sentence of sentences) expect(sentence).not.toContain("\u2068none\u2069");
  });

  it("is in the resource that translators start from, which Fluent reads whole", () => {
    const resource = new FluentResource(englishFluent());
    const count = Object.values(english).reduce((sum, texts) => sum + Object.keys(texts).length, 0);
    expect(resource.body).toHaveLength(count);
  });
});

describe("another language", () => {
  const german = new FluentBundle("de");
  german.addResource(
    new FluentResource("level-unproven = { $user } ist nicht belegt.\nneed-amount = Es fehlt { $nothing }.\n"),
  );

  it("is told where the bundle has it, and in English where it has not, or where it does not resolve", () => {
    const needed = [{ code: "amount", amount: 60 }] as const;
    const told = explain(assessment({ needed, problems: ["no-master-key"] }), { bundle: german });
    expect(bare(told.level)).toBe("@alice:example.org ist nicht belegt.");
    expect(bare(told.needed[0])).toBe("Needed: signatures worth 60 more.");
    expect(bare(told.problems[0])).toBe("The server knows no identity key of @alice:example.org.");
  });

  it.each([{ locale: "no locale!" }, { timeZone: "Nowhere/Never" }])("refuses %o", (wrong) => {
    expect(outcome(() => explain(assessment(), wrong))).toEqual({ code: "ERR_OPTION_INVALID" });
  });
});

describe("a hostile name", () => {
  const explainLabel = (label: string): string => {
    const anchors = [{ id: "company", label, algorithm: "x", key: "", scope: {} }];
    return explain(vouched, { settings: { anchors }, timeZone: "UTC" }).reasons[0] ?? "";
  };

  it.each([
    ["turns nothing around", "Example\u202e\u2067 AG", "Example AG"],
    ["ends no isolate", "A\u2069 trusted \u2068B", "A trusted B"],
    ["stays in its line", "Example\r\n\u2028AG\u0085", "Example AG"],
    ["is no pattern", "{ $until } { $user }", "{ $until } { $user }"],
    ["is plain text", "<b>AG</b>", "<b>AG</b>"],
    ["is never empty", "\u200b\u2060", "?"],
    ["is of bounded length", "x".repeat(1e6), `${"x".repeat(80)}…`],
  ])("%s", (_what, label, shown) => {
    expect(explainLabel(label)).toContain(`Vouched for by \u2068${shown}\u2069 (`);
  });

  it("is not taken for a missing one", () => {
    const signer = { fingerprint: "AB", keyHash: "cd", names: ["none"] };
    const report = { keyId, algorithm: "x", userId: "@a:b", status: "valid", code: "valid", signer } as const;
    const told = explain(assessment({ reasons: [{ code: "no-anchor", keyId }], reports: [report] }));
    expect(bare(told.reasons[0])).toBe(
      'Signed with the x key AB of "none", which is under none of your trust anchors.',
    );
  });

  it("of any kind leaves one line of bounded length, with isolates in pairs", () => {
    fc.assert(
      fc.property(anyText, anyText, (label, userId) => {
        expect([...cleanName(label)].length).toBeLessThanOrEqual(81);
        const told = explain(assessment({ ...vouched, userId }), {
          settings: { anchors: [{ id: "company", label, algorithm: "x", key: "", scope: {} }] },
        });
        for (const sentence of [told.level, ...told.reasons]) {
          expect(sentence).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066\u2067]/u);
          expect(sentence.split("\u2068").length).toBe(sentence.split("\u2069").length);
        }
      }),
    );
  });
});
