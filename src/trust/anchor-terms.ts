import type { ReasonCode } from "../model/assessment.js";
import type { SignatureReport } from "../model/report.js";
import type { RevocationList } from "../model/revocation-list.js";
import type { Standing } from "./standing.js";

/** What the terms of an anchor are held against. */
export interface TermsContext {
  /** The master key that the signature is on, unpadded base64; absent where it is on something else. */
  readonly masterKey?: string | undefined;
  /** Matrix keys that are known, unpadded base64: none of them is believed as a raw key. */
  readonly matrixKeys: ReadonlySet<string>;
  /** The anchor's list of revocations, verified. */
  readonly list?: RevocationList | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Why a signature does not do for the anchor itself, whatever its scope; `undefined` where it does. */
export function refusalOf(
  { anchor, isOwnKey }: Standing,
  report: SignatureReport,
  { masterKey, matrixKeys, list, now }: TermsContext,
): ReasonCode | undefined {
  const { notBefore = 0, notAfter = Number.POSITIVE_INFINITY, maxAge, requireExpiry, revocation } = anchor;
  const { fingerprint = "" } = report.signer ?? {};
  if (isOwnKey && (fingerprint === masterKey || matrixKeys.has(fingerprint))) return "matrix-key";
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

/** Whether a list is there and not too old to prove that anything is not revoked. */
export function isCurrent(list: RevocationList | undefined, now: number): boolean {
  return list !== undefined && now < list.expiresAt;
}
