import { type Bytes, concatBytes, equalBytes } from "../../encoding/bytes.js";
import { type DerValue, readDer } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import type { ReportCode } from "../../model/report.js";
import { readAlgorithm } from "./algorithm-identifier.js";
import type { Certificate } from "./certificate.js";
import { type CmsAttributes, oneValueOf, readAttributes } from "./cms-attributes.js";
import type { CmsSignedData, CmsSignerInfo } from "./cms-signed-data.js";
import { DerFields, malformedDer, oidOf, someMembersOf } from "./der-fields.js";
import { tag } from "./der-tags.js";
import { oid } from "./object-identifiers.js";
import { type HashName, readHash } from "./signature-scheme.js";
import { type SignatureOutcome, verifySignature } from "./verify-signature.js";

const codes: Readonly<Record<SignatureOutcome, ReportCode>> = {
  right: "valid",
  wrong: "bad-signature",
  weak: "weak-algorithm",
  unsupported: "unsupported-key",
};

/**
 * Whether one signer of a CMS message signed `content` with the key of `certificate`: mathematics, digest and signed attributes.
 *
 * Signed attributes hold content-type and message-digest, both right, and where they hold signing-certificate-v2 it names this
 * certificate. Without them content of another type than id-data is refused, and so is content that is itself a set of signed
 * attributes: a signature over attributes would be one over it. Neither the certificate's path nor its names are looked at, nor
 * is signing-time.
 *
 * @param content what is signed, whether or not the message holds a copy of it
 * @returns `valid`, `malformed`, `bad-signature`, `weak-algorithm`, `unsupported-key`, `wrong-key` (the attribute names another
 *   certificate)
 * @throws what the platform throws where it cannot compute
 * @see RFC 5652, sections 5.4 to 5.6, 11.1, 11.2; RFC 5035
 */
export async function verifySignerInfo(
  signer: CmsSignerInfo,
  certificate: Certificate,
  { contentType }: Pick<CmsSignedData, "contentType">,
  content: Bytes,
): Promise<ReportCode> {
  try {
    const { signedAttributes } = signer;
    if (!signedAttributes) {
      if (contentType !== oid.data || looksLikeAttributes(content)) return "malformed";
      return codes[await verifyOver(content, signer, certificate)];
    }
    const fault = await findAttributeFault(signedAttributes, signer, certificate, contentType, content);
    return fault ?? codes[await verifyOver(signedAttributes.encoded, signer, certificate)];
  } catch (error) {
    if (error instanceof CountersignError && error.code === "ERR_DER_MALFORMED") return "malformed";
    throw error;
  }
}

function verifyOver(data: Bytes, signer: CmsSignerInfo, { publicKey }: Certificate): Promise<SignatureOutcome> {
  const { signatureAlgorithm: algorithm, digestAlgorithm: digest, signature } = signer;
  return verifySignature({ publicKey, algorithm, digest, signature, data });
}

async function findAttributeFault(
  attributes: CmsAttributes,
  signer: CmsSignerInfo,
  certificate: Certificate,
  contentType: string,
  content: Bytes,
): Promise<ReportCode | undefined> {
  const hash = readHash(signer.digestAlgorithm);
  if (hash === "weak") return "weak-algorithm";
  if (hash === "unsupported") return "unsupported-key";
  const type = oneValueOf(attributes, oid.contentType);
  const digest = oneValueOf(attributes, oid.messageDigest);
  if (!type || oidOf(type) !== contentType || digest?.tag !== tag.octetString) return "malformed";
  if (!equalBytes(digest.contents, await hashOf(hash, content))) return "bad-signature";
  const named = oneValueOf(attributes, oid.signingCertificateV2);
  return named && !(await names(named, certificate)) ? "wrong-key" : undefined;
}

async function hashOf(hash: HashName, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(hash, bytes));
}

/** SigningCertificateV2 (RFC 5035 §3): the first of its certificates is the signer's. */
async function names(attribute: DerValue, certificate: Certificate): Promise<boolean> {
  const fields = new DerFields(attribute);
  const [first] = someMembersOf(fields.take(), tag.sequence);
  fields.optional(tag.sequence);
  fields.end();
  if (!first) return false;
  const id = new DerFields(first);
  const algorithm = id.optional(tag.sequence);
  const digest = id.take(tag.octetString).contents;
  id.optional(tag.sequence);
  id.end();
  const hash = algorithm ? readHash(readAlgorithm(algorithm)) : "SHA-256";
  if (hash === "weak" || hash === "unsupported") throw malformedDer("a strong digest of the certificate");
  return equalBytes(digest, await hashOf(hash, certificate.encoded));
}

function looksLikeAttributes(content: Bytes): boolean {
  try {
    const value = readDer(concatBytes(content), content.length);
    return value.tag === tag.set && readAttributes(value).values.size > 0;
  } catch {
    return false;
  }
}
