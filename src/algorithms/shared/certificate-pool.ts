import type { Certificate } from "./certificate.js";

/** Certificates by subject: roots that a caller gave, or what came with a signature. Each stands in it once. */
export class CertificatePool {
  readonly #bySha256 = new Map<string, Certificate>();
  readonly #bySubject = new Map<string, Certificate[]>();

  constructor(certificates: Iterable<Certificate> = []) {
    for (const certificate of certificates) this.add(certificate);
  }

  /** Adds one; a copy of one that is in it already changes nothing. */
  add(certificate: Certificate): void {
    if (this.#bySha256.has(certificate.sha256)) return;
    this.#bySha256.set(certificate.sha256, certificate);
    const namesakes = this.#bySubject.get(certificate.subject.comparable) ?? [];
    this.#bySubject.set(certificate.subject.comparable, [...namesakes, certificate]);
  }

  /** Whether this very certificate is in it. */
  has(certificate: Certificate): boolean {
    return this.#bySha256.has(certificate.sha256);
  }

  /** Those that bear this name: the comparable text of a distinguished name. */
  withSubject(comparable: string): readonly Certificate[] {
    return this.#bySubject.get(comparable) ?? [];
  }

  /** All of them, in the order in which they came. */
  all(): readonly Certificate[] {
    return [...this.#bySha256.values()];
  }
}
