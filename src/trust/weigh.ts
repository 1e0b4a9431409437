import { compareText } from "../encoding/compare-text.js";
import type { AssessmentReason, Need } from "../model/assessment.js";
import { askScope } from "./anchors/scope.js";
import type { AttestedVouch } from "./judge-report.js";
import { areIndependent, best, type CountedVouch, createBudget, TooComplex } from "./policy/independence.js";
import type { ReadRule } from "./policy/read-policy.js";
import { satisfies } from "./policy/requirement.js";
import type { Trust } from "./trust.js";

/** What all signatures that count are worth together. */
export interface Weighing {
  readonly isEnough: boolean;
  /** The worthiest first. */
  readonly vouches: readonly AttestedVouch[];
  readonly reasons: readonly AssessmentReason[];
  readonly needed: readonly Need[];
}

/** Full trust, as OpenPGP counts it. */
const fullTrust = 120;

/** Weighs the signatures that count for a user: whether they are worth full trust together, and what the rules say. */
export function weigh(found: readonly AttestedVouch[], userId: string, { policy }: Trust): Weighing {
  const vouches = [...found].sort(compareVouches);
  const rules = policy.rules.filter(({ scope }) => askScope(scope, userId, "identity").in);
  if (vouches.length === 0) return { isEnough: false, vouches, reasons: [], needed: rules.flatMap(needOf) };
  const step = createBudget();
  try {
    const worth = best(vouches, fullTrust, step);
    const refusing = rules.filter(({ mode, require }) => mode === "enforce" && !satisfies(require, vouches, step));
    const unmet = rules.filter((rule) => refusing.includes(rule) || isMissed(rule, vouches, step));
    const lacking = worth < fullTrust;
    return {
      isEnough: !lacking && refusing.length === 0,
      vouches,
      reasons: [
        ...countedOnce(vouches),
        ...(lacking ? [{ code: "amount-missing" as const, amount: worth }] : []),
        ...unmet.map(reasonOf),
      ],
      needed: [
        ...(lacking ? [{ code: "amount" as const, amount: fullTrust - worth }] : []),
        ...refusing.flatMap(needOf),
      ],
    };
  } catch (error) {
    if (!(error instanceof TooComplex)) throw error;
    return { isEnough: false, vouches, reasons: [{ code: "too-complex" }], needed: [] };
  }
}

/** Of a rule that refuses nobody; one that cannot be decided any more is missed, and refuses nobody either. */
function isMissed({ mode, require }: ReadRule, vouches: readonly CountedVouch[], step: () => void): boolean {
  try {
    return mode !== "enforce" && !satisfies(require, vouches, step);
  } catch (error) {
    if (error instanceof TooComplex) return true;
    throw error;
  }
}

/** For people: which signatures say nothing that a worthier one does not say already. */
function countedOnce(vouches: readonly AttestedVouch[]): AssessmentReason[] {
  const counted: CountedVouch[] = [];
  return vouches.flatMap((vouch) => {
    if (counted.every((other) => areIndependent(other, vouch))) {
      counted.push(vouch);
      return [];
    }
    return [{ code: "counted-once" as const, keyId: vouch.keyId, anchorId: vouch.anchorId }];
  });
}

const reasonOfMode = { enforce: "rule-unmet", warn: "rule-warning", audit: "rule-audit" } as const;

function reasonOf({ id, mode }: ReadRule): AssessmentReason {
  return { code: reasonOfMode[mode], ruleId: id };
}

function needOf({ id, mode }: ReadRule): Need[] {
  return mode === "enforce" ? [{ code: "rule", ruleId: id }] : [];
}

function compareVouches(a: AttestedVouch, b: AttestedVouch): number {
  if (a.amount !== b.amount) return b.amount - a.amount;
  if (a.path.length !== b.path.length) return a.path.length - b.path.length;
  const byName =
    compareText(a.anchorId, b.anchorId) || compareText(a.keyId, b.keyId) || compareText(a.below.join(), b.below.join());
  return byName || (b.attestedAt ?? 0) - (a.attestedAt ?? 0) || Number(a.until < b.until) - Number(a.until > b.until);
}
