import type { Certificate } from "./certificate.js";
import { keyUsage } from "./certificate-extensions.js";
import { CertificatePool } from "./certificate-pool.js";
import type { RevocationQuestion } from "./revocation.js";
import type { RevocationList } from "./revocation-list.js";
import { type SignatureOutcome, verifySignature } from "./verify-signature.js";

const maxCandidates = 8;

/**
 * Whether a revocation list is signed by somebody who may sign it for this certificate (RFC 5280 §6.3.3 (f), (g)).
 *
 * That is a CA above the certificate that bears the list's name, or another certificate of that name with a valid path of its own to
 * the same root. Where the list is the certificate's own issuer's, that other certificate must come from the issuer itself or
 * from whoever issued it: a name alone is soon written into a certificate somewhere else below the same root.
 */
export async function isCertifiedSigner(list: RevocationList, question: RevocationQuestion): Promise<boolean> {
  const { above } = question;
  for (const authority of above.filter((candidate) => bears(candidate, list) && maySign(candidate))) {
    if ((await verifyList(list, authority)) === "right") return true;
  }
  for (const candidate of otherSigners(list, question)) {
    if ((await verifyList(list, candidate)) === "right" && (await isValidSigner(candidate, question))) return true;
  }
  return false;
}

function bears({ subject }: Certificate, { issuer }: RevocationList): boolean {
  return subject.comparable === issuer.comparable;
}

function maySign({ extensions }: Certificate): boolean {
  return extensions.keyUsage?.has(keyUsage.crlSign) ?? true;
}

function otherSigners(
  list: RevocationList,
  { above, request, certificate }: RevocationQuestion,
): readonly Certificate[] {
  const name = list.issuer.comparable;
  const { presented, intermediates, roots } = request;
  const namesakes = new CertificatePool([
    ...presented.filter((candidate) => bears(candidate, list)),
    ...(intermediates?.withSubject(name) ?? []),
    ...roots.withSubject(name),
  ]);
  const isOwnIssuers = certificate.issuer.comparable === name;
  const issuer = above.at(-1);
  return namesakes
    .all()
    .filter((candidate) => !above.includes(candidate) && maySign(candidate))
    .filter(({ issuer: by }) => {
      if (!isOwnIssuers) return true;
      return by.comparable === name || by.comparable === issuer?.issuer.comparable;
    })
    .slice(0, maxCandidates);
}

const outcomes = new WeakMap<RevocationList, WeakMap<Certificate, Promise<SignatureOutcome>>>();

function verifyList(list: RevocationList, signer: Certificate): Promise<SignatureOutcome> {
  const known = outcomes.get(list) ?? new WeakMap<Certificate, Promise<SignatureOutcome>>();
  outcomes.set(list, known);
  const outcome =
    known.get(signer) ??
    verifySignature({
      publicKey: signer.publicKey,
      algorithm: list.signatureAlgorithm,
      signature: list.signature,
      data: list.signedPart,
    });
  known.set(signer, outcome);
  outcome.catch(() => known.delete(signer));
  return outcome;
}

const maxDepth = 3;

/** Its path must begin at the same root; its own revocation is asked for too, in the same way. */
async function isValidSigner(signer: Certificate, question: RevocationQuestion): Promise<boolean> {
  const { above, request, validatePaths, certificate } = question;
  if (signer.sha256 === certificate.sha256) return isOwnWitness(signer);
  const asked = request.asked ?? [];
  const [root] = above;
  if (!root || asked.includes(signer.sha256) || asked.length === maxDepth) return false;
  const at = request.now ?? request.at;
  const { code } = await validatePaths({
    ...request,
    leaf: signer,
    roots: new CertificatePool([root]),
    at,
    now: at,
    purpose: "crl",
    asked: [...asked, signer.sha256],
  });
  return code === "valid";
}

/** Whether a certificate's issuer wants its holder to say of itself whether it is revoked; other lists still count. */
function isOwnWitness({ subject, extensions }: Certificate): boolean {
  const issuers = extensions.crlDistributionPoints.flatMap(({ crlIssuer }) => crlIssuer ?? []);
  return issuers.some((name) => name.form === "directoryName" && name.name.comparable === subject.comparable);
}
