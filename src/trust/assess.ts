import { decodeUtf8 } from "../encoding/bytes.js";
import { compareText } from "../encoding/compare-text.js";
import type { AssessmentReason, IdentityAssessment, Need, TrustLevel, Vouch } from "../model/assessment.js";
import { isAfter } from "../model/history/judge-pin.js";
import type { UserHistory } from "../model/history/key-history.js";
import type { SignedIdentity } from "../model/identity.js";
import type { SignatureReport } from "../model/report.js";
import type { TrustContext } from "./context.js";
import { type AttestedVouch, type Finding, judgeReport } from "./judge-report.js";
import { neededSignatures } from "./needed.js";
import { askPin, type PinAnswer } from "./pin.js";
import { decisionKey, type StandingDecision } from "./policy/read-decisions.js";
import type { Trust } from "./trust.js";
import { type Weighing, weigh } from "./weigh.js";

/** How long an assessment may be relied on where nothing ends earlier: 10 minutes. */
export const defaultFreshnessMs: number = 10 * 60 * 1000;

/** The same where something about the identity could not be read, a withdrawal perhaps: 1 minute. */
const troubledFreshnessMs = 60 * 1000;

/** What {@link assessIdentity} weighs. */
export interface AssessInput {
  readonly identity: SignedIdentity;
  /** The verdict on every signature of the identity. */
  readonly reports: readonly SignatureReport[];
  /** What is known of the user's keys from before; absent where they were never seen. */
  readonly history?: UserHistory;
}

/**
 * Weighs the reports on one identity against the reader's anchors and policy: a pure function, of which the order of nothing
 * matters.
 *
 * Anchors are judged each alone: one that convinces is enough, one that rejects silences no other, unless it is exclusive. Without
 * an anchor nobody is trusted. Verifies nothing itself.
 */
export function assessIdentity({ identity, reports, history }: AssessInput, context: TrustContext): IdentityAssessment {
  const { trust, now } = context;
  const { userId, masterKey } = identity;
  const publicKey = masterKey?.publicKey;
  const object = masterKey && decodeUtf8(masterKey.bytes);
  const findings = masterKey
    ? reports.flatMap((report) => judgeReport(report, identity, object, context.find, context))
    : [];
  const found = findings.flatMap(({ vouch }) => vouch ?? []);
  const decision = publicKey === undefined ? undefined : decisionAbout(userId, publicKey, trust.decisions);
  const accepted = decision?.decision === "accept" ? decision.decidedAt : undefined;
  const isDenied = decision?.decision === "deny";
  const pin = askPin(history, publicKey, accepted);
  const weighing = weigh(pin.state === "changed" ? newerThan(pin.since, found) : found, userId, trust);
  const { level, reasons } = decide(identity, pin, isDenied, findings, weighing);
  return {
    userId,
    ...(publicKey !== undefined && { masterKey: publicKey }),
    level,
    path: level === "trusted" ? (weighing.vouches[0]?.path ?? []) : [],
    vouches: weighing.vouches.map(shown),
    reasons: [...reasons, ...findings.flatMap((finding) => finding.reasons).sort(compareReasons), ...weighing.reasons],
    needed: level === "trusted" || isDenied ? [] : needs(identity, pin, findings, weighing, context),
    reports,
    problems: identity.problems,
    checkedAt: now,
    freshUntil: freshUntil(identity, reports, found, context),
  };
}

/** Most readers decided nothing: then no name is put together for each user. */
function decisionAbout(userId: string, publicKey: string, decisions: Trust["decisions"]): StandingDecision | undefined {
  return decisions.size > 0 ? decisions.get(decisionKey(userId, publicKey)) : undefined;
}

function decide(
  identity: SignedIdentity,
  pin: PinAnswer,
  isDenied: boolean,
  findings: readonly Finding[],
  { isEnough }: Weighing,
): { readonly level: TrustLevel; readonly reasons: readonly AssessmentReason[] } {
  if (!identity.masterKey) return { level: "unproven", reasons: [absence(identity)] };
  const key = pinReason(pin, identity.masterKey.publicKey ?? "", isEnough && !isDenied);
  const reasons: AssessmentReason[] = [
    ...(isDenied ? [{ code: "denied-by-user" as const }] : []),
    ...(key ? [key] : []),
    ...(findings.length === 0 ? [{ code: "no-signature" as const }] : []),
  ];
  if (isDenied || pin.state === "superseded") return { level: "rejected", reasons };
  if (isEnough) return { level: "trusted", reasons };
  if (findings.some(({ rejects }) => rejects)) return { level: "rejected", reasons };
  return { level: pin.state === "changed" ? "changed" : "unproven", reasons };
}

function pinReason(pin: PinAnswer, after: string, isEnough: boolean): AssessmentReason | undefined {
  if (pin.state === "superseded") return { code: "rolled-back", before: pin.pinned, after };
  if (pin.state === "changed") return { code: isEnough ? "re-attested" : "key-changed", before: pin.pinned, after };
  return undefined;
}

/** What was signed after the pinned key was first seen; without a time, nobody knows. */
function newerThan(since: number, vouches: readonly AttestedVouch[]): AttestedVouch[] {
  return vouches.filter(({ attestedAt }) => isAfter(attestedAt, since));
}

function needs(
  { userId, masterKey }: SignedIdentity,
  pin: PinAnswer,
  findings: readonly Finding[],
  weighing: Weighing,
  context: TrustContext,
): Need[] {
  if (!masterKey || pin.state === "superseded") return [];
  const isNone = weighing.vouches.length === 0;
  return [...(isNone ? neededSignatures(userId, pin, findings, context) : []), ...weighing.needed];
}

function absence(identity: SignedIdentity): AssessmentReason {
  if (identity.problems.includes("malformed-master-key")) return { code: "malformed-master-key" };
  return { code: "no-master-key" };
}

function freshUntil(
  { problems }: SignedIdentity,
  reports: readonly SignatureReport[],
  vouches: readonly AttestedVouch[],
  { now, nextBeginning }: TrustContext,
): number {
  let first = now + (problems.length > 0 ? troubledFreshnessMs : defaultFreshnessMs);
  const turn = (time: number | undefined): void => {
    if (time !== undefined && time > now && time < first) first = time;
  };
  for (const { expiresAt, validFrom, validUntil, freshUntil } of reports) {
    turn(expiresAt);
    turn(validFrom);
    turn(validUntil);
    turn(freshUntil);
  }
  for (const { until } of vouches) turn(until);
  turn(nextBeginning);
  return first;
}

/** What the outside is told of a vouch. */
function shown({ anchorId, algorithm, keyId, amount, path, attestedAt }: Vouch): Vouch {
  return { anchorId, algorithm, keyId, amount, path, ...(attestedAt !== undefined && { attestedAt }) };
}

function compareReasons(a: AssessmentReason, b: AssessmentReason): number {
  const [textOfA, textOfB] = [a, b].map(
    ({ keyId = "", anchorId = "", code, report = "" }) => `${keyId}\n${anchorId}\n${code}\n${report}`,
  );
  return compareText(textOfA ?? "", textOfB ?? "");
}
