import type { ReportCode } from "../../model/report.js";
import type { JudgedKey, JudgedUserId } from "./judged-certificate.js";
import { clockSkewMs, maxNames } from "./limits.js";
import type { SelfSignature } from "./self-signatures.js";

const signDataFlag = 0x02;
const forever = Number.POSITIVE_INFINITY;

/** How a key stands at one time. Times are milliseconds since 1970. */
export interface KeyState {
  /** Why nothing binds it, at any time; absent where something does. */
  readonly bindingFault?: ReportCode;
  /** Why it may not make signatures on data: its flags, or a subkey that does not say itself that it belongs here. */
  readonly useFault?: ReportCode;
  readonly isRevokedHard: boolean;
  /** When it was given up for another, or its last user ID was; `Infinity` where it was not. */
  readonly revokedSoftlyMs: number;
  readonly createdMs: number;
  /** Every self-signature lies ahead: from then on. */
  readonly notBeforeMs?: number;
  /** End of its own time. */
  readonly endsMs: number;
  /** The next moment at which this answer may be another. */
  readonly changesMs: number;
}

/**
 * How a key stands at `nowMs`, from its verified self-signatures: of each component the newest that is alive counts, and of
 * those the newest that says something about lifetime or use.
 */
export function keyStateAt(judged: JudgedKey, nowMs: number): KeyState {
  const made = judged.selfSignatures.map((list) => list.filter((entry) => entry.createdMs <= nowMs + clockSkewMs));
  const alive = made.flatMap((list) => list.find((entry) => entry.untilMs > nowMs) ?? []).sort(newestFirst);
  const ended = made.flat().sort(newestFirst);
  const governing = alive.length > 0 ? alive : ended;
  const { createdMs } = judged.key;
  const soft = judged.revocations.filter((revocation) => !revocation.isHard).map((revocation) => revocation.createdMs);
  const lifetimeMs = governing.find((entry) => entry.keyLifetimeMs !== undefined)?.keyLifetimeMs ?? forever;
  const last = alive.length > 0 ? undefined : latestEnd(ended);
  const bindingFault = judged.selfSignatures.some((list) => list.length > 0)
    ? undefined
    : (judged.refusal ?? "key-not-for-signing");
  const useFault = governing.length > 0 ? useFaultOf(judged, governing) : undefined;
  return {
    createdMs,
    isRevokedHard: judged.revocations.some((revocation) => revocation.isHard),
    revokedSoftlyMs: Math.min(forever, ...soft, last?.endedByRevocation ? last.untilMs : forever),
    endsMs: Math.min(createdMs + lifetimeMs, last?.untilMs ?? forever, backSignatureEnd(governing)),
    changesMs: nextChange(judged, nowMs),
    ...(bindingFault === undefined ? {} : { bindingFault }),
    ...(useFault === undefined ? {} : { useFault }),
    ...(governing.length > 0 || bindingFault !== undefined ? {} : { notBeforeMs: firstCreation(judged) }),
  };
}

/** Names whose self-signature is alive at `nowMs`, the primary one first. */
export function namesAt(userIds: readonly JudgedUserId[], nowMs: number): string[] {
  const alive = userIds.flatMap(({ name, selfSignatures }) => {
    const current = selfSignatures.find((entry) => entry.createdMs <= nowMs + clockSkewMs && entry.untilMs > nowMs);
    return current ? [{ name, current }] : [];
  });
  alive.sort((a, b) => rank(b.current) - rank(a.current) || newestFirst(a.current, b.current));
  return alive.slice(0, maxNames).map(({ name }) => name);
}

function useFaultOf(judged: JudgedKey, governing: readonly SelfSignature[]): ReportCode | undefined {
  const flags = governing.find((entry) => entry.keyFlags !== undefined)?.keyFlags ?? 0;
  if ((flags & signDataFlag) === 0) return "key-not-for-signing";
  if (!judged.isSubkey) return undefined;
  const backSignature = governing[0]?.backSignature;
  if (!backSignature) return "key-not-for-signing";
  return "fault" in backSignature ? backSignature.fault : undefined;
}

function backSignatureEnd(governing: readonly SelfSignature[]): number {
  const backSignature = governing[0]?.backSignature;
  return backSignature && "untilMs" in backSignature ? backSignature.untilMs : forever;
}

/** A self-signature that begins or ends, or a soft revocation dated ahead. */
function nextChange(judged: JudgedKey, nowMs: number): number {
  const moments = judged.selfSignatures.flat().flatMap((entry) => [entry.createdMs - clockSkewMs, entry.untilMs]);
  moments.push(...judged.revocations.map((revocation) => revocation.createdMs));
  return moments.reduce((next, moment) => (moment > nowMs && moment < next ? moment : next), forever);
}

function latestEnd(ended: readonly SelfSignature[]): SelfSignature | undefined {
  return ended.reduce<SelfSignature | undefined>(
    (latest, entry) => (!latest || entry.untilMs > latest.untilMs ? entry : latest),
    undefined,
  );
}

function firstCreation(judged: JudgedKey): number {
  return judged.selfSignatures.flat().reduce((first, entry) => Math.min(first, entry.createdMs), forever);
}

function newestFirst(a: SelfSignature, b: SelfSignature): number {
  return b.createdMs - a.createdMs;
}

function rank(entry: SelfSignature): number {
  return entry.isPrimaryUserId ? 1 : 0;
}
