import { CountersignError, HttpError } from "../../errors.js";
import { aborted } from "../../model/abort.js";
import type { MatrixHttp } from "../http.js";
import { refusal } from "../refusal.js";

/** What a request without a token is made with. */
export interface AskContext {
  readonly http: Pick<MatrixHttp, "fetch">;
  readonly signal: AbortSignal;
}

/**
 * Gets an address other than the own homeserver's: nothing that says who asks goes along, and no redirect is followed.
 *
 * Does not judge the address: see `publicAddress`.
 *
 * @param read makes something of the answer, bounded in size
 * @param timeoutMs for the whole of it, in milliseconds
 * @throws HttpError `ERR_HTTP_NETWORK`, `ERR_HTTP_TIMEOUT`, `ERR_HTTP_STATUS`, `ERR_HTTP_RATE_LIMITED`, and what `read` throws;
 *   CountersignError `ERR_ABORTED`
 */
export async function askWithoutToken<T>(
  url: URL,
  read: (response: Response) => Promise<T>,
  timeoutMs: number,
  { http, signal }: AskContext,
): Promise<T> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const response = await http.fetch(url.href, {
      signal: AbortSignal.any([signal, timeout]),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    if (!response.ok) throw await refusal(response);
    return await read(response);
  } catch (cause) {
    if (signal.aborted) throw aborted(signal);
    if (cause instanceof CountersignError) throw cause;
    if (timeout.aborted)
      throw new HttpError("ERR_HTTP_TIMEOUT", `expected an answer within ${timeoutMs} ms`, { cause });
    throw new HttpError("ERR_HTTP_NETWORK", "the address could not be reached", { cause });
  }
}
