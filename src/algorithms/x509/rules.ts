import type { ReportCode } from "../../model/report.js";
import { hasNoParameters } from "../shared/algorithm-identifier.js";
import type { Certificate } from "../shared/certificate.js";
import { type CmsMessage, signersCertificates } from "../shared/cms-message.js";
import { decodeCmsValue } from "../shared/cms-value.js";
import type { SignerRules } from "../shared/judge-signer.js";
import { namingOf } from "../shared/matrix-names.js";
import { oid } from "../shared/object-identifiers.js";
import { ownerNamedBy } from "../shared/path-evidence.js";
import { readHash, readScheme } from "../shared/signature-scheme.js";

/** What is particular to signatures as Element writes them (PROTOCOL, io.element.x509). */
export const x509Rules: SignerRules = {
  decode: (value) => decodeCmsValue(value, ["CMS"], false),
  findFormFault,
  nameOwner: ownerNamedBy,
  nameFault,
};

/**
 * Everything but the mathematics that makes a CMS one of this algorithm: one digest, SHA-512; no content, attributes signed, or
 * revocation lists; certificates of X.509 alone, the signer's among them; RSASSA-PSS with SHA-512 and 64 bytes of salt.
 */
function findFormFault({ signedData, signer, certificates }: CmsMessage): ReportCode | undefined {
  const { version, digestAlgorithms, contentType, content, hasRevocations, hasOtherCertificates } = signedData;
  const [digest, ...others] = digestAlgorithms;
  if (readHash(signer.digestAlgorithm) === "weak") return "weak-algorithm";
  const isSha512 = [digest, signer.digestAlgorithm].every((one) => one?.oid === oid.sha512 && hasNoParameters(one));
  const isDetached = version === 3 && contentType === oid.data && content === undefined && !hasRevocations;
  if (others.length > 0 || !isSha512 || !isDetached || hasOtherCertificates) return "malformed";
  if (!("subjectKeyId" in signer.signer) || signer.signedAttributes) return "malformed";
  if (signersCertificates(signer, certificates).length === 0) return "malformed";
  const scheme = readScheme(signer.signatureAlgorithm);
  if (scheme === "weak") return "weak-algorithm";
  const isPss = typeof scheme === "object" && scheme.kind === "rsa-pss";
  return isPss && scheme.hash === "SHA-512" && scheme.saltLength === 64 ? undefined : "malformed";
}

/** Why no valid path counts: another name, or none; or a name that a CA's constraints do not let count. */
function nameFault(certificate: Certificate, userId: string): ReportCode {
  return namingOf(certificate, userId) ? "name-constraints" : "name-mismatch";
}
