import { CountersignError } from "../../errors.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { Fault } from "./fault.js";
import { readKeyData } from "./key-data.js";
import { maxBlocks, maxCertificateBytes, maxCertificatePackets } from "./limits.js";

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

interface Pending {
  readonly answer: Promise<Certificate | undefined>;
  readonly controller: AbortController;
  waiting: number;
}

const maxEntries = 2000;
const maxCachedBytes = 64 * 1024 * 1024;

/** A resolver's answers: read, kept for a while, and asked for once however many wait. */
export class ResolverCache {
  readonly #resolver: KeyResolver;
  readonly #maxAgeMs: number;
  readonly #now: () => number;
  readonly #pending = new Map<string, Pending>();
  readonly #answers = new Map<string, { certificate: Certificate | undefined; atMs: number; sizeBytes: number }>();
  #sizeBytes = 0;

  constructor(resolver: KeyResolver, options: { readonly maxAgeMs: number; readonly now: () => number }) {
    this.#resolver = resolver;
    this.#maxAgeMs = options.maxAgeMs;
    this.#now = options.now;
  }

  /**
   * The certificate of that fingerprint, from memory or asked for.
   *
   * @throws Fault `resolver-failed`; CountersignError `ERR_ABORTED`
   */
  async find(fingerprint: string, signal?: AbortSignal): Promise<Certificate | undefined> {
    throwIfAborted(signal);
    const known = this.#answers.get(fingerprint);
    const ageMs = this.#now() - (known?.atMs ?? 0);
    if (known && ageMs >= 0 && ageMs < this.#maxAgeMs) return known.certificate;
    const pending = this.#pending.get(fingerprint) ?? this.#ask(fingerprint);
    pending.waiting++;
    try {
      return await untilAborted(pending.answer, signal);
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
    const answer = this.#resolve(fingerprint, controller.signal);
    // Whoever waits hears of a failure; where nobody waits any more it is nobody's.
    answer.catch(() => undefined);
    const pending = { answer, controller, waiting: 0 };
    this.#pending.set(fingerprint, pending);
    return pending;
  }

  async #resolve(fingerprint: string, signal: AbortSignal): Promise<Certificate | undefined> {
    let certificate: Certificate | undefined;
    let sizeBytes = 0;
    try {
      const data = await this.#resolver({ fingerprint, signal });
      if (data !== undefined) {
        sizeBytes = data.length;
        certificate = await certificateOf(data, fingerprint);
      }
    } catch (cause) {
      throw new Fault("resolver-failed", { cause });
    }
    if (!signal.aborted) this.#keep(fingerprint, { certificate, atMs: this.#now(), sizeBytes });
    return certificate;
  }

  #keep(fingerprint: string, answer: { certificate: Certificate | undefined; atMs: number; sizeBytes: number }): void {
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

/** The certificate with that fingerprint among those in `data`; others in it are ignored. */
async function certificateOf(data: string | Uint8Array, fingerprint: string): Promise<Certificate | undefined> {
  const limits = { maxBytes: maxCertificateBytes, maxBlocks, maxPackets: maxCertificatePackets };
  for (const group of readKeyData(data, limits).certificates) {
    const certificate = await readCertificate(group);
    if (certificate?.fingerprint === fingerprint) return certificate;
  }
  return undefined;
}

/** @throws CountersignError `ERR_ABORTED` */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal);
}

function untilAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(aborted(signal));
    signal.addEventListener("abort", onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function aborted(signal: AbortSignal): CountersignError {
  return new CountersignError("ERR_ABORTED", "the verification was aborted", { cause: signal.reason });
}
