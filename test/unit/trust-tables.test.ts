import { describe, expect, it } from "vitest";
import type { IdentityAssessment, Need, ReasonCode } from "../../src/model/assessment.js";
import {
  decide,
  listedRules,
  needWords,
  pathWords,
  type ReadyCase,
  readCases,
  reasonWords,
} from "../support/trust-tables.js";
import { timeOf } from "../support/trust-words.js";

const reasonCodes: Readonly<Record<ReasonCode, true>> = {
  "no-master-key": true,
  "malformed-master-key": true,
  "no-signature": true,
  "denied-by-user": true,
  "key-changed": true,
  "re-attested": true,
  "rolled-back": true,
  "amount-missing": true,
  "rule-unmet": true,
  "rule-warning": true,
  "rule-audit": true,
  "too-complex": true,
  vouched: true,
  "counted-once": true,
  "within-grace": true,
  "valid-when-signed": true,
  "revocation-stale": true,
  "no-anchor": true,
  "out-of-scope": true,
  excepted: true,
  "not-named": true,
  excluded: true,
  "key-unconfirmed": true,
  "anchor-not-yet": true,
  "anchor-over": true,
  "too-old": true,
  "no-time": true,
  "no-expiry": true,
  "too-deep": true,
  "matrix-key": true,
  "list-missing": true,
  withdrawn: true,
  "revoked-by-anchor": true,
  "anchor-revoked": true,
  "not-valid": true,
};
const needCodes: Readonly<Record<Need["code"], true>> = {
  signature: true,
  "new-signature": true,
  amount: true,
  rule: true,
  "revocation-list": true,
  "public-key": true,
};

const cases = readCases();

describe.each([...new Set(cases.map(({ file }) => file))])("%s", (file) => {
  it.each(
    cases.filter((one) => one.file === file).map((one): [string, ReadyCase] => [`${one.rule}: ${one.words.case}`, one]),
  )("%s", async (_name, one) => {
    const answer = await decide(one);
    expectAnswer(one, answer);
    expect(await decide(one, (list) => list.reverse())).toEqual(
      typeof answer === "string" ? answer : { ...answer, reports: [...answer.reports].reverse() },
    );
  });
});

describe("the tables", () => {
  it("cover every rule that their README lists, and no other", () => {
    expect([...new Set(cases.map(({ rule }) => rule))].sort()).toEqual(listedRules().sort());
  });

  it("hold at least 250 cases, each under a name of its own", () => {
    const names = cases.map(({ rule, words }) => `${rule}: ${words.case}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(250);
  });

  it("expect every reason and every need in some case", () => {
    const codes = (lists: readonly (readonly string[] | undefined)[]): string[] =>
      [...new Set(lists.flatMap((list) => list ?? []).map((text) => text.split(":")[0] ?? ""))].sort();
    expect(codes(cases.map(({ words }) => words.why))).toEqual(Object.keys(reasonCodes).sort());
    expect(codes(cases.map(({ words }) => words.needed))).toEqual(Object.keys(needCodes).sort());
  });
});

function expectAnswer({ table, words }: ReadyCase, answer: IdentityAssessment | string): void {
  if (typeof answer === "string") {
    expect(`refused: ${answer}`).toBe(words.expect);
    return;
  }
  const why = answer.reasons.map((reason) => reasonWords(reason, words));
  expect({ level: answer.level, why: inWordsOf(words.why ?? [], why) }).toEqual({
    level: words.expect,
    why: [...(words.why ?? [])].sort(),
  });
  if (words.path) expect(pathWords(answer, table)).toEqual(words.path);
  if (words.needed) expect(answer.needed.map(needWords).sort()).toEqual([...words.needed].sort());
  if (words.amounts) expect(answer.vouches.map(({ amount }) => amount)).toEqual(words.amounts);
  if (words["fresh until"]) expect(answer.freshUntil).toBe(timeOf(words["fresh until"]));
}

/** The reasons given, those without what they are about where the table does not say it either. */
function inWordsOf(expected: readonly string[], given: readonly string[]): string[] {
  const left = [...expected];
  return given
    .map((text) => {
      const place = [text, text.split(":")[0] ?? ""].map((form) => left.indexOf(form)).find((index) => index >= 0);
      return place === undefined ? text : (left.splice(place, 1)[0] ?? text);
    })
    .sort();
}
