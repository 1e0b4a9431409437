import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError, HttpError } from "../errors.js";
import type { IdentityProblem } from "../model/identity.js";
import { readSignable } from "../model/signable.js";
import { isUserId, serverNameOf } from "../model/user-id.js";
import { type MatrixHttp, path } from "./http.js";
import type { ServedMasterKey } from "./routes/route.js";

/** The most users that one `/keys/query` asks for. */
const batchSize = 100;

/** What `/keys/query` says about one user. */
export interface QueriedKeys {
  /** The master key as served, `signatures` and all; absent where there is none or it is not this user's. */
  readonly masterKey?: ServedMasterKey;
  /** What is served as self-signing key beside a master key, unverified: whether it is this user's is not known. */
  readonly selfSigningKey?: JsonObject;
  /** The same of the user-signing key, which servers show to its owner alone. */
  readonly userSigningKey?: JsonObject;
  /** The same of the key that signs events (MSC2757), which few servers know. */
  readonly eventSigningKey?: JsonObject;
  /** The same of the keys that vouch for others in public (MSC2882), under the name of the draft and the unstable one. */
  readonly publicUserKeys?: readonly JsonObject[];
  readonly problem?: Extract<IdentityProblem, `${string}-master-key` | "malformed-user-id" | "server-unreachable">;
}

/**
 * Asks the own homeserver for master keys, in batches.
 *
 * Checks the shape of each master key and whose it is. Does not verify any signature, nor that the server tells the truth.
 * A batch whose answer is too large, or which the server refuses, is asked for again in halves, so that one user's keys or ID
 * cannot hide another's.
 *
 * @returns one entry for every user asked for
 * @throws HttpError, CountersignError `ERR_ABORTED`
 * @see Matrix specification, client-server API, `POST /_matrix/client/v3/keys/query`
 */
export async function queryKeys(
  http: MatrixHttp,
  userIds: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, QueriedKeys>> {
  const askable = [...new Set(userIds)].filter(isUserId);
  const batches = Array.from({ length: Math.ceil(askable.length / batchSize) }, (_, index) =>
    askable.slice(index * batchSize, (index + 1) * batchSize),
  );
  const answers = await Promise.all(batches.map((batch) => queryBatch(http, batch, signal)));
  const malformed: QueriedKeys = { problem: "malformed-user-id" };
  return new Map([...userIds.map((userId) => [userId, malformed] as const), ...answers.flat()]);
}

/**
 * The same from an answer that the caller has: a user who is not in it has no master key as far as it says. Checks what
 * {@link queryKeys} checks.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for what is no JSON object
 */
export function readKeys(answer: JsonObject, userIds: readonly string[]): Map<string, QueriedKeys> {
  if (!isJsonObject(answer)) throw new CountersignError("ERR_OPTION_INVALID", "expected an answer to /keys/query");
  return new Map(
    userIds.map((userId) => [userId, isUserId(userId) ? readAnswer(answer, userId) : { problem: "malformed-user-id" }]),
  );
}

async function queryBatch(
  http: MatrixHttp,
  userIds: readonly string[],
  signal: AbortSignal | undefined,
): Promise<(readonly [string, QueriedKeys])[]> {
  try {
    const answer = await http.request({
      method: "POST",
      path: path("keys", "query"),
      prefixes: ["r0"],
      body: { device_keys: Object.fromEntries(userIds.map((userId) => [userId, []])) },
      ...(signal && { signal }),
    });
    return userIds.map((userId) => [userId, readAnswer(answer, userId)] as const);
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const problem = problemOfOne(error);
    if (!problem) throw error;
    if (userIds.length === 1) return userIds.map((userId) => [userId, { problem }] as const);
    const middle = userIds.length >> 1;
    const halves = [userIds.slice(0, middle), userIds.slice(middle)];
    return (await Promise.all(halves.map((half) => queryBatch(http, half, signal)))).flat();
  }
}

/** What an answer to a batch may owe to one user alone: their keys are too many, or the server dislikes their ID. */
function problemOfOne({ code, status }: HttpError): QueriedKeys["problem"] {
  if (code === "ERR_HTTP_TOO_LARGE") return "malformed-master-key";
  return status === 400 ? "malformed-user-id" : undefined;
}

function readAnswer(answer: JsonObject, userId: string): QueriedKeys {
  const object = entry(answer.master_keys, userId);
  if (object === undefined) {
    return {
      problem: entry(answer.failures, serverNameOf(userId)) === undefined ? "no-master-key" : "server-unreachable",
    };
  }
  try {
    const signable = isJsonObject(object) ? readSignable(object, userId) : undefined;
    const selfSigningKey = entry(answer.self_signing_keys, userId);
    const userSigningKey = entry(answer.user_signing_keys, userId);
    const eventSigningKey = entry(answer.event_signing_keys, userId);
    const publicUserKeys = [answer.public_user_signing_keys, answer["org.matrix.msc2882.public_user_signing_keys"]]
      .map((keys) => entry(keys, userId))
      .filter(isJsonObject);
    if (isJsonObject(object) && signable?.purpose === "master-key") {
      return {
        masterKey: { signable, object },
        ...(isJsonObject(selfSigningKey) && { selfSigningKey }),
        ...(isJsonObject(userSigningKey) && { userSigningKey }),
        ...(isJsonObject(eventSigningKey) && { eventSigningKey }),
        ...(publicUserKeys.length > 0 && { publicUserKeys }),
      };
    }
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
  }
  return { problem: "malformed-master-key" };
}

function entry(map: unknown, name: string): unknown {
  return isJsonObject(map) && Object.hasOwn(map, name) ? map[name] : undefined;
}
