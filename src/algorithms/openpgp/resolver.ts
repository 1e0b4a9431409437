import { orAborted, throwIfAborted } from "../../model/abort.js";
import type { VerifyInput } from "../algorithm.js";
import { Fault } from "../shared/fault.js";
import type { Certificate } from "./certificate.js";
import { type KeyDataLimits, readKeyData } from "./key-data.js";
import { maxBlocks, maxCertificateBytes, maxCertificatePackets } from "./limits.js";
import { groupByIssuer, readCertificates, revocationsOf } from "./read-certificates.js";
import type { ParsedSignature } from "./signature-packet.js";
import { withTimeout } from "./with-timeout.js";

/**
 * Asks somewhere for the OpenPGP certificate of a fingerprint: a key server, a directory, a file.
 *
 * Returns it armored or binary, or `undefined` where there is none; throws where it could not be asked. What it returns is
 * merged with every other copy; it need not be trusted, except not to hold a revocation back.
 */
export type KeyResolver = (request: {
  /** Fingerprint of the primary key: upper-case hexadecimal, 40 or 64 digits. */
  readonly fingerprint: string;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}) => Promise<string | Uint8Array | undefined>;

/** What a resolver has about one fingerprint. */
export interface Resolved {
  /** All copies in the answer as one. */
  readonly certificate?: Certificate;
  /** Revocations by that certificate: the answer may hold nothing else. */
  readonly revocations: readonly ParsedSignature[];
}

/** How a certificate is looked for: `offline`, resolvers are not asked. */
export type Looking = Pick<VerifyInput, "offline" | "signal">;

interface Answer {
  readonly resolved: Resolved;
  readonly atMs: number;
  readonly sizeBytes: number;
}

interface Pending {
  readonly answer: Promise<Resolved>;
  readonly controller: AbortController;
  waiting: number;
}

/** The most that one answer may be. */
export const answerLimits: KeyDataLimits = {
  maxBytes: maxCertificateBytes,
  maxBlocks,
  maxPackets: maxCertificatePackets,
};

const maxEntries = 2000;
const maxCachedBytes = 64 * 1024 * 1024;

/**
 * Resolvers' answers: read, kept for a while, and asked for once however many wait. All are asked, and one that fails fails them
 * all: it might have been the one that has the revocation.
 */
export class ResolverCache {
  readonly #resolvers: readonly KeyResolver[];
  readonly #maxAgeMs: number;
  readonly #timeoutMs: number;
  readonly #now: () => number;
  readonly #pending = new Map<string, Pending>();
  readonly #answers = new Map<string, Answer>();
  #sizeBytes = 0;

  constructor(
    resolvers: readonly KeyResolver[],
    options: { readonly maxAgeMs: number; readonly timeoutMs: number; readonly now: () => number },
  ) {
    this.#resolvers = resolvers;
    this.#timeoutMs = options.timeoutMs;
    this.#maxAgeMs = options.maxAgeMs;
    this.#now = options.now;
  }

  /**
   * What the resolvers have of that fingerprint, from memory or asked for; offline from memory alone.
   *
   * @throws Fault `resolver-failed`; CountersignError `ERR_ABORTED`
   */
  async find(fingerprint: string, { offline = false, signal }: Looking): Promise<Resolved> {
    throwIfAborted(signal);
    const known = this.#answers.get(fingerprint);
    const ageMs = this.#now() - (known?.atMs ?? 0);
    if (known && ageMs >= 0 && ageMs < this.#maxAgeMs) return known.resolved;
    if (offline) throw new Fault("resolver-failed");
    const pending = this.#pending.get(fingerprint) ?? this.#ask(fingerprint);
    pending.waiting++;
    try {
      return await orAborted(pending.answer, signal);
    } finally {
      pending.waiting--;
      if (pending.waiting === 0 && this.#pending.get(fingerprint) === pending) {
        this.#pending.delete(fingerprint);
        pending.controller.abort();
      }
    }
  }

  #ask(fingerprint: string): Pending {
    const controller = new AbortController();
    const answer = withTimeout(this.#resolve(fingerprint, controller.signal), this.#timeoutMs);
    // Whoever waits hears of a failure; where nobody waits any more it is nobody's.
    answer.catch(() => undefined);
    const pending = { answer, controller, waiting: 0 };
    this.#pending.set(fingerprint, pending);
    return pending;
  }

  async #resolve(fingerprint: string, signal: AbortSignal): Promise<Resolved> {
    let resolved: Resolved = { revocations: [] };
    let sizeBytes = 0;
    try {
      const asked = this.#resolvers.map(async (resolver) => resolver({ fingerprint, signal }));
      const answers = (await Promise.all(asked)).filter((answer) => answer !== undefined);
      sizeBytes = answers.reduce((total, { length }) => total + length, 0);
      resolved = await readAnswers(answers, fingerprint);
    } catch (cause) {
      throw new Fault("resolver-failed", { cause });
    }
    if (!signal.aborted) this.#keep(fingerprint, { resolved, atMs: this.#now(), sizeBytes });
    return resolved;
  }

  #keep(fingerprint: string, answer: Answer): void {
    this.#drop(fingerprint);
    this.#answers.set(fingerprint, answer);
    this.#sizeBytes += answer.sizeBytes;
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= maxEntries && this.#sizeBytes <= maxCachedBytes) return;
      this.#drop(oldest);
    }
  }

  #drop(fingerprint: string): void {
    this.#sizeBytes -= this.#answers.get(fingerprint)?.sizeBytes ?? 0;
    this.#answers.delete(fingerprint);
  }
}

/** All that the answers hold about that fingerprint, as one; other certificates in them are ignored. */
async function readAnswers(answers: readonly (string | Uint8Array)[], fingerprint: string): Promise<Resolved> {
  const read = answers.map((data) => readKeyData(data, answerLimits));
  const { certificates, loose } = await readCertificates({
    certificates: read.flatMap((answer) => answer.certificates),
    loose: read.flatMap((answer) => answer.loose),
  });
  const certificate = certificates.get(fingerprint);
  const revocations = revocationsOf(groupByIssuer(loose), fingerprint);
  return { revocations, ...(certificate && { certificate }) };
}
