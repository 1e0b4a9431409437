import { decodeUtf8, sha256, toHex, utf8 } from "../../encoding/bytes.js";
import { type Certificate, certificateContents, mergeCertificates, readCertificate } from "./certificate.js";
import { Fault } from "./fault.js";
import { keyIdOfFingerprint } from "./fingerprint.js";
import type { KeyData } from "./key-data.js";
import { maxNameLength, maxNames } from "./limits.js";
import type { PacketGroup } from "./packet-groups.js";
import { identityOf, type ParsedSignature, signatureType, tryParseSignature } from "./signature-packet.js";
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
   * - `refused`: past the bounds on one certificate, and not kept.
   */
  readonly status: "imported" | "merged" | "unsupported" | "refused";
}

const maxLooseRevocations = 1000;

/** The certificates that the caller gave, merged by fingerprint of their primary keys. Verifies nothing. */
export class Keyring {
  readonly #certificates = new Map<string, Certificate>();
  /** Revocation certificates whose certificate is not known yet, by issuer. */
  readonly #loose = new Map<string, ParsedSignature[]>();
  #completed = new WeakMap<Certificate, Certificate>();
  #contents: Promise<string> | undefined;

  /** The certificate with this primary fingerprint, upper-case. */
  find(fingerprint: string): Certificate | undefined {
    return this.#certificates.get(fingerprint);
  }

  /** The certificate that has a primary key or subkey of this fingerprint or key ID, upper-case. */
  findByIssuer(issuer: string): Certificate | undefined {
    const isIssuer = (name: string): boolean => name === issuer || keyIdOfFingerprint(name) === issuer;
    for (const certificate of this.#certificates.values()) {
      if ([certificate.fingerprint, ...certificate.subkeys.keys()].some(isIssuer)) return certificate;
    }
    return undefined;
  }

  /** Adds certificates and loose revocation certificates; one that fails spoils no other. */
  async add(data: KeyData): Promise<KeyImport[]> {
    const imports: KeyImport[] = [];
    for (const group of data.certificates) imports.push(await this.#addGroup(group));
    for (const body of data.loose) imports.push(...this.#addLoose(body));
    this.#contents = undefined;
    this.#completed = new WeakMap();
    return imports;
  }

  /** A certificate from elsewhere together with the revocation certificates for it that were imported alone. */
  complete(certificate: Certificate): Certificate {
    const completed =
      this.#completed.get(certificate) ?? this.#looseFor(certificate).reduce(withDirectSignature, certificate);
    this.#completed.set(certificate, completed);
    return completed;
  }

  /** SHA-256 over all that the keyring holds, lower-case hexadecimal. */
  contentsHash(): Promise<string> {
    this.#contents ??= hashContents([...this.#certificates.values()], [...this.#loose.values()].flat());
    return this.#contents;
  }

  async #addGroup(group: PacketGroup): Promise<KeyImport> {
    const names = group.userIds
      .flatMap(({ body }) => decodeUtf8(body.subarray(0, maxNameLength)) ?? [])
      .slice(0, maxNames);
    try {
      const certificate = await readCertificate(group);
      if (!certificate) return { names, status: "unsupported" };
      const { fingerprint } = certificate;
      const known = this.#certificates.get(fingerprint);
      this.#keep(known ? mergeCertificates(known, certificate) : certificate);
      if (!isKnownKind(group.primary.body)) return { fingerprint, names, status: "unsupported" };
      return { fingerprint, names, status: known ? "merged" : "imported" };
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return { names, status: "refused" };
    }
  }

  /** Keeps a certificate together with the revocation certificates that came before it. */
  #keep(certificate: Certificate): void {
    this.#certificates.set(
      certificate.fingerprint,
      this.#looseFor(certificate).reduce(withDirectSignature, certificate),
    );
  }

  #looseFor({ fingerprint }: Certificate): ParsedSignature[] {
    return [fingerprint, keyIdOfFingerprint(fingerprint)].flatMap((name) => this.#loose.get(name) ?? []);
  }

  #addLoose(body: Uint8Array): KeyImport[] {
    const signature = tryParseSignature(body);
    const issuer = signature?.issuers[0];
    if (signature?.type !== signatureType.keyRevocation || issuer === undefined) return [];
    const known = [...this.#certificates.values()].find(
      ({ fingerprint }) => issuer === fingerprint || issuer === keyIdOfFingerprint(fingerprint),
    );
    if (known) {
      this.#certificates.set(known.fingerprint, withDirectSignature(known, signature));
      return [{ fingerprint: known.fingerprint, names: [], status: "merged" }];
    }
    if (this.#loose.size >= maxLooseRevocations) return [{ names: [], status: "refused" }];
    this.#loose.set(issuer, [...(this.#loose.get(issuer) ?? []), signature]);
    return [{ names: [], status: "imported" }];
  }
}

function withDirectSignature(certificate: Certificate, signature: ParsedSignature): Certificate {
  const { body, signatures } = certificate.primary;
  const merged = new Map([...signatures, [identityOf(signature), signature] as const]);
  return { ...certificate, primary: { body, signatures: merged } };
}

async function hashContents(certificates: readonly Certificate[], loose: readonly ParsedSignature[]): Promise<string> {
  const hashes = loose.map(identityOf);
  for (const certificate of certificates) hashes.push(toHex(await sha256(utf8(certificateContents(certificate)))));
  return toHex(await sha256(utf8(hashes.sort().join("\n"))));
}
