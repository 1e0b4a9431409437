import fc from "fast-check";
import { expect } from "vitest";
import type { IdentityAssessment } from "../../src/model/assessment.js";
import { assessIdentity } from "../../src/trust/index.js";
import type { AnchorWords, TrustCase } from "./trust-case.js";
import { decide, prepare } from "./trust-tables.js";
import { anyCase, anyRule, isHeld } from "./trust-worlds.js";

/** How many worlds, and which. */
type Runs = Pick<fc.Parameters, "numRuns" | "seed">;

const place = fc.nat({ max: 11 });

/** What holds of every assessment, by name; each is asked of many worlds. */
export const trustProperties: Readonly<Record<string, (runs: Runs) => Promise<Seen>>> = {
  "no anchor that is taken away makes anybody trusted, unless it is exclusive": (runs) =>
    compare(runs, place, ({ anchors = [], ...words }, index) => {
      const gone = anchors[index % anchors.length] as AnchorWords;
      return gone.exclusive ? undefined : { ...words, anchors: anchors.filter((anchor) => anchor !== gone) };
    }),
  "no signature that is taken away makes anybody trusted": (runs) =>
    compare(runs, place, ({ signed = [], ...words }, index) => {
      return { ...words, signed: signed.filter((_, position) => position !== index % signed.length) };
    }),
  "no exception that is added makes anybody trusted, nor lifts a rejection of the user whom it names": (runs) =>
    compare(
      runs,
      fc.tuple(place, fc.constantFrom("the user", "@carol:example.org", "@*:*", "@a*:example.org")),
      ({ anchors = [], user = "", ...words }, [index, pattern]) => ({
        ...words,
        user,
        anchors: anchors.map((anchor, position) =>
          position === index % anchors.length
            ? excepting(anchor as AnchorWords, pattern === "the user" ? user : pattern)
            : anchor,
        ),
      }),
      ({ before, after }, [, pattern]) => {
        if (pattern === "the user" && before.level === "rejected") expect(after.level).toBe("rejected");
      },
    ),
  "no rule that is added makes anybody trusted, nor changes another level": (runs) =>
    compare(
      runs,
      anyRule,
      ({ policy = {}, ...words }, rule) => {
        const rules = (policy.rules ?? []) as readonly object[];
        return { ...words, policy: { ...policy, rules: [...rules, { id: "added", ...rule }] } };
      },
      ({ before, after }) => {
        if (before.level !== "trusted") expect(after.level).toBe(before.level);
      },
    ),
  "the order of nothing matters": async (runs) => {
    const seen = createSeen();
    const property = fc.asyncProperty(anyCase, place, async (one, shift) => {
      const turned = <T>(list: T[]): T[] => [...list.slice(shift), ...list.slice(0, shift)].reverse();
      const [before, after] = await Promise.all([decide(one), decide(one, turned)]);
      expect(withoutReports(after)).toEqual(withoutReports(before));
      note(seen, before);
    });
    await fc.assert(property, runs);
    return seen;
  },
  "who is trusted is in the scope of the anchor of every vouch": async (runs) => {
    const seen = createSeen();
    const property = fc.asyncProperty(anyCase, async (one) => {
      const answer = await decide(one);
      note(seen, answer);
      if (typeof answer === "string") return;
      const { user = "", anchors = [] } = one.words;
      for (const { anchorId } of answer.vouches)
        expect(isHeld(anchors[Number(anchorId)] as AnchorWords, user)).toBe(true);
      if (answer.level === "trusted") expect(answer.path[0]?.kind).toBe("anchor");
    });
    await fc.assert(property, runs);
    return seen;
  },
  "an assessment is a pure function": async (runs) => {
    const seen = createSeen();
    const property = fc.asyncProperty(anyCase, async (one) => {
      const { input, context } = await prepare(one).catch(() => ({ input: undefined, context: undefined }));
      if (!input) return;
      const before = structuredClone(input);
      const answer = assessIdentity(frozen(input), context);
      expect(assessIdentity(input, context)).toEqual(answer);
      expect(input).toEqual(before);
      note(seen, answer);
    });
    await fc.assert(property, runs);
    return seen;
  },
};

/** How often each level was met: a property that met no other level proved nothing. */
export type Seen = Record<IdentityAssessment["level"], number>;

function createSeen(): Seen {
  return { trusted: 0, unproven: 0, rejected: 0, changed: 0 };
}

/** That a change makes nobody trusted who was not. */
async function compare<T>(
  runs: Runs,
  choice: fc.Arbitrary<T>,
  change: (words: TrustCase, chosen: T) => TrustCase | undefined,
  more: (levels: { before: IdentityAssessment; after: IdentityAssessment }, chosen: T) => void = () => {},
): Promise<Seen> {
  const seen = createSeen();
  const property = fc.asyncProperty(anyCase, choice, async ({ table, words }, chosen) => {
    const changed = change(words, chosen);
    if (!changed) return;
    const [before, after] = await Promise.all([decide({ table, words }), decide({ table, words: changed })]);
    // A rule may name an anchor that is not there any more.
    if (typeof before === "string" || typeof after === "string") return;
    if (before.level !== "trusted") expect(after.level).not.toBe("trusted");
    more({ before, after }, chosen);
    note(seen, before);
  });
  await fc.assert(property, runs);
  return seen;
}

function excepting(anchor: AnchorWords, pattern: string): AnchorWords {
  const scope = anchor.scope as { readonly except?: readonly string[] };
  return { ...anchor, scope: { ...scope, except: [...(scope.except ?? []), pattern] } };
}

function withoutReports(answer: IdentityAssessment | string): unknown {
  return typeof answer === "string" ? answer : { ...answer, reports: [] };
}

function note(seen: Seen, answer: IdentityAssessment | string): void {
  if (typeof answer !== "string") seen[answer.level] += 1;
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}
