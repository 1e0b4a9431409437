import { concatBytes, equalBytes } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import type { ReportCode } from "../../model/report.js";
import { readAlgorithm } from "./algorithm-identifier.js";
import type { Certificate } from "./certificate.js";
import { singleValue } from "./cms-attributes.js";
import type { SignerInfo } from "./cms-signer-info.js";
import { DerFields, insideOf, malformedDer, someMembersOf } from "./der-fields.js";
import { contextConstructed, tag } from "./der-tags.js";
import { readName } from "./distinguished-name.js";
import { oid } from "./object-identifiers.js";
import { type HashName, readHash } from "./signature-scheme.js";

/**
 * Whether signing-certificate-v2, where it stands among the signed attributes, names this certificate (RFC 5035 §3): the first
 * in it is the signer's. signing-certificate, which knows SHA-1 alone, is not looked at.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export async function findSigningCertificateFault(
  { signedAttributes }: SignerInfo,
  certificate: Certificate,
): Promise<ReportCode | undefined> {
  const value = signedAttributes && singleValue(signedAttributes.values, oid.signingCertificateV2);
  if (!value) return undefined;
  const [first] = someMembersOf(new DerFields(value).take(tag.sequence), tag.sequence);
  if (!first) throw malformedDer("a certificate");
  const { hash, digest, issuerSerial } = readCertificateId(first);
  if (hash === "weak") return "weak-algorithm";
  if (hash === "unsupported") return "unsupported-key";
  const computed = new Uint8Array(await crypto.subtle.digest(hash, concatBytes(certificate.encoded)));
  const isNamed = equalBytes(digest, computed) && (!issuerSerial || isOf(issuerSerial, certificate));
  return isNamed ? undefined : "wrong-key";
}

interface CertificateId {
  readonly hash: HashName | "weak" | "unsupported";
  readonly digest: Uint8Array;
  readonly issuerSerial: DerValue | undefined;
}

function readCertificateId(value: DerValue): CertificateId {
  const fields = new DerFields(value);
  const algorithm = fields.optional(tag.sequence);
  const digest = fields.take(tag.octetString).contents;
  const issuerSerial = fields.optional(tag.sequence);
  fields.end();
  return { hash: algorithm ? readHash(readAlgorithm(algorithm)) : "SHA-256", digest, issuerSerial };
}

function isOf(issuerSerial: DerValue, { issuer, serialNumber }: Certificate): boolean {
  const fields = new DerFields(issuerSerial);
  const names = someMembersOf(fields.take(tag.sequence), tag.sequence);
  const serial = fields.take(tag.integer).contents;
  fields.end();
  const isNamed = names.some(
    (name) => name.tag === contextConstructed(4) && readName(insideOf(name)).comparable === issuer.comparable,
  );
  return isNamed && equalBytes(serial, serialNumber);
}
