import { toHex } from "../../encoding/bytes.js";
import { throwIfAborted } from "../../model/abort.js";
import { clockSkewMs } from "../shared/limits.js";
import type { Statements } from "./certifications.js";
import { checkSignature, type Outcome, type SignedData } from "./check-signature.js";
import type { Horizon } from "./horizon.js";
import type { OpenPgpLibrary } from "./library.js";
import { maxStatementsOfSlowKeys } from "./limits.js";
import { isSlow, type PublicKey } from "./public-key.js";
import { refusalOf } from "./self-signatures.js";
import { type ParsedSignature, signatureType } from "./signature-packet.js";
import { readTrust, type TrustStatement } from "./trust-signature.js";

/** A certification that is right, understood and alive. */
export interface LiveStatement extends TrustStatement {
  readonly createdMs: number;
  /** Its own expiry, or a later word that is dated ahead; `Infinity` where there is none. */
  readonly untilMs: number;
}

/** The keys and the user ID that statements are about. */
export interface StatementParties {
  readonly issuer: PublicKey;
  readonly target: PublicKey;
  /** Body of the user ID packet. */
  readonly userId: Uint8Array;
}

/** Finds out what a key says now about a user ID, and remembers which signatures were right. */
export class StatementJudge {
  readonly #outcomes = new WeakMap<ParsedSignature, Map<string, Outcome>>();

  /**
   * The newest statement that is right, where it is a certification that counts.
   *
   * The newest has the last word even where it counts for nothing: expired, weak, not understood, without trust. An older one never comes
   * back. A revocation counts whatever its digest, and against what was said in the same second.
   *
   * @returns `undefined` where nothing counts
   * @throws CountersignError `ERR_ABORTED`; whatever openpgp fails with where that is not the signature's fault
   */
  async newest(
    library: OpenPgpLibrary,
    statements: Statements,
    parties: StatementParties,
    horizon: Horizon,
    signal: AbortSignal | undefined,
  ): Promise<LiveStatement | undefined> {
    const { signatures, isFlooded } = statements;
    if (isFlooded || (isSlow(parties.issuer) && signatures.length > maxStatementsOfSlowKeys)) return undefined;
    let untilMs = Number.POSITIVE_INFINITY;
    for (const signature of [...signatures].sort(lastWordFirst)) {
      throwIfAborted(signal);
      const beginsMs = signature.createdMs - clockSkewMs;
      horizon.note(beginsMs);
      if (beginsMs <= horizon.nowMs) {
        const outcome = await this.#check(library, signature, parties);
        if (outcome === "right") return live(signature, parties, untilMs, horizon);
        if (outcome === "unsupported") return undefined;
      } else {
        untilMs = Math.min(untilMs, beginsMs);
      }
    }
    return undefined;
  }

  /** The mathematics, once for each signature and key. */
  async #check(library: OpenPgpLibrary, signature: ParsedSignature, parties: StatementParties): Promise<Outcome> {
    const { issuer, target, userId } = parties;
    const known = this.#outcomes.get(signature) ?? new Map<string, Outcome>();
    this.#outcomes.set(signature, known);
    const data: SignedData = { key: target.packet, userID: { write: () => userId } };
    const outcome = known.get(issuer.fingerprint) ?? (await checkSignature(library, signature, issuer, data));
    known.set(issuer.fingerprint, outcome);
    return outcome;
  }
}

function live(
  signature: ParsedSignature,
  { issuer, target }: StatementParties,
  nextMs: number,
  horizon: Horizon,
): LiveStatement | undefined {
  const { createdMs, expiresMs } = signature;
  const trust = readTrust(signature);
  horizon.note(expiresMs);
  if (isRevocation(signature) || refusalOf(signature) !== undefined || !trust || trust.amount === 0) return undefined;
  if (expiresMs <= horizon.nowMs || createdMs < Math.max(issuer.createdMs, target.createdMs)) return undefined;
  return { ...trust, createdMs, untilMs: Math.min(expiresMs, nextMs) };
}

/** Total: of one second revocations come first, then what says least. */
function lastWordFirst(a: ParsedSignature, b: ParsedSignature): number {
  const least = (signature: ParsedSignature): number => readTrust(signature)?.amount ?? 0;
  return (
    b.createdMs - a.createdMs ||
    Number(isRevocation(b)) - Number(isRevocation(a)) ||
    least(a) - least(b) ||
    (toHex(a.body) < toHex(b.body) ? -1 : 1)
  );
}

function isRevocation({ type }: ParsedSignature): boolean {
  return type === signatureType.certificationRevocation;
}
