import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { derNull, derSequence, derValue } from "../../encoding/der-writer.js";
import { CountersignError } from "../../errors.js";
import { orAborted, throwIfAborted } from "../../model/abort.js";
import { isNamedHost, isPublicHost } from "../../model/public-host.js";
import type { Certificate } from "./certificate.js";
import { tag } from "./der-tags.js";
import { encodedOid } from "./encoded-oid.js";
import { oid } from "./object-identifiers.js";
import { maxOcspBytes } from "./ocsp-answer.js";
import type { RevocationQuestion } from "./revocation.js";
import type { RevocationEvidence } from "./revocation-evidence.js";
import { maxRevocationListBytes } from "./revocation-list.js";

/** How to get revocation lists and OCSP answers. */
export interface RevocationFetch {
  /** As the platform's `fetch`: asked without credentials, referrer and redirects. What it throws makes revocation unknown. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Hosts that may be asked although they are IP addresses or local names: `ca.corp`, `10.0.0.1:8080`. */
  readonly hosts?: readonly string[];
  /** How long one answer may take, milliseconds; 10 seconds where absent. */
  readonly timeoutMs?: number;
}

const maxAddresses = 4;
const maxAddressChars = 2000;
const defaultTimeoutMs = 10_000;

/** When each address was asked last and for which evidence: not again while that answer could be the same. */
const askedAt = new WeakMap<RevocationEvidence, Map<string, number>>();
const askAgainAfterMs = 60_000;

/**
 * Adds to the evidence what the addresses in one certificate give: OCSP answers, and revocation lists of its distribution
 * points, http and https alone. The certificate must be chained to a root already, by signatures that were verified.
 *
 * An address that fails, or gives something else, adds nothing. At most 4 of each kind are asked, each at most once a minute.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function fetchEvidence(question: RevocationQuestion, options: RevocationFetch): Promise<void> {
  const { certificate, above, evidence, request } = question;
  const issuer = above.at(-1);
  const listAddresses = certificate.extensions.crlDistributionPoints.flatMap(({ name }) =>
    name && "fullName" in name ? name.fullName.flatMap((full) => ("text" in full ? (full.text ?? []) : [])) : [],
  );
  const wanted = [
    ...(issuer ? certificate.extensions.ocspAddresses.slice(0, maxAddresses) : []).map((address) => ({
      address,
      maxBytes: maxOcspBytes,
      ask: async (): Promise<RequestInit> => ({
        method: "POST",
        headers: { "Content-Type": "application/ocsp-request" },
        body: await ocspRequest(certificate, issuer ?? certificate),
      }),
      take: (der: Bytes): unknown => evidence.addAnswer(der),
    })),
    ...listAddresses.slice(0, maxAddresses).map((address) => ({
      address,
      maxBytes: maxRevocationListBytes,
      ask: async (): Promise<RequestInit> => ({}),
      take: (der: Bytes): unknown => evidence.addList(der),
    })),
  ];
  const times = askedAt.get(evidence) ?? new Map<string, number>();
  askedAt.set(evidence, times);
  for (const { address, maxBytes, ask, take } of wanted) {
    const url = allowedUrl(address, options.hosts);
    const now = request.now ?? request.at;
    const key = `${url} ${maxBytes === maxOcspBytes ? certificate.sha256 : ""}`;
    if (url === undefined || Math.abs(now - (times.get(key) ?? Number.NEGATIVE_INFINITY)) < askAgainAfterMs) continue;
    times.set(key, now);
    await tryFetch(
      async (signal) => take(await fetchBytes(options, url, await ask(), maxBytes, signal)),
      question,
      options,
    );
  }
}

async function tryFetch(
  work: (signal: AbortSignal) => Promise<unknown>,
  { request: { signal } }: RevocationQuestion,
  { timeoutMs = defaultTimeoutMs }: RevocationFetch,
): Promise<void> {
  throwIfAborted(signal);
  const timeout = AbortSignal.timeout(timeoutMs);
  const ended = signal ? AbortSignal.any([signal, timeout]) : timeout;
  try {
    await orAborted(work(ended), ended);
  } catch {
    // An answer that does not come, or is none, leaves revocation unknown; the mode says what that means.
    throwIfAborted(signal);
  }
}

function allowedUrl(address: string, hosts: readonly string[] = []): string | undefined {
  const url = address.length <= maxAddressChars && URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  if (!isNamedHost(url, hosts) && !isPublicHost(url.hostname)) return undefined;
  url.hash = "";
  return url.href;
}

async function fetchBytes(
  { fetch }: RevocationFetch,
  url: string,
  init: RequestInit,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Bytes> {
  const response = await fetch(url, {
    ...init,
    signal,
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
  });
  const reader = response.ok ? response.body?.getReader() : undefined;
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    total += part.value.length;
    if (total > maxBytes) {
      void reader?.cancel().catch(() => {});
      throw new CountersignError("ERR_DER_MALFORMED", `expected an answer of at most ${maxBytes} bytes`);
    }
    chunks.push(part.value);
  }
  return concatBytes(...chunks);
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
