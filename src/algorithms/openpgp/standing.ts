import { toHex } from "../../encoding/bytes.js";
import { clockSkewMs } from "../shared/limits.js";
import type { JudgedCertificate, JudgedUserId } from "./judged-certificate.js";
import type { OpenPgpLibrary } from "./library.js";
import type { PublicKey } from "./public-key.js";
import { keyStateAt } from "./validity.js";

/** A certificate that is alive and unrevoked at one time. */
export interface Standing {
  readonly library: OpenPgpLibrary;
  readonly key: PublicKey;
  readonly nowMs: number;
  /** Whether it may certify others. */
  readonly mayCertify: boolean;
  /** By body of the user ID packet, in hexadecimal. */
  readonly names: ReadonlyMap<string, StandingName>;
  /** The next moment at which this may be another answer; `Infinity` where there is none. */
  readonly untilMs: number;
}

/** A user ID that its certificate stands by. */
export interface StandingName {
  /** Word for word. */
  readonly text: string;
  readonly body: Uint8Array;
  readonly createdMs: number;
  readonly untilMs: number;
}

/**
 * How a certificate stands at `nowMs` as one that introduces or is introduced.
 *
 * Stricter than a verdict on a signature, which may be older than what ended its key: a certificate that is expired or revoked now,
 * for whatever reason, is nobody in a web of trust.
 */
export function standingAt(
  { library, judged }: { readonly library: OpenPgpLibrary; readonly judged: JudgedCertificate },
  nowMs: number,
): Standing | undefined {
  const { key } = judged.primary;
  const { bindingFault, isRevokedHard, revokedSoftlyMs, notBeforeMs, mayCertify, endsMs, changesMs } = keyStateAt(
    judged.primary,
    nowMs,
  );
  if (bindingFault !== undefined || notBeforeMs !== undefined || isRevokedHard) return undefined;
  const untilMs = Math.min(revokedSoftlyMs, endsMs, changesMs);
  if (untilMs <= nowMs) return undefined;
  const names = new Map(judged.userIds.flatMap((userId) => standingName(userId, nowMs)));
  return { library, key, nowMs, mayCertify, names, untilMs };
}

function standingName(
  { text, body, selfSignatures, revokedMs }: JudgedUserId,
  nowMs: number,
): [string, StandingName][] {
  const isAlive = (made: { createdMs: number; untilMs: number }): boolean =>
    made.createdMs <= nowMs + clockSkewMs && made.untilMs > nowMs;
  const current = selfSignatures.find(isAlive);
  if (!current || revokedMs <= nowMs + clockSkewMs) return [];
  const untilMs = Math.min(current.untilMs, revokedMs - clockSkewMs);
  return [[toHex(body), { text, body, createdMs: current.createdMs, untilMs }]];
}
