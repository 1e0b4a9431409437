import { decodeBase64 } from "../../encoding/base64.js";
import { Fault } from "../shared/fault.js";
import { type Certificate, readCertificate } from "./certificate.js";
import type { Keyring } from "./keyring.js";
import { maxCertificateBytes, maxCertificatePackets } from "./limits.js";
import { includesCertificate, mergeCertificates, withRevocations } from "./merge-certificates.js";
import { groupPackets } from "./packet-groups.js";
import type { Looking, Resolved, ResolverCache } from "./resolver.js";
import type { ParsedSignature } from "./signature-packet.js";

const fingerprintGrammar = /^(?:[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64})$/;
const maxRememberedCopies = 64;
const maxRememberedLength = 32 * 1024;

const nothing: Resolved = { revocations: [] };

/** The certificate that a key ID names, all copies together. */
export interface NamedCertificate {
  readonly certificate: Certificate;
  /** Whether anybody but the key ID itself knows it. */
  readonly isConfirmed: boolean;
}

/** Where certificates come from: keyring, resolver, the key ID itself, and what a signing tool sent along. */
export class CertificateSources {
  readonly #keyring: Keyring;
  readonly #resolver: ResolverCache | undefined;
  readonly #merged = new WeakMap<Certificate, WeakMap<Certificate, Certificate>>();
  readonly #revoked = new WeakMap<Certificate, WeakMap<readonly ParsedSignature[], Certificate>>();
  readonly #copies = new Map<string, Certificate>();

  constructor(keyring: Keyring, resolver: ResolverCache | undefined) {
    this.#keyring = keyring;
    this.#resolver = resolver;
  }

  /**
   * The certificate that the key part of a key ID names.
   *
   * @param key fingerprint of the primary key (in lower case too), or a whole certificate in base64
   * @param extra further copies that count this once
   * @throws Fault `malformed`, `too-large`, `no-key`, `resolver-failed`; CountersignError `ERR_ABORTED`
   */
  async find(key: string, extra: readonly Certificate[], looking: Looking): Promise<NamedCertificate> {
    const copy = fingerprintGrammar.test(key) ? undefined : await this.#readCopy(key);
    const fingerprint = copy?.fingerprint ?? key.toUpperCase();
    const given = extra.filter((certificate) => certificate.fingerprint === fingerprint);
    const { known, revocations } = await this.#findKnown(fingerprint, looking);
    const [first, ...others] = [known, ...given, copy].filter((certificate) => certificate !== undefined);
    if (!first) throw new Fault("no-key");
    const certificate = others.reduce((merged, other) => this.#merge(merged, other), first);
    const revoked = this.#revoke(this.#keyring.complete(certificate), revocations);
    return { certificate: revoked, isConfirmed: known !== undefined || given.length > 0 };
  }

  /** What keyring and resolver have. A newer copy that cannot be had, or not be read, might have been a revocation. */
  async #findKnown(
    fingerprint: string,
    looking: Looking,
  ): Promise<{ known: Certificate | undefined; revocations: readonly ParsedSignature[] }> {
    const held = this.#keyring.find(fingerprint);
    const { certificate, revocations } = (await this.#resolver?.find(fingerprint, looking)) ?? nothing;
    if (!held || !certificate) return { known: held ?? certificate, revocations };
    try {
      return { known: this.#merge(held, certificate), revocations };
    } catch (cause) {
      throw new Fault("resolver-failed", { cause });
    }
  }

  /** Remembers what it merged, so that the judgement on it is remembered too. */
  #merge(one: Certificate, other: Certificate): Certificate {
    const merges = this.#merged.get(one) ?? new WeakMap<Certificate, Certificate>();
    this.#merged.set(one, merges);
    const merged = merges.get(other) ?? (includesCertificate(one, other) ? one : mergeCertificates(one, other));
    merges.set(other, merged);
    return merged;
  }

  /** Remembered too; the revocations of one certificate that a resolver has are the same list for as long as it is kept. */
  #revoke(certificate: Certificate, revocations: readonly ParsedSignature[]): Certificate {
    if (revocations.length === 0) return certificate;
    const results = this.#revoked.get(certificate) ?? new WeakMap<readonly ParsedSignature[], Certificate>();
    this.#revoked.set(certificate, results);
    const revoked = results.get(revocations) ?? withRevocations(certificate, revocations);
    results.set(revocations, revoked);
    return revoked;
  }

  async #readCopy(key: string): Promise<Certificate> {
    const known = this.#copies.get(key);
    if (known) return known;
    if (key.length > maxCertificateBytes * 1.5) throw new Fault("too-large");
    const certificate = await readCopy(key);
    if (key.length > maxRememberedLength) return certificate;
    const oldest = this.#copies.keys().next().value;
    if (this.#copies.size >= maxRememberedCopies && oldest !== undefined) this.#copies.delete(oldest);
    this.#copies.set(key, certificate);
    return certificate;
  }
}

async function readCopy(key: string): Promise<Certificate> {
  const { certificates, loose } = groupPackets(decode(key), maxCertificatePackets);
  const [group] = certificates;
  if (!group || certificates.length > 1 || loose.length > 0) throw new Fault("malformed");
  const certificate = await readCertificate(group);
  if (!certificate) throw new Fault("unsupported-key");
  return certificate;
}

function decode(key: string): Uint8Array {
  try {
    return decodeBase64(key);
  } catch (cause) {
    throw new Fault("malformed", { cause });
  }
}
