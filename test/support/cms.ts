import { createHash } from "node:crypto";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";
import {
  algorithmOf,
  hashAlgorithm,
  signBytes,
  type TestCertificate,
  type TestSignatureScheme,
} from "./certificates.js";

/** What a CMS signature is to be. */
export interface TestCmsWishes {
  /** What is signed; detached. */
  readonly content: Uint8Array;
  readonly signer: TestCertificate;
  /** Certificates to carry; the signer's alone where absent. */
  readonly certificates?: readonly TestCertificate[];
  /** By which the signer is named; `issuerAndSerialNumber` where absent. */
  readonly identifier?: "issuerAndSerialNumber" | "subjectKeyIdentifier";
  /** Whole attributes besides content-type and message-digest; `null`: no signed attributes at all. */
  readonly attributes?: readonly Uint8Array[] | null;
  /** All attributes in place of the usual ones. */
  readonly attributesWhole?: readonly Uint8Array[];
  readonly unsignedAttributes?: readonly Uint8Array[];
  readonly signedBy?: TestSignatureScheme;
  /** `sha512` for Ed25519 and else that of `signedBy`. */
  readonly digest?: NonNullable<TestSignatureScheme["hash"]>;
  /** Of what is written in the content info; `id-data` where absent. */
  readonly contentType?: string;
  /** Bytes to put in as the content; none where absent. */
  readonly attached?: Uint8Array;
  /** Revocation lists to carry. */
  readonly lists?: readonly Uint8Array[];
  /** A signature to write in place of the true one. */
  readonly signature?: Uint8Array;
}

/** One attribute. */
export function cmsAttribute(type: string, ...values: readonly Uint8Array[]): Uint8Array {
  return derSequence(encodedOid(type), derValue(0x31, ...values));
}

/** signing-certificate-v2 with the default digest (RFC 5035 §3). */
export function signingCertificateV2({ der }: Pick<TestCertificate, "der">): Uint8Array {
  const id = derSequence(derValue(0x04, createHash("sha256").update(der).digest()));
  return cmsAttribute(oid.signingCertificateV2, derSequence(derSequence(id)));
}

/** Makes a CMS SignedData in DER, one signer, right or wrong (RFC 5652 §5.1). */
export function makeCms(wishes: TestCmsWishes): Uint8Array<ArrayBuffer> {
  const { content, signer, certificates = [signer], signedBy = {}, contentType = oid.data } = wishes;
  const { identifier = "issuerAndSerialNumber", lists = [], unsignedAttributes = [] } = wishes;
  const isEd25519 = signer.privateKey.asymmetricKeyType === "ed25519";
  const digest = wishes.digest ?? (isEd25519 ? "sha512" : (signedBy.hash ?? "sha256"));
  const attributes = signedAttributes(wishes, digest, contentType);
  const signed = attributes ? derValue(0x31, ...attributes) : content;
  const bySki = identifier === "subjectKeyIdentifier";
  const info = derSequence(
    derUnsignedInteger(Uint8Array.of(bySki ? 3 : 1)),
    bySki ? derValue(0x80, signer.keyId) : derSequence(issuerNameOf(signer), derValue(0x02, signer.serialNumber)),
    hashAlgorithm(digest),
    ...(attributes ? [derValue(0xa0, ...attributes)] : []),
    signedBy.claimed ?? algorithmOf(signer.privateKey, signedBy),
    derValue(0x04, wishes.signature ?? signBytes(signer.privateKey, signed, signedBy)),
    ...(unsignedAttributes.length > 0 ? [derValue(0xa1, ...unsignedAttributes)] : []),
  );
  const attached = wishes.attached ? [derValue(0xa0, derValue(0x04, wishes.attached))] : [];
  const signedData = derSequence(
    derUnsignedInteger(Uint8Array.of(bySki ? 3 : 1)),
    derValue(0x31, hashAlgorithm(digest)),
    derSequence(encodedOid(contentType), ...attached),
    ...(certificates.length > 0 ? [derValue(0xa0, ...certificates.map(({ der }) => der))] : []),
    ...(lists.length > 0 ? [derValue(0xa1, ...lists)] : []),
    derValue(0x31, info),
  );
  return derSequence(encodedOid(oid.signedData), derValue(0xa0, signedData));
}

/** In the order of DER: sorted by their bytes (X.690 §11.6). */
function signedAttributes(
  { attributes = [], attributesWhole, content }: TestCmsWishes,
  digest: string,
  contentType: string,
): readonly Uint8Array[] | undefined {
  if (attributes === null) return undefined;
  const usual = [
    cmsAttribute(oid.contentType, encodedOid(contentType)),
    cmsAttribute(oid.messageDigest, derValue(0x04, createHash(digest).update(content).digest())),
  ];
  return [...(attributesWhole ?? [...usual, ...attributes])].sort(Buffer.compare);
}

function issuerNameOf({ der }: TestCertificate): Uint8Array {
  const [signedPart] = derMembers(readDer(der));
  return concatBytes((signedPart ? derMembers(signedPart) : [])[3]?.encoded ?? new Uint8Array());
}
