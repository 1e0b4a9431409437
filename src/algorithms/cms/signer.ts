import { encodeBase64 } from "../../encoding/base64.js";
import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { derSequence, derValue } from "../../encoding/der-writer.js";
import { CountersignError } from "../../errors.js";
import { formatKeyId } from "../../model/key-id.js";
import { signatureSize } from "../../model/size.js";
import type { Signer, SizeEstimate } from "../algorithm.js";
import type { Certificate } from "../shared/certificate.js";
import { issuerKeyId } from "../shared/certificate-evidence.js";
import { type CertificateSignerOptions, holdSigner, type OpenedSigner } from "../shared/certificate-signer.js";
import { cmsAttribute, hashOf, signedAttributeBytes, writeSignedData } from "../shared/cms-writer.js";
import { tag } from "../shared/der-tags.js";
import { encodedOid } from "../shared/encoded-oid.js";
import { oid } from "../shared/object-identifiers.js";
import { pemText } from "../shared/pem-text.js";
import { algorithmId } from "./identifier.js";

/** Signs with the key of any certificate. */
export interface CmsSigner extends Signer {
  /** `org.ietf.cms`. */
  readonly algorithm: typeof algorithmId;
  /**
   * A CMS in PEM: what `accept` reads.
   *
   * @throws CountersignError `ERR_ALGORITHM_KEYS` for a key that cannot be opened or used, is not of this certificate, or was
   *   forgotten; whatever a callback throws
   */
  sign(bytes: Bytes): Promise<string>;
  /** How large a signature will be; of ECDSA to a few characters. @throws CountersignError `ERR_ALGORITHM_KEYS` */
  estimate(): Promise<SizeEstimate>;
  /** Drops the key: `sign` throws from now on. */
  forget(): void;
}

/** Options of {@link cmsSigner}. */
export interface CmsSignerOptions extends CertificateSignerOptions {
  /**
   * Whether the attributes of CAdES-BES are signed too (ETSI EN 319 122-1 §5): they name the certificate, and make a signature some
   * 250 characters longer. `false` by default.
   */
  readonly cades?: boolean;
}

/**
 * A signer for the key of a certificate: RSA by PKCS#1 v1.5 with SHA-256, or as its `CryptoKey` says; P-256, P-384 and P-521 with the
 * digest of that length; Ed25519.
 *
 * The page holds the key while the signer lives: prefer a `CryptoKey` that cannot be exported, a callback to where the key is kept, or
 * the ready command lines of `prepare`. Checks neither names nor times of the certificate: `accept` does.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for what is no key or no certificates, `ERR_OPTION_INVALID`
 */
export function cmsSigner(options: CmsSignerOptions): CmsSigner {
  const held = holdSigner(options, "cmsSigner");
  const { cades = false } = options;
  if (typeof cades !== "boolean") throw new CountersignError("ERR_OPTION_INVALID", "expected cades: true or false");
  return {
    algorithm: algorithmId,
    sign: async (bytes) => {
      const opened = await held.open();
      const signedAttributes = cades ? await attributesOf(opened, bytes) : undefined;
      const signature = await opened.sign(signedAttributes ? signedAttributeBytes(signedAttributes) : bytes);
      return pemText("CMS", write(opened, signature, signedAttributes));
    },
    estimate: async () => sizeOf(await held.open(), cades),
    forget: held.forget,
  };
}

function write(
  { chain, key: { scheme } }: OpenedSigner,
  signature: Uint8Array,
  signedAttributes: readonly Uint8Array[] | undefined,
): Bytes {
  const attributes = signedAttributes ? { signedAttributes } : {};
  return writeSignedData({ signer: chain[0], certificates: chain, scheme, byKeyId: false, ...attributes, signature });
}

/** content-type, message-digest, signing-certificate-v2: no time, since nobody could rely on it. */
async function attributesOf({ key: { scheme }, chain }: OpenedSigner, bytes: Bytes): Promise<Uint8Array[]> {
  const digest = new Uint8Array(await crypto.subtle.digest(hashOf(scheme), bytes));
  return [
    cmsAttribute(oid.contentType, encodedOid(oid.data)),
    cmsAttribute(oid.messageDigest, derValue(tag.octetString, digest)),
    cmsAttribute(oid.signingCertificateV2, await signingCertificate(chain[0])),
  ];
}

/** SigningCertificateV2 with the default digest, SHA-256 (RFC 5035 §3). */
async function signingCertificate({ encoded }: Certificate): Promise<Bytes> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", concatBytes(encoded)));
  return derSequence(derSequence(derSequence(derValue(tag.octetString, digest))));
}

async function sizeOf(opened: OpenedSigner, cades: boolean): Promise<SizeEstimate> {
  const { chain, key, signatureBytes } = opened;
  const keyId = formatKeyId({
    form: "custom",
    algorithm: algorithmId,
    key: issuerKeyId([...chain].reverse(), chain) ?? "",
  });
  const attributes = cades ? await attributesOf(opened, new Uint8Array()) : undefined;
  const sizeWith = (bytes: number): number =>
    signatureSize(keyId, encodeBase64(write(opened, new Uint8Array(bytes), attributes)));
  // Numbers that begin with zeros are shorter in DER.
  const spread = key.scheme.kind === "ecdsa" ? 12 : 0;
  return { least: sizeWith(signatureBytes - spread), most: sizeWith(signatureBytes), isBound: true };
}
