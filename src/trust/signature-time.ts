import type { ReportCode, SignatureReport } from "../model/report.js";
import type { ReadPolicy } from "./policy/read-policy.js";

/** Whether a signature counts at this time. Times are milliseconds since 1970. */
export type TimeAnswer =
  | {
      readonly counts: true;
      readonly note?: "within-grace" | "valid-when-signed";
      /** The moment for which the way to an anchor must hold. */
      readonly at: number;
      /** Infinity where no end is known. */
      readonly until: number;
    }
  | { readonly counts: false; readonly report: ReportCode };

/** The signer's clock may be ahead by as much as verifiers let pass (PROTOCOL, "In every algorithm"). */
const maxAheadMs = 5 * 60 * 1000;
const ended: readonly ReportCode[] = ["expired", "key-expired", "cert-expired"];
/** Of these nothing is wrong with the signature, had it been judged when it was made. */
const endedSince: readonly ReportCode[] = ["key-expired", "cert-expired", "key-revoked-softly", "cert-revoked-softly"];

/**
 * Judges a report by the time: valid now, ended within the policy's grace, or valid when it was signed where the policy goes by that.
 *
 * A verdict may be older than `now`, so one that says `valid` is held against its own interval.
 */
export function judgeTime(report: SignatureReport, policy: ReadPolicy, now: number): TimeAnswer {
  const { status, code, validFrom, expiresAt, validUntil } = report;
  const end = Math.min(expiresAt ?? Number.POSITIVE_INFINITY, validUntil ?? Number.POSITIVE_INFINITY);
  if (validFrom !== undefined && validFrom > now + maxAheadMs) return { counts: false, report: "not-yet-valid" };
  if (status === "valid" && now < end) return { counts: true, at: now, until: end };
  const since = status === "valid" ? endOf(report, now) : code;
  // Without a signer the mathematics was never right.
  if (!report.signer || !Number.isFinite(end)) return { counts: false, report: since };
  const at = provenAt(report);
  if (
    policy.validity === "signing-time" &&
    endedSince.includes(since) &&
    at !== undefined &&
    wasValid(report, at, now)
  ) {
    return { counts: true, note: "valid-when-signed", at, until: expiresAt ?? Number.POSITIVE_INFINITY };
  }
  if (ended.includes(since) && now < end + policy.grace) {
    return { counts: true, note: "within-grace", at: end - 1, until: end + policy.grace };
  }
  return { counts: false, report: since };
}

/**
 * When a signature existed for certain: its own word, else the first timestamp that counts.
 *
 * @returns `undefined` where nothing says
 */
function provenAt({ createdAt, certificate }: SignatureReport): number | undefined {
  if (createdAt !== undefined) return createdAt;
  const proven = (certificate?.timestamps ?? []).filter(({ counts }) => counts).map(({ at }) => at);
  return proven.length > 0 ? Math.min(...proven) : undefined;
}

function endOf({ expiresAt, certificate }: SignatureReport, now: number): ReportCode {
  if (expiresAt !== undefined && expiresAt <= now) return "expired";
  return certificate ? "cert-expired" : "key-expired";
}

/** That its key ended is forgiven, that the signature itself did is not. */
function wasValid(report: SignatureReport, at: number, now: number): boolean {
  const { validFrom = 0, validUntil = Number.POSITIVE_INFINITY, expiresAt = Number.POSITIVE_INFINITY } = report;
  return now < expiresAt && validFrom <= at && at < validUntil;
}
