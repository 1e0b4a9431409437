import type { AssessmentReason, ReasonCode, TrustHop } from "../model/assessment.js";
import { signedAt } from "../model/history/judge-pin.js";
import type { SignedIdentity } from "../model/identity.js";
import type { SignatureReport } from "../model/report.js";
import { isRevoked, type RevocationList } from "../model/revocation-list.js";
import { isCurrent, refusalOf } from "./anchor-terms.js";
import { isSilenced } from "./anchors/exclusive.js";
import type { ReadAnchor } from "./anchors/read-anchors.js";
import { askScope } from "./anchors/scope.js";
import type { CountedVouch } from "./policy/independence.js";
import { judgeTime, type TimeAnswer } from "./signature-time.js";
import { bestOfEachAnchor, type Standing, type StandingFinder, signerKeys } from "./standing.js";
import type { Trust } from "./trust.js";
import { isWithdrawn } from "./withdrawal.js";

/** What reports are judged by. */
export interface JudgingContext {
  readonly trust: Trust;
  /** The anchors' lists of revocations, verified, by the anchor's ID. */
  readonly lists: ReadonlyMap<string, RevocationList>;
  /** Matrix keys that are known, unpadded base64: none of them is believed as a raw key. */
  readonly matrixKeys: ReadonlySet<string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What one report comes to under one anchor, or under none. */
export interface Finding {
  readonly reasons: readonly AssessmentReason[];
  /** Present where the signature counts. */
  readonly vouch?: AttestedVouch;
  /** Whether it speaks against the identity. */
  readonly rejects?: true;
}

/** A vouch with its end. */
export interface AttestedVouch extends CountedVouch {
  /** Until when it counts, milliseconds since 1970; infinity where no end is known. */
  readonly until: number;
}

/**
 * Judges one report on an identity: once for each anchor that its signer stands under, each alone.
 *
 * @param find the ways by which signers can stand under anchors
 * @param object the signed text of the assessed master key: a report on other bytes is none on it
 */
export function judgeReport(
  report: SignatureReport,
  identity: SignedIdentity,
  object: string | undefined,
  find: StandingFinder,
  context: JudgingContext,
): readonly Finding[] {
  const { keyId, purpose, userId } = report;
  if (purpose !== "master-key" || userId !== identity.userId || object === undefined || report.object !== object) {
    return [unproven({ code: "not-valid", keyId, report: "wrong-object" })];
  }
  const time = judgeTime(report, context.trust.policy, context.now);
  const standings = bestOfEachAnchor(find(report, userId), time.counts ? time.at : context.now);
  if (standings.length === 0) {
    return [unproven(time.counts ? { code: "no-anchor", keyId } : { code: "not-valid", keyId, report: time.report })];
  }
  return standings.map((standing) => judgeStanding(standing, report, identity, time, context));
}

function judgeStanding(
  standing: Standing,
  report: SignatureReport,
  identity: SignedIdentity,
  time: TimeAnswer,
  context: JudgingContext,
): Finding {
  const { anchor } = standing;
  const about = { keyId: report.keyId, anchorId: anchor.id };
  const scope = askScope(anchor.scope, identity.userId, "identity");
  const isOut = !scope.in && scope.code === "out-of-scope";
  const isExcluded = isSilenced(anchor, identity.userId, context.trust.exclusive);
  if (!time.counts) {
    const isRevokedKey = time.report === "key-revoked" || time.report === "cert-revoked";
    const isAnchors = standing.isOwnKey && !standing.hindrance && !isOut && !isExcluded;
    if (isRevokedKey && isAnchors) return { reasons: [{ code: "anchor-revoked", ...about }], rejects: true };
    return unproven({ code: "not-valid", ...about, report: time.report });
  }
  if (isOut) return unproven({ code: "out-of-scope", ...about });
  if (standing.hindrance) return unproven({ code: standing.hindrance, ...about });
  if (isExcluded) return unproven({ code: "excluded", ...about });
  if (!scope.in) return { reasons: [{ code: "excepted", ...about }], rejects: true };
  if (isWithdrawn(report, identity)) return { reasons: [{ code: "withdrawn", ...about }], rejects: true };
  const list = context.lists.get(anchor.id);
  if (list && isRevoked(list, identity.userId, identity.masterKey?.publicKey ?? "")) {
    return { reasons: [{ code: "revoked-by-anchor", ...about }], rejects: true };
  }
  const refusal = refusalOf(standing, report, { ...context, masterKey: identity.masterKey?.publicKey, list });
  if (refusal) return unproven({ code: refusal, ...about });
  const isStale = anchor.revocation !== undefined && !isCurrent(list, context.now);
  const notes: ReasonCode[] = [...(time.note ? [time.note] : []), ...(isStale ? (["revocation-stale"] as const) : [])];
  return {
    reasons: [{ code: "vouched" as const, ...about }, ...notes.map((code) => ({ code, ...about }))],
    vouch: vouchOf(standing, report, scope, time.until, isStale ? undefined : list),
  };
}

function vouchOf(
  standing: Standing,
  report: SignatureReport,
  scope: { readonly pattern: string; readonly amount: number },
  until: number,
  list: RevocationList | undefined,
): AttestedVouch {
  const { anchor, hops, anchorKeys } = standing;
  const { notAfter = Number.POSITIVE_INFINITY, maxAge = Number.POSITIVE_INFINITY } = anchor;
  const limit = Math.min(anchor.amount, scope.amount);
  const amount = Math.min(limit, standing.amount);
  const tooOld = (report.createdAt ?? 0) + maxAge;
  const attestedAt = signedAt(report);
  const listEnd = list?.expiresAt ?? Number.POSITIVE_INFINITY;
  return {
    anchorId: anchor.id,
    algorithm: report.algorithm,
    keyId: report.keyId,
    amount,
    path: [anchorHop(anchor, anchorKeys, scope.pattern, limit), ...hops],
    limit,
    anchorKeys,
    below: standing.isOwnKey ? [] : [...standing.below, ...signerKeys(report)],
    above: standing.above,
    ...(attestedAt !== undefined && { attestedAt }),
    until: Math.min(until, standing.validUntil, notAfter, tooOld, listEnd),
  };
}

function anchorHop(
  { label, notAfter }: ReadAnchor,
  anchorKeys: readonly string[],
  pattern: string,
  amount: number,
): TrustHop {
  const [kind, who] = ["anchor" as const, anchorKeys.at(-1) ?? ""];
  const hop =
    label === undefined ? { kind, who, scope: pattern, amount } : { kind, who, name: label, scope: pattern, amount };
  return notAfter === undefined ? hop : { ...hop, validUntil: notAfter };
}

function unproven(reason: AssessmentReason): Finding {
  return { reasons: [reason] };
}
