import { sha256, toHex } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { throwIfAborted } from "../../model/abort.js";
import type { ReportCode, Verdict } from "../../model/report.js";
import type { VerifyInput } from "../algorithm.js";
import { Fault, forgetFailure, verdictOf } from "../shared/fault.js";
import type { Certificate } from "./certificate.js";
import { JudgedCertificate } from "./judged-certificate.js";
import type { LibraryLoader, OpenPgpLibrary } from "./library.js";
import type { CertificateSources } from "./sources.js";
import { decodeValue, type ReadSignature, readSignatures } from "./value.js";
import { verifyPacket } from "./verify-packet.js";

/** The best status is reported, and of two equal ones the code that says more. */
const statusOrder = ["valid", "indeterminate", "unsupported", "invalid"];
const leastTelling: readonly ReportCode[] = ["wrong-key", "wrong-signature-type", "malformed"];

/** Verifies signatures by the certificates of its sources, and remembers what it found out about each certificate. */
export class Verifier {
  readonly #ready: () => Promise<unknown>;
  readonly #load: LibraryLoader;
  readonly #sources: CertificateSources;
  readonly #judged = new WeakMap<Certificate, Promise<JudgedCertificate>>();

  /** @param ready awaited before each look at the sources */
  constructor(load: LibraryLoader, sources: CertificateSources, ready: () => Promise<unknown>) {
    this.#ready = ready;
    this.#load = load;
    this.#sources = sources;
  }

  /**
   * A verdict for every input.
   *
   * @param extra copies of certificates that count this once
   * @throws CountersignError `ERR_ABORTED`
   */
  async verify(input: VerifyInput, extra: readonly Certificate[] = []): Promise<Verdict> {
    try {
      throwIfAborted(input.signal);
      if (typeof input.value !== "string" || input.key === undefined) throw new Fault("malformed");
      const signatures = readSignatures(decodeValue(input.value));
      return await this.#verifyAny(input, input.key, signatures, extra);
    } catch (error) {
      return faultVerdict(error);
    }
  }

  /** One valid packet by the named certificate is enough, the rest are ignored. */
  async #verifyAny(
    input: VerifyInput,
    key: string,
    signatures: readonly ReadSignature[],
    extra: readonly Certificate[],
  ): Promise<Verdict> {
    try {
      await this.#ready();
      const { certificate, isConfirmed } = await this.#sources.find(key, extra, input);
      const { library, judged } = await this.judge(certificate);
      let best: Verdict | undefined;
      for (const { signature, raw } of signatures) {
        throwIfAborted(input.signal);
        const verdict =
          signature instanceof Fault
            ? verdictOf(signature.code)
            : await verifyPacket(library, signature, judged, input.object.bytes, input.now);
        // Of the very packet that was verified: what stands beside it must not make another signature of it.
        if (!best || isBetter(verdict, best)) best = { ...verdict, valueHash: toHex(await sha256(raw)) };
        if (best.status === "valid") break;
      }
      if (!best) throw new Fault("malformed");
      return isConfirmed ? best : withoutConfirmation(best);
    } catch (error) {
      return faultVerdict(error);
    }
  }

  /**
   * The certificate with all that it says about itself verified, once.
   *
   * @throws Fault with the code of the verdict on everything that it signs
   */
  async judge(certificate: Certificate): Promise<{ library: OpenPgpLibrary; judged: JudgedCertificate }> {
    const library = await this.#load();
    return { library, judged: await this.#judgeOnce(library, certificate) };
  }

  #judgeOnce(library: OpenPgpLibrary, certificate: Certificate): Promise<JudgedCertificate> {
    const known = this.#judged.get(certificate);
    if (known) return known;
    const judging = JudgedCertificate.judge(library, certificate);
    this.#judged.set(certificate, judging);
    forgetFailure(judging, () => this.#judged.delete(certificate));
    return judging;
  }
}

/** @throws CountersignError `ERR_ABORTED` */
function faultVerdict(error: unknown): Verdict {
  if (error instanceof Fault) return verdictOf(error.code);
  if (error instanceof CountersignError && error.code === "ERR_ABORTED") throw error;
  return verdictOf("verifier-failed");
}

/** Of two that have ended, the one that lasted longer: a policy with grace may still count it. */
function isBetter(verdict: Verdict, known: Verdict): boolean {
  const difference = rank(verdict) - rank(known);
  return difference === 0 ? (verdict.validUntil ?? 0) > (known.validUntil ?? 0) : difference < 0;
}

function withoutConfirmation(verdict: Verdict): Verdict {
  if (verdict.code === "valid") return { ...verdict, code: "key-unconfirmed" };
  return verdict.status === "indeterminate" ? { ...verdict, keyUnconfirmed: true } : verdict;
}

function rank(verdict: Verdict): number {
  return statusOrder.indexOf(verdict.status) * 2 + (leastTelling.includes(verdict.code) ? 1 : 0);
}
