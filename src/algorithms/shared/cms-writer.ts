import type { Bytes } from "../../encoding/bytes.js";
import { derNull, derSequence, derUnsignedInteger, derValue } from "../../encoding/der-writer.js";
import type { Certificate } from "./certificate.js";
import { contextConstructed, contextPrimitive, tag } from "./der-tags.js";
import { encodedOid } from "./encoded-oid.js";
import { oid } from "./object-identifiers.js";
import type { HashName, SignatureScheme } from "./signature-scheme.js";

/** A detached CMS signature, to be written. */
export interface CmsToWrite {
  /** Whose key signed. */
  readonly signer: Certificate;
  /** Certificates to carry, the signer's among them. */
  readonly certificates: readonly Certificate[];
  readonly scheme: SignatureScheme;
  /** Names the signer by subject key identifier; else by issuer and serial number. */
  readonly byKeyId: boolean;
  /** Whole attributes; none where absent. */
  readonly signedAttributes?: readonly Uint8Array[];
  readonly signature: Uint8Array;
}

const hashOids: Readonly<Record<HashName, string>> = {
  "SHA-256": oid.sha256,
  "SHA-384": oid.sha384,
  "SHA-512": oid.sha512,
};

const ecdsaOids: Readonly<Record<HashName, string>> = {
  "SHA-256": oid.ecdsaWithSha256,
  "SHA-384": oid.ecdsaWithSha384,
  "SHA-512": oid.ecdsaWithSha512,
};

/** Writes a ContentInfo with SignedData in DER: every SET sorted, digests without parameters (RFC 5652 §5.1, RFC 5754 §2). */
export function writeSignedData(parts: CmsToWrite): Bytes {
  const { signer, certificates, scheme, byKeyId, signedAttributes, signature } = parts;
  const version = derUnsignedInteger(Uint8Array.of(byKeyId ? 3 : 1));
  const digest = digestAlgorithm(scheme);
  const info = derSequence(
    version,
    byKeyId ? byKey(signer) : byIssuer(signer),
    digest,
    ...(signedAttributes ? [derValue(contextConstructed(0), ...sorted(signedAttributes))] : []),
    signatureAlgorithm(scheme),
    derValue(tag.octetString, signature),
  );
  const signedData = derSequence(
    version,
    derValue(tag.set, digest),
    derSequence(encodedOid(oid.data)),
    derValue(contextConstructed(0), ...sorted(certificates.map(({ encoded }) => encoded))),
    derValue(tag.set, info),
  );
  return derSequence(encodedOid(oid.signedData), derValue(contextConstructed(0), signedData));
}

/** The bytes that are signed in place of the content: a SET of attributes. */
export function signedAttributeBytes(attributes: readonly Uint8Array[]): Bytes {
  return derValue(tag.set, ...sorted(attributes));
}

/** One attribute. */
export function cmsAttribute(type: string, ...values: readonly Uint8Array[]): Bytes {
  return derSequence(encodedOid(type), derValue(tag.set, ...values));
}

/** The digest beside a scheme: Ed25519 has SHA-512 (RFC 8419 §3.1). */
export function hashOf(scheme: SignatureScheme): HashName {
  return scheme.kind === "ed25519" ? "SHA-512" : scheme.hash;
}

/** The AlgorithmIdentifier of a scheme's signatures in CMS. */
export function signatureAlgorithm(scheme: SignatureScheme): Bytes {
  switch (scheme.kind) {
    case "ed25519":
      return derSequence(encodedOid(oid.ed25519));
    case "ecdsa":
      return derSequence(encodedOid(ecdsaOids[scheme.hash]));
    case "rsa-pkcs1":
      return derSequence(encodedOid(oid.rsaEncryption), derNull());
    case "rsa-pss": {
      const digest = digestAlgorithm(scheme);
      const parameters = derSequence(
        derValue(contextConstructed(0), digest),
        derValue(contextConstructed(1), derSequence(encodedOid(oid.mgf1), digest)),
        derValue(contextConstructed(2), derUnsignedInteger(Uint8Array.of(scheme.saltLength))),
      );
      return derSequence(encodedOid(oid.rsaPss), parameters);
    }
  }
}

/** The AlgorithmIdentifier of the digest beside it. */
export function digestAlgorithm(scheme: SignatureScheme): Bytes {
  return derSequence(encodedOid(hashOids[hashOf(scheme)]));
}

function byKey({ extensions: { subjectKeyId } }: Certificate): Bytes {
  return derValue(contextPrimitive(0), subjectKeyId ?? new Uint8Array());
}

function byIssuer({ issuer, serialNumber }: Certificate): Bytes {
  return derSequence(issuer.encoded, derValue(tag.integer, serialNumber));
}

function sorted(values: readonly Uint8Array[]): Uint8Array[] {
  return [...values].sort(compareOctets);
}

/** The order of a SET OF (X.690 §11.6); of two that begin alike the shorter comes first. */
function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
