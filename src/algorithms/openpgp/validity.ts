import type { ReportCode } from "../../model/report.js";
import { clockSkewMs, maxNames } from "../shared/limits.js";
import { allSelfSignatures, governingAt, newestFirst, rank } from "./governing.js";
import type { JudgedKey, JudgedUserId } from "./judged-certificate.js";
import type { BackSignature, SelfSignature } from "./self-signatures.js";

const certifyFlag = 0x01;
const signDataFlag = 0x02;
const forever = Number.POSITIVE_INFINITY;

/** How a key stands at one time. Times are milliseconds since 1970. */
export interface KeyState {
  /** Why nothing binds it, at any time; absent where something does. */
  readonly bindingFault?: ReportCode;
  /** Why it may not make signatures on data: its flags, or a subkey that does not say itself that it belongs here. */
  readonly useFault?: ReportCode;
  /** Whether its flags let it certify others. */
  readonly mayCertify: boolean;
  readonly isRevokedHard: boolean;
  /** When it was given up for another, or the signatures directly on it were; `Infinity` where it was not. */
  readonly revokedSoftlyMs: number;
  readonly createdMs: number;
  /** Every self-signature lies ahead: from then on. */
  readonly notBeforeMs?: number;
  /** End of its own time. */
  readonly endsMs: number;
  /** The next moment at which this answer may be another. */
  readonly changesMs: number;
}

/** How a key stands at `nowMs`, by the self-signatures that govern it then ({@link governingAt}). */
export function keyStateAt(judged: JudgedKey, nowMs: number): KeyState {
  const { governing, last } = governingAt(judged, nowMs);
  const { createdMs } = judged.key;
  const soft = judged.revocations.filter((revocation) => !revocation.isHard).map((revocation) => revocation.createdMs);
  const lifetimeMs = governing.find((entry) => entry.keyLifetimeMs !== undefined)?.keyLifetimeMs ?? forever;
  const isBound = allSelfSignatures(judged).length > 0;
  const bindingFault = isBound ? undefined : (judged.refusal ?? "key-not-for-signing");
  const useFault = governing.length > 0 ? useFaultOf(judged, governing, nowMs) : undefined;
  return {
    createdMs,
    mayCertify: (flagsOf(governing) & certifyFlag) !== 0,
    isRevokedHard: judged.revocations.some((revocation) => revocation.isHard),
    revokedSoftlyMs: Math.min(forever, ...soft, last?.endedByRevocation ? last.untilMs : forever),
    endsMs: Math.min(createdMs + lifetimeMs, last?.untilMs ?? forever, backSignatureEnd(governing, nowMs)),
    changesMs: nextChange(judged, nowMs),
    ...(bindingFault === undefined ? {} : { bindingFault }),
    ...(useFault === undefined ? {} : { useFault }),
    ...(governing.length > 0 || !isBound ? {} : { notBeforeMs: firstCreation(judged) }),
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

function useFaultOf(judged: JudgedKey, governing: readonly SelfSignature[], nowMs: number): ReportCode | undefined {
  if ((flagsOf(governing) & signDataFlag) === 0) return "key-not-for-signing";
  if (!judged.isSubkey) return undefined;
  const backSignature = governing[0]?.backSignature;
  if (!backSignature) return "key-not-for-signing";
  return begunSpans(governing, nowMs).length > 0 ? undefined : backSignature.fault;
}

function flagsOf(governing: readonly SelfSignature[]): number {
  return governing.find((entry) => entry.keyFlags !== undefined)?.keyFlags ?? 0;
}

function backSignatureEnd(governing: readonly SelfSignature[], nowMs: number): number {
  const ends = begunSpans(governing, nowMs).map((span) => span.untilMs);
  return ends.length > 0 ? Math.max(...ends) : forever;
}

function begunSpans(governing: readonly SelfSignature[], nowMs: number): BackSignature["spans"] {
  return governing[0]?.backSignature?.spans.filter(({ createdMs }) => createdMs <= nowMs + clockSkewMs) ?? [];
}

/** A self-signature that begins or ends, or a soft revocation dated ahead. */
function nextChange(judged: JudgedKey, nowMs: number): number {
  const moments = allSelfSignatures(judged).flatMap((entry) => [
    entry.createdMs - clockSkewMs,
    entry.untilMs,
    entry.expiresMs,
    ...(entry.backSignature?.spans ?? []).flatMap((span) => [span.createdMs - clockSkewMs, span.untilMs]),
  ]);
  moments.push(...judged.revocations.map((revocation) => revocation.createdMs));
  return moments.reduce((next, moment) => (moment > nowMs && moment < next ? moment : next), forever);
}

function firstCreation(judged: JudgedKey): number {
  return allSelfSignatures(judged).reduce((first, entry) => Math.min(first, entry.createdMs), forever);
}
