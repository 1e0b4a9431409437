import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { orAborted } from "../../model/abort.js";
import { isNamedHost, isPublicHost } from "../../model/public-host.js";

/** How to get revocation lists and OCSP answers. */
export interface RevocationFetch {
  /** As the platform's `fetch`: asked without credentials, referrer and redirects. What it throws makes revocation unknown. */
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
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
 * @throws CountersignError `ERR_ABORTED` past the time, `ERR_DER_MALFORMED` past `maxBytes`; what the caller's fetch throws
 */
export async function fetchBytes(
  { fetch, timeoutMs = defaultTimeoutMs }: RevocationFetch,
  url: string,
  init: RequestInit,
  maxBytes: number,
): Promise<Bytes> {
  const signal = AbortSignal.timeout(timeoutMs);
  const careful: RequestInit = {
    credentials: "omit",
    redirect: "error",
    referrerPolicy: "no-referrer",
    cache: "no-store",
  };
  const read = async (): Promise<Bytes> => {
    const response = await fetch(url, { ...init, ...careful, signal });
    return response.ok ? readBody(response, maxBytes) : new Uint8Array();
  };
  return orAborted(read(), signal);
}

async function readBody(response: Response, maxBytes: number): Promise<Bytes> {
  const reader = response.body?.getReader();
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
