import { decodeUtf8 } from "../../encoding/bytes.js";
import type { ReportCode } from "../../model/report.js";
import { displayName } from "../shared/display-name.js";
import { Fault, forgetFailure } from "../shared/fault.js";
import { maxNameLength } from "../shared/limits.js";
import type { Certificate, Component } from "./certificate.js";
import type { SignedData } from "./check-signature.js";
import { isClaimedRevoked } from "./designated-revokers.js";
import { isNamedIn } from "./fingerprint.js";
import type { OpenPgpLibrary } from "./library.js";
import { maxBindingsOfSlowKeys, maxOwnSignaturesOfSlowKeys } from "./limits.js";
import { countOwnSignatures, hasTooManyRevocations } from "./merge-certificates.js";
import { isSlow, type PublicKey, readPublicKey } from "./public-key.js";
import { type Revocation, type SelfSignature, SignatureVerifier, type VerifiedSignatures } from "./self-signatures.js";
import { signatureType } from "./signature-packet.js";

/** A key of a certificate with all that the certificate says about it, verified; good for any time. */
export interface JudgedKey {
  readonly key: PublicKey;
  /** Of a primary key the signatures directly on it, of a subkey its bindings; newest first. */
  readonly direct: readonly SelfSignature[];
  /** Of a primary key by user ID, where those say how it may be used; each newest first. */
  readonly byUserId: readonly (readonly SelfSignature[])[];
  /** Why self-signatures that are right count for nothing. */
  readonly refusal?: ReportCode;
  readonly revocations: readonly Revocation[];
  readonly isSubkey: boolean;
}

/** A user ID with its self-signatures, newest first. */
export interface JudgedUserId {
  readonly name: string;
  /** Word for word. */
  readonly text: string;
  readonly body: Uint8Array;
  /** Its first revocation; `Infinity` where there is none. */
  readonly revokedMs: number;
  readonly selfSignatures: readonly SelfSignature[];
}

/**
 * A certificate whose own signatures are verified once; what holds at a time is computed from them (validity.ts), so that
 * the answer at any time is the same as from scratch.
 */
export class JudgedCertificate {
  readonly certificate: Certificate;
  readonly primary: JudgedKey;
  readonly userIds: readonly JudgedUserId[];
  readonly #library: OpenPgpLibrary;
  readonly #verifier: SignatureVerifier;
  readonly #subkeys = new Map<string, Promise<JudgedKey>>();

  private constructor(
    library: OpenPgpLibrary,
    verifier: SignatureVerifier,
    certificate: Certificate,
    judged: { readonly primary: JudgedKey; readonly userIds: readonly JudgedUserId[] },
  ) {
    this.#library = library;
    this.#verifier = verifier;
    this.certificate = certificate;
    this.primary = judged.primary;
    this.userIds = judged.userIds;
  }

  /** @throws Fault with the code of the verdict on everything that this certificate signs */
  static async judge(library: OpenPgpLibrary, certificate: Certificate): Promise<JudgedCertificate> {
    const key = await readPublicKey(library, certificate.primary.body, certificate.fingerprint);
    if (typeof key === "string") throw new Fault(key);
    if (hasTooManyRevocations(certificate)) throw new Fault("too-large");
    if (isSlow(key) && countOwnSignatures(certificate) > maxOwnSignaturesOfSlowKeys) throw new Fault("too-large");
    const verifier = new SignatureVerifier(library, key);
    const judged = await judgePrimary(verifier, key, certificate);
    return new JudgedCertificate(library, verifier, certificate, judged);
  }

  /** Fingerprints of the keys that an issuer's fingerprint or key ID may mean; all where nothing is said. */
  candidates(issuers: readonly string[]): string[] {
    const all = [this.certificate.fingerprint, ...this.certificate.subkeys.keys()];
    if (issuers.length === 0) return all;
    return all.filter((name) => isNamedIn(issuers, name));
  }

