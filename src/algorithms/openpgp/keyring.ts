import { decodeUtf8, sha256, toHex, utf8 } from "../../encoding/bytes.js";
import { displayName } from "../shared/display-name.js";
import { Fault } from "../shared/fault.js";
import { maxNameLength, maxNames } from "../shared/limits.js";
import { type Certificate, keyRevocations, readCertificate, readRevocations } from "./certificate.js";
import { Certifications } from "./certifications.js";
import { revokersOf } from "./designated-revokers.js";
import { isNamedIn, issuerNames } from "./fingerprint.js";
import type { KeyData } from "./key-data.js";
import { maxRevocations } from "./limits.js";
import { certificateContents, mergeCertificates, withRevocations } from "./merge-certificates.js";
import type { PacketGroup } from "./packet-groups.js";
import { identityOf, type ParsedSignature } from "./signature-packet.js";
import { isKnownKind } from "./strength.js";

/** What became of one certificate that was imported. */
export interface KeyImport {
  /** Upper-case hexadecimal, 40 or 64 digits; absent for a key version that is not known. */
  readonly fingerprint?: string;
  /** User IDs as they stand in the data, unverified: at most 16. */
  readonly names: readonly string[];
  /**
   * - `imported`: new;
   * - `merged`: known before, its copies now count together;
   * - `unsupported`: a kind of key that is not known here: what it signs is reported `unsupported-key`;
   * - `refused`: past the bounds on one certificate, and nothing of it kept but revocations.
   */
  readonly status: "imported" | "merged" | "unsupported" | "refused";
}

/** Certificates of which nothing but revocations is known. */
const maxLooseIssuers = 1000;

/** The certificates that the caller gave, merged by fingerprint of their primary keys. Verifies nothing. */
export class Keyring {
  /** What the certificates say about each other: apart, so that no verdict on a signature depends on it. */
  readonly certifications: Certifications = new Certifications();
  readonly #certificates = new Map<string, Certificate>();
  /** Revocation certificates whose certificate is not known yet, by issuer and identity. */
  readonly #loose = new Map<string, Map<string, ParsedSignature>>();
  /** Fingerprints of the certificates by themselves and by key ID. */
  readonly #fingerprints = new Map<string, string>();
  #completed = new WeakMap<Certificate, Certificate>();
  #contents: Promise<string> | undefined;
  #additions = 0;

  /** The certificate with this primary fingerprint, upper-case. */
  find(fingerprint: string): Certificate | undefined {
    return this.#certificates.get(fingerprint);
  }

  /** The certificate that has a primary key or subkey of this fingerprint or key ID, upper-case. */
  findByIssuer(issuer: string): Certificate | undefined {
    const isIssuer = (name: string): boolean => isNamedIn([issuer], name);
    for (const certificate of this.#certificates.values()) {
      if ([certificate.fingerprint, ...certificate.subkeys.keys()].some(isIssuer)) return certificate;
    }
    return undefined;
  }

  /** Adds certificates and loose revocation certificates; one that fails spoils no other. */
  async add(data: KeyData): Promise<KeyImport[]> {
    const imports: KeyImport[] = [];
    const strays: ParsedSignature[] = [];
    for (const group of data.certificates) {
      imports.push(await this.#addGroup(group));
      strays.push(...(await readRevocations(group)).strays);
    }
    imports.push(...this.#addRevocations(keyRevocations(data.loose)));
    this.#addRevocations(strays);
    this.#contents = undefined;
    this.#completed = new WeakMap();
    this.#additions++;
    return imports;
  }

  /** Another number after each addition. */
  get additions(): number {
    return this.#additions;
  }

  /** A certificate from elsewhere together with the revocation certificates for it that were imported alone. */
  complete(certificate: Certificate): Certificate {
    const completed = this.#completed.get(certificate) ?? withRevocations(certificate, this.#looseFor(certificate));
    this.#completed.set(certificate, completed);
    return completed;
  }

  /** SHA-256 over all that the keyring holds, lower-case hexadecimal. */
  contentsHash(): Promise<string> {
    this.#contents ??= hashContents(
      [...this.#certificates.values()],
      [...this.#loose.values()].flatMap((signatures) => [...signatures.keys()]),
    );
    return this.#contents;
  }

  async #addGroup(group: PacketGroup): Promise<KeyImport> {
    const names = group.userIds
      .flatMap(({ body }) => decodeUtf8(body.subarray(0, maxNameLength)) ?? [])
      .map(displayName)
      .slice(0, maxNames);
    try {
      const certificate = await readCertificate(group);
      if (!certificate) return { names, status: "unsupported" };
      const { fingerprint } = certificate;
      const known = this.#certificates.get(fingerprint);
      this.#keep(known ? mergeCertificates(known, certificate) : certificate);
      this.certifications.add(fingerprint, group.userIds);
      if (!isKnownKind(group.primary.body)) return { fingerprint, names, status: "unsupported" };
      return { fingerprint, names, status: known ? "merged" : "imported" };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      // Junk in its name must not hold its revocation back.
      const { own, fingerprint } = await readRevocations(group);
      if (fingerprint !== undefined) for (const signature of own) this.#addRevocation(signature, fingerprint);
      return { names, status: "refused" };
    }
  }

  /** Keeps a certificate together with the revocation certificates that came before it. */
  #keep(certificate: Certificate): void {
    const { fingerprint } = certificate;
    this.#certificates.set(fingerprint, withRevocations(certificate, this.#looseFor(certificate)));
    for (const name of issuerNames(fingerprint)) this.#fingerprints.set(name, fingerprint);
  }

  #looseFor({ fingerprint, primary }: Certificate): ParsedSignature[] {
    return [...issuerNames(fingerprint), ...revokersOf(primary)].flatMap((name) => [
      ...(this.#loose.get(name)?.values() ?? []),
    ]);
  }

  #addRevocations(revocations: readonly ParsedSignature[]): KeyImport[] {
    return revocations.flatMap((signature) => {
      const issuer = signature.issuers.find((name) => this.#fingerprints.has(name)) ?? signature.issuers[0];
      return issuer === undefined ? [] : [this.#addRevocation(signature, issuer)];
    });
  }

  #addRevocation(signature: ParsedSignature, issuer: string): KeyImport {
    const known = this.#certificates.get(this.#fingerprints.get(issuer) ?? "");
    // Kept alone too: it may be meant for another key that lets this one revoke it.
    const isKept = this.#keepLoose(signature, issuer);
    if (!known) return { names: [], status: isKept ? "imported" : "refused" };
    this.#certificates.set(known.fingerprint, withRevocations(known, [signature]));
    return { fingerprint: known.fingerprint, names: [], status: "merged" };
  }

  #keepLoose(signature: ParsedSignature, issuer: string): boolean {
    const others = this.#loose.get(issuer) ?? new Map<string, ParsedSignature>();
    // One more than are looked at: the certificate is then known to have too many.
    if (others.size > maxRevocations || this.#loose.size >= maxLooseIssuers) return false;
    this.#loose.set(issuer, others.set(identityOf(signature), signature));
    return true;
  }
}

async function hashContents(certificates: readonly Certificate[], loose: readonly string[]): Promise<string> {
  const hashes = [...loose];
  for (const certificate of certificates) hashes.push(toHex(await sha256(utf8(certificateContents(certificate)))));
  return toHex(await sha256(utf8(hashes.sort().join("\n"))));
}
