import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { orAborted, throwIfAborted } from "../model/abort.js";
import type { MatrixHttp, MatrixRequest } from "./http.js";

/**
 * Passes user-interactive authentication for the user: gets the body of the server's 401 (`flows`, `params`, `session`,
 * `completed`; after a stage that failed `errcode` and `error` too), and gives the `auth` object to answer it with.
 *
 * The session is added where the answer names none. Called again for every stage, and after one that failed; rejecting ends it.
 *
 * @see Matrix specification, client-server API, "User-Interactive Authentication API"
 */
export type Authenticate = (challenge: JsonObject) => Promise<JsonObject>;

/** So many times a server may ask: no flow of today has as many stages. */
const maxRounds = 5;

/**
 * Makes a request behind user-interactive authentication, and answers what the server asks of the user.
 *
 * @throws CountersignError `ERR_PUBLISH_FAILED` (the user was not authenticated), `ERR_ABORTED`; HttpError
 */
export async function requestAuthenticated(
  http: MatrixHttp,
  request: MatrixRequest,
  authenticate: Authenticate | undefined,
): Promise<JsonObject> {
  let answer = await http.requestOrChallenge(request);
  for (let round = 0; Array.isArray(answer.flows); round++) {
    if (!authenticate) throw notAuthenticated("the server asks for authentication, and the caller offers none");
    if (round === maxRounds) throw notAuthenticated("the server went on asking for authentication");
    const auth = await ask(authenticate, answer, request.signal);
    answer = await http.requestOrChallenge({ ...request, body: { ...request.body, auth } });
  }
  return answer;
}

async function ask(
  authenticate: Authenticate,
  challenge: JsonObject,
  signal: AbortSignal | undefined,
): Promise<JsonObject> {
  const { session } = challenge;
  try {
    const auth: unknown = await orAborted(authenticate(challenge), signal);
    if (isJsonObject(auth)) return { ...(typeof session === "string" && { session }), ...auth };
  } catch (cause) {
    throwIfAborted(signal);
    throw notAuthenticated("the caller did not authenticate the user", cause);
  }
  throw notAuthenticated("expected an auth object from the caller, got something else");
}

function notAuthenticated(message: string, cause?: unknown): CountersignError {
  return new CountersignError("ERR_PUBLISH_FAILED", message, cause === undefined ? {} : { cause });
}
