import type { Certificate } from "./certificate.js";
import { type SignatureOutcome, verifySignature } from "./verify-signature.js";

const known = new WeakMap<Certificate, WeakMap<Certificate, Promise<SignatureOutcome>>>();

/**
 * Whether the key of `issuer` signed `certificate`: the mathematics alone. The answer is kept with the two objects.
 *
 * @throws what the platform throws where it cannot compute
 */
export function verifyLink(certificate: Certificate, issuer: Certificate): Promise<SignatureOutcome> {
  const answers = known.get(certificate) ?? new WeakMap<Certificate, Promise<SignatureOutcome>>();
  known.set(certificate, answers);
  const answer =
    answers.get(issuer) ??
    verifySignature({
      publicKey: issuer.publicKey,
      algorithm: certificate.signatureAlgorithm,
      signature: certificate.signature,
      data: certificate.signedPart,
    });
  answers.set(issuer, answer);
  answer.catch(() => answers.delete(issuer));
  return answer;
}