  /** @throws Fault `weak-algorithm`, `unsupported-key` for what this key is, `wrong-key` for none of this certificate */
  key(fingerprint: string): Promise<JudgedKey> {
    if (fingerprint === this.primary.key.fingerprint) return Promise.resolve(this.primary);
    const component = this.certificate.subkeys.get(fingerprint);
    if (!component) return Promise.reject(new Fault("wrong-key"));
    const known = this.#subkeys.get(fingerprint);
    if (known) return known;
    const judging = this.#judgeSubkey(fingerprint, component);
    this.#subkeys.set(fingerprint, judging);
    forgetFailure(judging, () => this.#subkeys.delete(fingerprint));
    return judging;
  }

  async #judgeSubkey(fingerprint: string, component: Component): Promise<JudgedKey> {
    const key = await readPublicKey(this.#library, component.body, fingerprint);
    if (typeof key === "string") throw new Fault(key);
    // RFC 9580 §10.1: keys of one certificate are of one version.
    if (key.version !== this.primary.key.version) throw new Fault("key-not-for-signing");
    if (isSlow(key) && component.signatures.size > maxBindingsOfSlowKeys) throw new Fault("too-large");
    const data: SignedData = { key: this.primary.key.packet, bind: key.packet };
    const isBinding = (type: number): boolean => type === signatureType.subkeyBinding;
    const verified = await this.#verifier.selfSignatures(component, isBinding, data, { subkey: key });
    const revocations = await this.#verifier.revocations(component, signatureType.subkeyRevocation, data);
    return { ...judgedKey(key, verified, [], revocations), isSubkey: true };
  }
}

async function judgePrimary(
  verifier: SignatureVerifier,
  key: PublicKey,
  certificate: Certificate,
): Promise<{ primary: JudgedKey; userIds: JudgedUserId[] }> {
  const data: SignedData = { key: key.packet };
  const isDirect = (type: number): boolean => type === signatureType.directKey;
  const revocable = { revocationType: signatureType.certificationRevocation };
  const direct = await verifier.selfSignatures(certificate.primary, isDirect, data, revocable);
  const revocations = await verifier.revocations(certificate.primary, signatureType.keyRevocation, data);
  if (isClaimedRevoked(certificate.primary, direct.selfSignatures)) throw new Fault("no-key");
  const userIds: JudgedUserId[] = [];
  const verified: VerifiedSignatures[] = [];
  for (const component of certificate.userIds.values()) {
    const about: SignedData = { key: key.packet, userID: { write: () => component.body } };
    const signatures = await verifier.selfSignatures(component, isCertification, about, revocable);
    verified.push(signatures);
    const { body } = component;
    const text = decodeUtf8(body);
    if (text === undefined || text.length > maxNameLength) continue;
    userIds.push({ name: displayName(text), text, body, ...signatures });
  }
  // Of a version 6 key only the direct signatures say how it may be used (RFC 9580 §10.1.1).
  const governing = key.version === 6 ? [] : verified;
  if (verified.some((entry) => entry.isUnsupported)) throw new Fault("unsupported-key");
  return { primary: judgedKey(key, direct, governing, revocations), userIds };
}

function judgedKey(
  key: PublicKey,
  direct: VerifiedSignatures,
  byUserId: readonly VerifiedSignatures[],
  revocations: readonly Revocation[],
): JudgedKey {
  const verified = [direct, ...byUserId];
  if (verified.some((entry) => entry.isUnsupported)) throw new Fault("unsupported-key");
  const refusal = verified.find((entry) => entry.refusal !== undefined)?.refusal;
  return {
    key,
    direct: direct.selfSignatures,
    byUserId: byUserId.map((entry) => entry.selfSignatures),
    revocations,
    isSubkey: false,
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function isCertification(type: number): boolean {
  return type >= signatureType.certificationGeneric && type <= signatureType.certificationPositive;
}
