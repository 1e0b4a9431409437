import type { AssessmentReason, ReasonCode, TrustHop } from "../model/assessment.js";
import { signedAt } from "../model/history/judge-pin.js";
import type { SignedIdentity } from "../model/identity.js";
import type { SignatureReport } from "../model/report.js";
import { isRevoked, type RevocationList } from "../model/revocation-list.js";
import { isSilenced } from "./anchors/exclusive.js";
import { askScope } from "./anchors/scope.js";
import type { CountedVouch } from "./policy/independence.js";
import { judgeTime, type TimeAnswer } from "./signature-time.js";
import { type Standing, type StandingFinder, signerKeys } from "./standing.js";
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
  /** Until when it counts; absent where no end is known. */
  readonly until?: number;
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
  const about = { keyId: report.keyId };
  const { purpose, userId } = report;
  if (purpose !== "master-key" || userId !== identity.userId || object === undefined || report.object !== object) {
    return [unproven({ code: "not-valid", ...about, report: "wrong-object" })];
  }
  const time = judgeTime(report, context.trust.policy, context.now);
  const standings = bestOfEachAnchor(find(report, userId), time.counts ? time.at : context.now);
  if (standings.length === 0) {
    return [
      unproven(time.counts ? { code: "no-anchor", ...about } : { code: "not-valid", ...about, report: time.report }),
    ];
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
  const refusal = refusalOf(standing, report, list, identity, context);
  if (refusal) return unproven({ code: refusal, ...about });
  const isStale = anchor.revocation !== undefined && !isCurrent(list, context.now);
  const notes: ReasonCode[] = [...(time.note ? [time.note] : []), ...(isStale ? (["revocation-stale"] as const) : [])];
  return {
    reasons: [{ code: "vouched" as const, ...about }, ...notes.map((code) => ({ code, ...about }))],
    vouch: vouchOf(standing, report, scope, time.until, isStale ? undefined : list),
  };
}

/** What the anchor itself asks of signatures, beyond scope and naming. */
function refusalOf(
  { anchor, isOwnKey }: Standing,
  report: SignatureReport,
  list: RevocationList | undefined,
  { masterKey }: SignedIdentity,
  { matrixKeys, now }: JudgingContext,
): ReasonCode | undefined {
  const { notBefore = 0, notAfter = Number.POSITIVE_INFINITY, maxAge, requireExpiry, revocation } = anchor;
  const { fingerprint = "" } = report.signer ?? {};
  if (isOwnKey && (fingerprint === masterKey?.publicKey || matrixKeys.has(fingerprint))) return "matrix-key";
  const isUnconfirmed = report.code === "key-unconfirmed" || report.keyUnconfirmed;
  if (isUnconfirmed && !anchor.acceptUnconfirmed) return "key-unconfirmed";
  if (now < notBefore) return "anchor-not-yet";
  if (now >= notAfter) return "anchor-over";
  // A timestamp says that a signature existed, not how old it is: anybody can add a new one to an old signature.
  const time = report.createdAt;
  if (maxAge !== undefined && time === undefined) return "no-time";
  if (maxAge !== undefined && time !== undefined && now >= time + maxAge) return "too-old";
  // A key's end can be put off, a certificate's cannot.
  if (requireExpiry && report.expiresAt === undefined && !report.certificate) return "no-expiry";
  if (revocation?.mode === "hard-fail" && !isCurrent(list, now)) return "list-missing";
  return undefined;
}

function vouchOf(
  standing: Standing,
  report: SignatureReport,
  scope: { readonly pattern: string; readonly amount: number },
  until: number | undefined,
  list: RevocationList | undefined,
): AttestedVouch {
  const { anchor, hops, anchorKeys } = standing;
  const limit = Math.min(anchor.amount, scope.amount);
  const amount = Math.min(limit, standing.amount);
  const age = anchor.maxAge === undefined ? undefined : (report.createdAt ?? 0) + anchor.maxAge;
  const end = earliest(until, standing.validUntil, anchor.notAfter, age, list?.expiresAt);
  const first: TrustHop = {
    kind: "anchor",
    who: anchorKeys.at(-1) ?? "",
    ...(anchor.label !== undefined && { name: anchor.label }),
    scope: scope.pattern,
    amount: limit,
    ...(anchor.notAfter !== undefined && { validUntil: anchor.notAfter }),
  };
  const time = signedAt(report);
  return {
    anchorId: anchor.id,
    algorithm: report.algorithm,
    keyId: report.keyId,
    amount,
    path: [first, ...hops],
    limit,
    anchorKeys,
    below: standing.isOwnKey ? [] : [...standing.below, ...signerKeys(report)],
    above: standing.above,
    ...(time !== undefined && { attestedAt: time }),
    ...(end !== undefined && { until: end }),
  };
}

/** Of several ways under one anchor the one that lets the signer speak, is worth most and lasts longest. */
function bestOfEachAnchor(standings: readonly Standing[], at: number): readonly Standing[] {
  const current = standings.filter(({ validFrom = 0, validUntil = Number.POSITIVE_INFINITY }) => {
    return validFrom <= at && at < validUntil;
  });
  if (current.length < 2) return current;
  const byAnchor = new Map<string, Standing>();
  for (const standing of current) {
    const known = byAnchor.get(standing.anchor.id);
    if (!known || isBetter(standing, known)) byAnchor.set(standing.anchor.id, standing);
  }
  return [...byAnchor.values()].sort((a, b) => (a.anchor.id < b.anchor.id ? -1 : 1));
}

function isBetter(a: Standing, b: Standing): boolean {
  if (!a.hindrance !== !b.hindrance) return !a.hindrance;
  if (a.isOwnKey !== b.isOwnKey) return a.isOwnKey;
  if (a.amount !== b.amount) return a.amount > b.amount;
  const [endOfA, endOfB] = [a.validUntil ?? Number.POSITIVE_INFINITY, b.validUntil ?? Number.POSITIVE_INFINITY];
  if (endOfA !== endOfB) return endOfA > endOfB;
  return a.below.join() < b.below.join();
}

function isCurrent(list: RevocationList | undefined, now: number): boolean {
  return list !== undefined && now < list.expiresAt;
}

function earliest(...times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}

function unproven(reason: AssessmentReason): Finding {
  return { reasons: [reason] };
}
