import { decodeUtf8 } from "../encoding/bytes.js";
import type { AssessmentReason, IdentityAssessment, TrustHop, TrustLevel } from "../model/assessment.js";
import type { SignedIdentity } from "../model/identity.js";
import type { SignatureReport } from "../model/report.js";
import { isFingerprintOf, speaksFor, type TrustAnchor } from "./anchor.js";
import { isWithdrawn } from "./withdrawal.js";

/** How long an assessment may be relied on where nothing ends earlier: 10 minutes. */
export const defaultFreshnessMs: number = 10 * 60 * 1000;

/** The same where something about the identity could not be read, a withdrawal perhaps: 1 minute. */
const troubledFreshnessMs = 60 * 1000;

/** What {@link assessIdentity} weighs. */
export interface AssessInput {
  readonly identity: SignedIdentity;
  /** The verdict on every signature of the identity. */
  readonly reports: readonly SignatureReport[];
  /** Anchors as `readAnchors` returns them. */
  readonly anchors: readonly TrustAnchor[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

interface Finding {
  readonly level: TrustLevel;
  readonly reason: AssessmentReason;
  readonly hop?: TrustHop;
}

/**
 * Weighs the reports on one identity against the reader's anchors: a pure function.
 *
 * Anchors are judged each alone: one that convinces is enough, one that rejects silences no other. Without an anchor
 * nobody is trusted. Verifies nothing itself.
 */
export function assessIdentity({ identity, reports, anchors, now }: AssessInput): IdentityAssessment {
  const findings = identity.masterKey ? reports.map((report) => judge(report, identity, anchors, now)) : [];
  const trusted = findings.filter((finding) => finding.level === "trusted");
  const level: TrustLevel =
    trusted.length > 0 ? "trusted" : findings.some((finding) => finding.level === "rejected") ? "rejected" : "unproven";
  const path = trusted.flatMap((finding) => (finding.hop ? [finding.hop] : [])).slice(0, 1);
  const turns = reports.flatMap((report) => [...endsOf(report), report.validFrom ?? now]);
  const freshnessMs = identity.problems.length > 0 ? troubledFreshnessMs : defaultFreshnessMs;
  return {
    userId: identity.userId,
    ...(identity.masterKey?.publicKey !== undefined && { masterKey: identity.masterKey.publicKey }),
    level,
    path,
    reasons: findings.length > 0 ? findings.map(({ reason }) => reason) : [absence(identity)],
    reports,
    problems: identity.problems,
    checkedAt: now,
    freshUntil: Math.min(now + freshnessMs, ...turns.filter((time) => time > now)),
  };
}

function absence(identity: SignedIdentity): AssessmentReason {
  if (identity.problems.includes("malformed-master-key")) return { code: "malformed-master-key" };
  return { code: identity.masterKey ? "no-signature" : "no-master-key" };
}

function judge(
  report: SignatureReport,
  identity: SignedIdentity,
  anchors: readonly TrustAnchor[],
  now: number,
): Finding {
  const about = { keyId: report.keyId };
  const own = anchors.filter((anchor) => isKeyOf(anchor, report));
  const inScope = own.filter((candidate) => speaksFor(candidate, identity.userId));
  const anchor = inScope.find((candidate) => convinces(candidate, report)) ?? inScope[0];
  const named = anchor ? { ...about, anchorId: anchor.id } : about;
  if (!isAboutIdentity(report, identity)) return unproven({ code: "not-valid", ...named, report: "wrong-object" });
  if (report.status !== "valid" || isOver(report, now)) {
    const revoked = anchor !== undefined && report.code === "key-revoked";
    if (revoked) return { level: "rejected", reason: { code: "anchor-revoked", ...named } };
    return unproven({ code: "not-valid", ...named, report: report.status === "valid" ? "expired" : report.code });
  }
  if (own.length === 0) return unproven({ code: "no-anchor", ...about });
  if (!anchor) return unproven({ code: "out-of-scope", ...about, anchorId: own[0]?.id ?? "" });
  if (isWithdrawn(report, identity)) return { level: "rejected", reason: { code: "withdrawn", ...named } };
  if (!convinces(anchor, report)) return unproven({ code: "key-unconfirmed", ...named });
  return { level: "trusted", reason: { code: "vouched", ...named }, hop: hop(anchor, report) };
}

function isKeyOf(anchor: TrustAnchor, report: SignatureReport): boolean {
  return report.algorithm === anchor.algorithm && isFingerprintOf(anchor, report.signer?.fingerprint);
}

function convinces(anchor: TrustAnchor, report: SignatureReport): boolean {
  return report.code === "valid" || (report.code === "key-unconfirmed" && anchor.acceptUnconfirmed === true);
}

/** A report is evidence for the very bytes that it is about: never for another key of the same user. */
function isAboutIdentity(report: SignatureReport, { userId, masterKey }: SignedIdentity): boolean {
  const assessed = masterKey && decodeUtf8(masterKey.bytes);
  return report.purpose === "master-key" && report.userId === userId && report.object === assessed;
}

function isOver(report: SignatureReport, now: number): boolean {
  return endsOf(report).some((end) => !(end > now));
}

function endsOf({ expiresAt, validUntil }: SignatureReport): number[] {
  return [expiresAt, validUntil].filter((time) => time !== undefined);
}

function unproven(reason: AssessmentReason): Finding {
  return { level: "unproven", reason };
}

function hop(anchor: TrustAnchor, report: SignatureReport): TrustHop {
  return {
    anchorId: anchor.id,
    algorithm: report.algorithm,
    fingerprint: anchor.key,
    keyId: report.keyId,
    ...(report.validUntil !== undefined && { validUntil: report.validUntil }),
  };
}
