import type { ReportCode } from "../../model/report.js";
import type { Component } from "./certificate.js";
import { checkSignature, type Outcome, type SignedData } from "./check-signature.js";
import { isNamedIn } from "./fingerprint.js";
import type { OpenPgpLibrary } from "./library.js";
import type { PublicKey } from "./public-key.js";
import { type ParsedSignature, signatureType, tryParseSignature } from "./signature-packet.js";
import { hashFault } from "./strength.js";

/** A self-signature that is right, of accepted strength, and understood: it counts from its creation to its end. */
export interface SelfSignature {
  readonly createdMs: number;
  /** Its own expiry, or the revocation that ended it. */
  readonly untilMs: number;
  /** Its own expiry alone. */
  readonly expiresMs: number;
  readonly endedByRevocation: boolean;
  readonly isPrimaryUserId: boolean;
  /** Fingerprints of those who may revoke the key too. */
  readonly revokers: readonly string[];
  readonly keyFlags?: number;
  readonly keyLifetimeMs?: number;
  /** Of a subkey's binding: the subkey's own word that it belongs here, or why there is none. */
  readonly backSignature?: BackSignature;
}

/** When the subkey's own word that it belongs to the primary key holds, or why it never does. */
export interface BackSignature {
  readonly spans: readonly { readonly createdMs: number; readonly untilMs: number }[];
  readonly fault: ReportCode;
}

/** A revocation of a key that is right. Its digest's strength is no matter: it can only take away. */
export interface Revocation {
  readonly createdMs: number;
  /** Everything but "superseded" and "retired". */
  readonly isHard: boolean;
}

/** What a component's signatures say, verified. */
export interface VerifiedSignatures {
  /** Newest first. */
  readonly selfSignatures: readonly SelfSignature[];
  /** Why signatures that are right count for nothing: weak, or not understood. */
  readonly refusal?: ReportCode;
  /** Some could not be computed here. */
  readonly isUnsupported: boolean;
  /** The first revocation, whatever was said again after it; `Infinity` where there is none. */
  readonly revokedMs: number;
}

const superseded = 1;
const retired = 3;

/** Verifies a component's signatures one by one; the context says whose and over what. */
export class SignatureVerifier {
  readonly #library: OpenPgpLibrary;
  readonly #primary: PublicKey;

  constructor(library: OpenPgpLibrary, primary: PublicKey) {
    this.#library = library;
    this.#primary = primary;
  }

  /** Self-signatures of the given types, newest first; `revocationType` ends those that are older than the revocation. */
  async selfSignatures(
    component: Component,
    isWanted: (type: number) => boolean,
    data: SignedData,
    options: { readonly revocationType?: number; readonly subkey?: PublicKey } = {},
  ): Promise<VerifiedSignatures> {
    const accepted: (SelfSignature & { identity: string })[] = [];
    let refusal: ReportCode | undefined;
    let isUnsupported = false;
    const ends = options.revocationType === undefined ? [] : await this.#ends(component, options.revocationType, data);
    for (const [identity, signature] of component.signatures) {
      if (!isWanted(signature.type)) continue;
      const outcome = await this.check(signature, data);
      isUnsupported ||= outcome === "unsupported";
      if (outcome !== "right") continue;
      const fault = refusalOf(signature);
      refusal ??= fault;
      if (fault === undefined)
        accepted.push({ ...(await this.#accept(signature, ends, data, options.subkey)), identity });
    }
    accepted.sort((a, b) => b.createdMs - a.createdMs || (a.identity < b.identity ? -1 : 1));
    const revokedMs = Math.min(Number.POSITIVE_INFINITY, ...ends);
    return { selfSignatures: accepted, isUnsupported, revokedMs, ...(refusal === undefined ? {} : { refusal }) };
  }

  /** The revocations that are right; where it cannot be computed, and the primary key is named as the issuer, it counts. */
  async revocations(component: Component, type: number, data: SignedData): Promise<Revocation[]> {
    const revocations: Revocation[] = [];
    for (const signature of component.signatures.values()) {
      if (signature.type !== type || !this.#mayBeOwn(signature)) continue;
      const outcome = await this.check(signature, data);
      if (outcome === "wrong" || (outcome === "unsupported" && signature.issuers.length === 0)) continue;
      const reason = signature.revocationReason;
      revocations.push({ createdMs: signature.createdMs, isHard: reason !== superseded && reason !== retired });
    }
    return revocations;
  }

  #mayBeOwn({ issuers }: ParsedSignature): boolean {
    const { fingerprint } = this.#primary;
    return issuers.length === 0 || isNamedIn(issuers, fingerprint);
  }

  /** Whether a signature is the primary key's over `data`. */
  check(signature: ParsedSignature, data: SignedData, key: PublicKey = this.#primary): Promise<Outcome> {
    return checkSignature(this.#library, signature, key, data);
  }

  async #ends(component: Component, type: number, data: SignedData): Promise<number[]> {
    return (await this.revocations(component, type, data)).map((revocation) => revocation.createdMs);
  }

  async #accept(
    signature: ParsedSignature,
    ends: readonly number[],
    data: SignedData,
    subkey: PublicKey | undefined,
  ): Promise<SelfSignature> {
    const { createdMs, expiresMs, keyFlags, keyLifetimeMs, isPrimaryUserId, revokers } = signature;
    const revokedMs = Math.min(Number.POSITIVE_INFINITY, ...ends.filter((end) => end >= createdMs));
    const backSignature = subkey && (await this.#backSignature(signature, data, subkey));
    return {
      createdMs,
      untilMs: Math.min(expiresMs, revokedMs),
      expiresMs,
      endedByRevocation: revokedMs <= expiresMs && revokedMs !== Number.POSITIVE_INFINITY,
      isPrimaryUserId,
      revokers,
      ...(keyFlags === undefined ? {} : { keyFlags }),
      ...(keyLifetimeMs === undefined ? {} : { keyLifetimeMs }),
      ...(backSignature === undefined ? {} : { backSignature }),
    };
  }

  /** Without the subkey's own word anybody could adopt a stranger's subkey, and with it what that has signed. */
  async #backSignature(binding: ParsedSignature, data: SignedData, subkey: PublicKey): Promise<BackSignature> {
    let fault: ReportCode = "key-not-for-signing";
    const spans: { createdMs: number; untilMs: number }[] = [];
    for (const body of binding.embedded) {
      const signature = tryParseSignature(body);
      if (signature?.type !== signatureType.primaryKeyBinding || signature.createdMs < subkey.createdMs) continue;
      if ((await this.check(signature, data, subkey)) !== "right") continue;
      const refusal = refusalOf(signature);
      if (refusal === undefined) spans.push({ createdMs: signature.createdMs, untilMs: signature.expiresMs });
      fault = refusal ?? fault;
    }
    return { spans, fault };
  }
}

/** Why a signature that is right counts for nothing: its digest, or something critical that is not understood. */
export function refusalOf(signature: ParsedSignature): ReportCode | undefined {
  return hashFault(signature.hashAlgorithm) ?? (signature.hasUnknownCritical ? "unknown-critical" : undefined);
}
