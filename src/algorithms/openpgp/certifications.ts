import { equalBytes, toHex } from "../../encoding/bytes.js";
import { issuerNames } from "./fingerprint.js";
import { maxCertifications, maxStatements } from "./limits.js";
import type { SignedPacket } from "./packet-groups.js";
import { type ParsedSignature, signatureType, tryParseSignature } from "./signature-packet.js";

/** What one key claims to have said about one user ID of a certificate: unverified, whoever wrote it. */
export interface Statements {
  /** Fingerprint of the certificate. */
  readonly target: string;
  /** Body of the user ID packet, in hexadecimal. */
  readonly userId: string;
  /** Certifications and their revocations, in no order, each once. */
  readonly signatures: readonly ParsedSignature[];
  /** Whether some were left out: the true revocation may be among them. */
  readonly isFlooded: boolean;
}

interface Collected extends Statements {
  readonly signatures: ParsedSignature[];
  isFlooded: boolean;
}

/**
 * Other people's certifications of user IDs, by the key ID of whom they claim to be. Verifies nothing.
 *
 * Certifications that are marked as not exportable are kept too: the keyring is the reader's own. Those of type 0x11, which say
 * that nothing was checked, are not.
 */
export class Certifications {
  readonly #byIssuer = new Map<string, Map<string, Collected>>();
  readonly #counts = new Map<string, number>();

  /** Adds what stands on the user IDs of one copy of a certificate. */
  add(target: string, userIds: readonly SignedPacket[]): void {
    const own = keyIdOf(target);
    for (const { body, signatures } of userIds) {
      const userId = toHex(body);
      for (const signature of signatures) {
        const parsed = isCertification(signature) ? tryParseSignature(signature) : undefined;
        if (!parsed) continue;
        const issuers = new Set(parsed.issuers.map(keyIdOf));
        issuers.delete(own);
        for (const issuer of issuers) this.#collect(issuer, target, userId, parsed);
      }
    }
  }

  /** What this key, by fingerprint, claims to have said: nothing about certificates with too many certifications. */
  by(fingerprint: string): readonly Statements[] {
    const claimed = [...(this.#byIssuer.get(keyIdOf(fingerprint))?.values() ?? [])];
    return claimed.filter(({ target }) => (this.#counts.get(target) ?? 0) <= maxCertifications);
  }

  #collect(issuer: string, target: string, userId: string, signature: ParsedSignature): void {
    const count = this.#counts.get(target) ?? 0;
    if (count > maxCertifications) return;
    const ofIssuer = this.#byIssuer.get(issuer) ?? new Map<string, Collected>();
    this.#byIssuer.set(issuer, ofIssuer);
    const about = `${target} ${userId}`;
    const collected = ofIssuer.get(about) ?? { target, userId, signatures: [], isFlooded: false };
    ofIssuer.set(about, collected);
    if (collected.signatures.some(({ body }) => equalBytes(body, signature.body))) return;
    collected.isFlooded ||= collected.signatures.length === maxStatements;
    if (collected.isFlooded) return;
    collected.signatures.push(signature);
    this.#counts.set(target, count + 1);
  }
}

function isCertification(body: Uint8Array): boolean {
  const type = body[1] ?? 0;
  if (type === signatureType.certificationPersona) return false;
  const isPositive = type >= signatureType.certificationGeneric && type <= signatureType.certificationPositive;
  return isPositive || type === signatureType.certificationRevocation;
}

/** Of a fingerprint or a key ID. */
function keyIdOf(name: string): string {
  return name.length === 16 ? name : issuerNames(name)[1];
}
