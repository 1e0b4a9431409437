import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError, HttpError } from "../../errors.js";
import { readBytes } from "../../model/read-bytes.js";
import type { MatrixHttp } from "../http.js";
import { askWithoutToken } from "./ask-without-token.js";
import { maxBundleBytes, readBundle } from "./read-bundle.js";

const timeoutMs = 30_000;

/**
 * Fetches a bundle from an address that the caller chose: any https host, without a token, no redirect followed.
 *
 * @returns as `readBundle`
 * @throws CountersignError `ERR_OPTION_INVALID` (no https address, or one with a user name or password), `ERR_BUNDLE_SIZE`,
 *   `ERR_BUNDLE_MALFORMED`, `ERR_ABORTED`; HttpError `ERR_HTTP_NETWORK`, `ERR_HTTP_TIMEOUT`, `ERR_HTTP_STATUS`,
 *   `ERR_HTTP_RATE_LIMITED`
 */
export async function fetchBundle(
  url: string | URL,
  http: Pick<MatrixHttp, "fetch">,
  signal: AbortSignal,
): Promise<Map<string, JsonObject[]>> {
  const text = String(url);
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (address?.protocol !== "https:" || address.username !== "" || address.password !== "") {
    throw new CountersignError("ERR_OPTION_INVALID", "expected an https address without a user name");
  }
  try {
    const read = (response: Response): Promise<Uint8Array> => readBytes(response, maxBundleBytes);
    return readBundle(await askWithoutToken(address, read, timeoutMs, { http, signal }));
  } catch (cause) {
    if (!(cause instanceof HttpError) || cause.code !== "ERR_HTTP_TOO_LARGE") throw cause;
    throw new CountersignError("ERR_BUNDLE_SIZE", "expected a bundle of at most 8 MiB", { cause });
  }
}
