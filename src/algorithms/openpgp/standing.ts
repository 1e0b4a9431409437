import { toHex } from "../../encoding/bytes.js";
import { clockSkewMs } from "../shared/limits.js";
import type { Horizon } from "./horizon.js";
import type { JudgedCertificate, JudgedUserId } from "./judged-certificate.js";
import type { OpenPgpLibrary } from "./library.js";
import type { PublicKey } from "./public-key.js";
import { keyStateAt } from "./validity.js";

/** A certificate that is alive and unrevoked at one time. */
export interface Standing {
  readonly library: OpenPgpLibrary;
  readonly key: PublicKey;
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
 * How a certificate stands at the horizon's time as one that introduces or is introduced.
 *
 * Stricter than a verdict on a signature, which may be older than what ended its key: a certificate that is expired or revoked now,
 * for whatever reason, is nobody in a web of trust.
 */
export function standingAt(
  { library, judged }: { readonly library: OpenPgpLibrary; readonly judged: JudgedCertificate },
  horizon: Horizon,
): Standing | undefined {
  const { key } = judged.primary;
  const { nowMs } = horizon;
  const { bindingFault, isRevokedHard, revokedSoftlyMs, notBeforeMs, mayCertify, endsMs, changesMs } = keyStateAt(
    judged.primary,
    nowMs,
  );
  for (const moment of [revokedSoftlyMs, endsMs, changesMs]) horizon.note(moment);
  if (bindingFault !== undefined || notBeforeMs !== undefined || isRevokedHard) return undefined;
  const untilMs = Math.min(revokedSoftlyMs, endsMs, changesMs);
  if (untilMs <= nowMs) return undefined;
  const names = new Map(judged.userIds.flatMap((userId) => standingName(userId, horizon)));
  return { library, key, mayCertify, names, untilMs };
}

function standingName(
  { text, body, selfSignatures, revokedMs }: JudgedUserId,
  horizon: Horizon,
): [string, StandingName][] {
  const { nowMs } = horizon;
  const takenBackMs = revokedMs - clockSkewMs;
  horizon.note(takenBackMs);
  const current = selfSignatures.find((made) => {
    const beginsMs = made.createdMs - clockSkewMs;
    for (const moment of [beginsMs, made.untilMs]) horizon.note(moment);
    return beginsMs <= nowMs && made.untilMs > nowMs;
  });
  if (!current || takenBackMs <= nowMs) return [];
  const untilMs = Math.min(current.untilMs, takenBackMs);
  return [[toHex(body), { text, body, createdMs: current.createdMs, untilMs }]];
}
