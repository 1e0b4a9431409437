import { type Bytes, concatBytes, equalBytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { keyUsage } from "./certificate-extensions.js";
import { verifyLink } from "./link.js";
import { findByLists } from "./list-status.js";
import { oid } from "./object-identifiers.js";
import type { OcspAnswer, OcspStatus } from "./ocsp-answer.js";
import type { RevocationQuestion } from "./revocation.js";
import { statusOfRevocation } from "./revocation-reason.js";
import type { RevocationFinding } from "./revocation-types.js";
import { verifySignature } from "./verify-signature.js";

/** SHA-1 names an issuer here, nothing rests on it (RFC 5019 §2.1.1). */
const hashNames: ReadonlyMap<string, string> = new Map([
  [oid.sha1, "SHA-1"],
  [oid.sha256, "SHA-256"],
  [oid.sha384, "SHA-384"],
  [oid.sha512, "SHA-512"],
]);

const maxDelegates = 4;

/**
 * What the OCSP answers in the evidence say about one certificate: those signed by its issuer or by whom the issuer itself
 * appointed with id-kp-OCSPSigning (RFC 6960 §4.2.2.2). Nonces are not looked at: dates are.
 */
export async function findByAnswers(question: RevocationQuestion): Promise<RevocationFinding[]> {
  const findings: RevocationFinding[] = [];
  for (const answer of question.evidence.answersAbout(question.certificate)) {
    const statuses: OcspStatus[] = [];
    for (const status of answer.statuses) if (await isAbout(status, question)) statuses.push(status);
    if (statuses.length === 0 || answer.hasUnknownCritical || !(await isAuthorizedAnswer(answer, question))) continue;
    findings.push(...statuses.map((status) => findingOf(status, question)));
  }
  return findings;
}

function findingOf(status: OcspStatus, { certificate, request }: RevocationQuestion): RevocationFinding {
  const { thisUpdate, nextUpdate, revokedAt, reason } = status;
  const now = request.now ?? request.at;
  const isCurrent = thisUpdate <= now && nextUpdate !== undefined && now < nextUpdate;
  const about = {
    certificate: certificate.sha256,
    source: "ocsp" as const,
    thisUpdate,
    ...(nextUpdate !== undefined && { nextUpdate }),
  };
  if (status.status === "revoked" && revokedAt !== undefined) {
    const revocation = { revokedAt, ...(reason !== undefined && { reason }) };
    return { ...about, ...revocation, status: statusOfRevocation(revocation, request.at, isCurrent) };
  }
  return { ...about, status: isCurrent && status.status === "good" ? "good" : "unknown" };
}

/** Whether a CertID is this certificate's (RFC 6960 §4.1.1). */
async function isAbout(status: OcspStatus, { certificate, above }: RevocationQuestion): Promise<boolean> {
  const issuer = above.at(-1);
  const hashName = hashNames.get(status.hash.oid);
  if (!issuer || !hashName || !equalBytes(status.serialNumber, certificate.serialNumber)) return false;
  const [name, key] = await Promise.all([
    digest(hashName, certificate.issuer.encoded),
    digest(hashName, issuer.publicKey.key),
  ]);
  return equalBytes(status.issuerNameHash, name) && equalBytes(status.issuerKeyHash, key);
}

async function digest(name: string, bytes: Uint8Array): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(name, concatBytes(bytes)));
}

/** Whether an answer is signed by the issuer of the certificate in question, or by its delegate. */
export async function isAuthorizedAnswer(answer: OcspAnswer, question: RevocationQuestion): Promise<boolean> {
  const issuer = question.above.at(-1);
  if (!issuer) return false;
  const delegates = await readDelegates(answer);
  for (const responder of [issuer, ...delegates]) {
    if (!(await isNamedResponder(answer, responder))) continue;
    if (responder !== issuer && !(await isDelegate(responder, issuer, question))) continue;
    const outcome = await verifySignature({
      publicKey: responder.publicKey,
      algorithm: answer.signatureAlgorithm,
      signature: answer.signature,
      data: answer.signedPart,
    });
    if (outcome === "right") return true;
  }
  return false;
}

const delegatesOf = new WeakMap<OcspAnswer, Promise<readonly Certificate[]>>();

/** The certificates in an answer; one that is none makes the others no worse. */
function readDelegates(answer: OcspAnswer): Promise<readonly Certificate[]> {
  const read = async (der: Uint8Array): Promise<Certificate[]> => {
    try {
      return [await readCertificate(der)];
    } catch (error) {
      if (error instanceof CountersignError) return [];
      throw error;
    }
  };
  const delegates =
    delegatesOf.get(answer) ??
    Promise.all(answer.certificates.slice(0, maxDelegates).map(read)).then((all) => all.flat());
  delegatesOf.set(answer, delegates);
  return delegates;
}

async function isNamedResponder({ responder }: OcspAnswer, candidate: Certificate): Promise<boolean> {
  if ("name" in responder) return responder.name.comparable === candidate.subject.comparable;
  return equalBytes(responder.keyHash, await digest("SHA-1", candidate.publicKey.key));
}

/** Appointed by the issuer itself, for this, now, and not on a list of the issuer's. */
async function isDelegate(delegate: Certificate, issuer: Certificate, question: RevocationQuestion): Promise<boolean> {
  const { extensions, notBefore, notAfter } = delegate;
  const now = question.request.now ?? question.request.at;
  if (delegate.issuer.comparable !== issuer.subject.comparable || now < notBefore || now > notAfter) return false;
  if (!extensions.extendedKeyUsage?.purposes.has(oid.ocspSigning)) return false;
  if (extensions.unknownCritical.length > 0 || extensions.keyUsage?.has(keyUsage.digitalSignature) === false)
    return false;
  if ((await verifyLink(delegate, issuer)) !== "right") return false;
  if (extensions.hasOcspNoCheck) return true;
  const findings = await findByLists({ ...question, certificate: delegate });
  return !findings.some(({ status }) => status === "revoked" || status === "revoked-softly");
}
