import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { derNull, derSequence, derValue } from "../../encoding/der-writer.js";
import { orAborted } from "../../model/abort.js";
import type { Certificate } from "./certificate.js";
import { tag } from "./der-tags.js";
import { encodedOid } from "./encoded-oid.js";
import { isCertifiedSigner } from "./list-signer.js";
import { oid } from "./object-identifiers.js";
import { maxOcspBytes, readOcspAnswer } from "./ocsp-answer.js";
import { isAuthorizedAnswer } from "./ocsp-status.js";
import type { RevocationQuestion } from "./revocation.js";
import type { RevocationEvidence } from "./revocation-evidence.js";
import { allowedUrl, fetchBytes, type RevocationFetch } from "./revocation-http.js";
import { maxRevocationListBytes, readRevocationList } from "./revocation-list.js";

export type { RevocationFetch } from "./revocation-http.js";

const maxAddresses = 4;
const askAgainAfterMs = 60_000;

/** One thing to ask for. */
interface Wanted {
  readonly url: string;
  /** The same for everybody who would get the same answer. */
  readonly key: string;
  /** Asks, and keeps the answer if it is what it should be. */
  readonly get: () => Promise<void>;
}

/** What was asked for lately, for which evidence. */
const asked = new WeakMap<RevocationEvidence, Map<string, { readonly at: number; readonly work: Promise<void> }>>();

/**
 * Adds to the evidence what the addresses in one certificate give, one after the other until that is enough: OCSP answers,
 * then lists of its distribution points. The certificate must be chained to a root already, by signatures that were verified.
 *
 * Only what is signed by somebody who may sign it is kept. An address that fails, or gives something else, adds nothing. At most 4
 * of each kind are asked, the same thing at most once a minute, whoever needs it.
 *
 * @param isEnough asked after each answer
 * @throws CountersignError `ERR_ABORTED`
 */
export async function fetchEvidence(
  question: RevocationQuestion,
  options: RevocationFetch,
  isEnough: () => Promise<boolean>,
): Promise<void> {
  const { evidence, request } = question;
  const now = request.now ?? request.at;
  const known = asked.get(evidence.lasting) ?? new Map<string, { at: number; work: Promise<void> }>();
  asked.set(evidence.lasting, known);
  for (const { key, get } of [...wantedAnswers(question, options), ...wantedLists(question, options)]) {
    const last = known.get(key);
    const isRecent = last !== undefined && Math.abs(now - last.at) < askAgainAfterMs;
    // An answer that does not come, or is none, leaves revocation unknown; the mode says what that means.
    const work = isRecent ? last.work : get().catch(() => undefined);
    known.set(key, isRecent ? last : { at: now, work });
    await orAborted(work, request.signal);
    if (await isEnough()) return;
  }
}

function wantedAnswers(question: RevocationQuestion, options: RevocationFetch): Wanted[] {
  const { certificate, above, evidence } = question;
  const issuer = above.at(-1);
  if (!issuer) return [];
  return allowed(certificate.extensions.ocspAddresses, options).map((url) => ({
    url,
    key: `${url} ${certificate.sha256}`,
    get: async () => {
      const body = await ocspRequest(certificate, issuer);
      const init = { method: "POST", headers: { "Content-Type": "application/ocsp-request" }, body };
      const answer = readOcspAnswer(await fetchBytes(options, url, init, maxOcspBytes));
      if (await isAuthorizedAnswer(answer, question)) evidence.lasting.keepAnswer(answer);
    },
  }));
}

function wantedLists(question: RevocationQuestion, options: RevocationFetch): Wanted[] {
  const { certificate, evidence } = question;
  const addresses = certificate.extensions.crlDistributionPoints.flatMap(({ name }) =>
    name && "fullName" in name
      ? name.fullName.flatMap((full) => (full.form === "uniformResourceIdentifier" ? [full.text] : []))
      : [],
  );
  return allowed(addresses, options).map((url) => ({
    url,
    key: url,
    get: async () => {
      const list = readRevocationList(await fetchBytes(options, url, {}, maxRevocationListBytes));
      if (await isCertifiedSigner(list, question)) evidence.lasting.keepList(list);
    },
  }));
}

function allowed(addresses: readonly string[], { hosts }: RevocationFetch): string[] {
  return addresses.flatMap((address) => allowedUrl(address, hosts) ?? []).slice(0, maxAddresses);
}

/** OCSPRequest for one certificate, with the SHA-1 names that every responder knows (RFC 6960 §4.1.1, RFC 5019). */
async function ocspRequest({ issuer, serialNumber }: Certificate, authority: Certificate): Promise<Bytes> {
  const hash = async (bytes: Uint8Array): Promise<Bytes> =>
    derValue(tag.octetString, new Uint8Array(await crypto.subtle.digest("SHA-1", concatBytes(bytes))));
  const names = [await hash(issuer.encoded), await hash(authority.publicKey.key)];
  const algorithm = derSequence(encodedOid(oid.sha1), derNull());
  const certId = derSequence(algorithm, ...names, derValue(tag.integer, serialNumber));
  return derSequence(derSequence(derSequence(derSequence(certId))));
}
