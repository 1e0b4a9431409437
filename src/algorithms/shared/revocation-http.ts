import type { Bytes } from "../../encoding/bytes.js";
import { isNamedHost, isPublicHost } from "../../model/public-host.js";
import { fetchBounded, type HttpFetch } from "./bounded-fetch.js";

/** How to get revocation lists and OCSP answers. */
export interface RevocationFetch {
  /** As the platform's `fetch`: asked without credentials, referrer and redirects. What it throws makes revocation unknown. */
  readonly fetch: HttpFetch;
  /** Hosts that may be asked although they are IP addresses or local names: `ca.corp`, `10.0.0.1:8080`. */
  readonly hosts?: readonly string[];
  /** How long one answer may take, milliseconds; 10 seconds where absent. */
  readonly timeoutMs?: number;
}

const maxAddressChars = 2000;
const defaultTimeoutMs = 10_000;

/**
 * An address that a certificate gives, as it may be asked: http or https, without user name, a host of the internet or one that
 * the caller named; `undefined` for any other.
 *
 * @see DESIGN, "Addresses that a stranger's data gives"
 */
export function allowedUrl(address: string, hosts: readonly string[] = []): string | undefined {
  const url = address.length <= maxAddressChars && URL.canParse(address) ? new URL(address) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:")) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  if (!isNamedHost(url, hosts) && !isPublicHost(url.hostname)) return undefined;
  url.hash = "";
  return url.href;
}

/**
 * The body of a successful answer.
 *
 * @throws HttpError `ERR_HTTP_*`
 */
export function fetchBytes(
  { fetch, timeoutMs = defaultTimeoutMs }: RevocationFetch,
  url: string,
  init: RequestInit,
  maxBytes: number,
): Promise<Bytes> {
  return fetchBounded(url, init, { fetch, timeoutMs, maxBytes });
}
