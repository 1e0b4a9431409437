import { CountersignError } from "../../errors.js";
import { askWithoutToken } from "../../matrix/reading/ask-without-token.js";
import { publicAddress } from "../../matrix/reading/public-address.js";
import { readBytes } from "../../model/read-bytes.js";
import { maxRevocationListBytes } from "../../model/revocation-list.js";
import type { TrustAnchor } from "../../model/trust-anchor.js";

/** How {@link fetchRevocationList} asks. */
export interface FetchListOptions {
  /** As the platform's `fetch`: asked without credentials, referrer and redirects. */
  readonly fetch: typeof fetch;
  /** Hosts that may be asked although they are IP addresses or local names: `lists.corp`, `10.0.0.1:8443`. */
  readonly hosts?: readonly string[];
  readonly signal?: AbortSignal;
}

const timeoutMs = 10_000;

/**
 * Fetches the list of revocations from where the anchor's definition says. Who serves it learns the reader's address.
 *
 * Does not look into it: see `verifyRevocationList`.
 *
 * @returns the bytes of the file, at most 4 MiB
 * @throws CountersignError `ERR_OPTION_INVALID` for an anchor without an address, and one that is no https address of a public host, or
 *   that has a user name or a query; `ERR_ABORTED`; HttpError `ERR_HTTP_NETWORK`, `ERR_HTTP_TIMEOUT`, `ERR_HTTP_STATUS`,
 *   `ERR_HTTP_RATE_LIMITED`, `ERR_HTTP_TOO_LARGE`
 * @see DESIGN, "Addresses that a stranger's data gives"
 */
export async function fetchRevocationList(
  { revocation }: Pick<TrustAnchor, "revocation">,
  { fetch, hosts = [], signal = new AbortController().signal }: FetchListOptions,
): Promise<Uint8Array> {
  const text = revocation?.url ?? "";
  const address = publicAddress(text, hosts);
  if (!address || text.includes("?")) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected an anchor with the https address of a public host");
  }
  const read = (response: Response): Promise<Uint8Array> => readBytes(response, maxRevocationListBytes);
  return askWithoutToken(address, read, timeoutMs, { http: { fetch }, signal });
}
