import { type Bytes, concatBytes, equalBytes } from "../../encoding/bytes.js";
import type { ReportCode } from "../../model/report.js";
import type { Certificate } from "./certificate.js";
import { areSignedAttributes, singleValue } from "./cms-attributes.js";
import type { SignerInfo } from "./cms-signer-info.js";
import { findSigningCertificateFault } from "./cms-signing-certificate.js";
import { oidOf } from "./der-fields.js";
import { tag } from "./der-tags.js";
import { oid } from "./object-identifiers.js";
import { readHash } from "./signature-scheme.js";
import { type SignatureOutcome, verifySignature } from "./verify-signature.js";

const codes: Readonly<Record<SignatureOutcome, ReportCode | undefined>> = {
  right: undefined,
  wrong: "bad-signature",
  weak: "weak-algorithm",
  unsupported: "unsupported-key",
};

/** The certificates that a signer names as its own: one, where all is well. */
export function namedCertificates(
  { identifier }: SignerInfo,
  certificates: readonly Certificate[],
): readonly Certificate[] {
  return certificates.filter(({ issuer, serialNumber, extensions: { subjectKeyId } }) => {
    if (identifier.kind === "subject-key-id") return !!subjectKeyId && equalBytes(subjectKeyId, identifier.keyId);
    return issuer.comparable === identifier.issuer && equalBytes(serialNumber, identifier.serialNumber);
  });
}

/**
 * What is wrong with one signature over `content` by the key of `certificate`; `undefined` where nothing is.
 *
 * With signed attributes: content-type and message-digest are there once each and say what is so, and the signing certificate, where
 * they name it (RFC 5035), is this one. Without: the content is no set of attributes, or the signature could have been made over
 * the attributes of another document (RFC 5652 §5.4 signs those in the content's place).
 *
 * Does not judge the certificate.
 *
 * @returns `malformed`, `bad-signature`, `weak-algorithm`, `unsupported-key`, `wrong-key` for another signing certificate
 * @throws CountersignError `ERR_DER_MALFORMED` for attributes in another form; what the platform throws where it cannot compute
 * @see RFC 5652, sections 5.4 to 5.6 and 11
 */
export async function findCmsSignatureFault(
  signer: SignerInfo,
  certificate: Certificate,
  contentType: string,
  content: Bytes,
): Promise<ReportCode | undefined> {
  const hash = readHash(signer.digest);
  if (hash === "weak") return "weak-algorithm";
  if (hash === "unsupported") return "unsupported-key";
  const { signedAttributes } = signer;
  if (signedAttributes) {
    const type = singleValue(signedAttributes.values, oid.contentType);
    const digest = singleValue(signedAttributes.values, oid.messageDigest);
    if (type?.tag !== tag.objectIdentifier || digest?.tag !== tag.octetString) return "malformed";
    if (oidOf(type) !== contentType) return "malformed";
    const computed = new Uint8Array(await crypto.subtle.digest(hash, content));
    if (!equalBytes(digest.contents, computed)) return "bad-signature";
  } else if (contentType !== oid.data || areSignedAttributes(content)) {
    return "malformed";
  }
  const outcome = await verifySignature({
    publicKey: certificate.publicKey,
    algorithm: signer.signatureAlgorithm,
    digest: signer.digest,
    signature: signer.signature,
    data: signedAttributes ? signedAttributes.signedPart : concatBytes(content),
  });
  return codes[outcome] ?? (await findSigningCertificateFault(signer, certificate));
}
