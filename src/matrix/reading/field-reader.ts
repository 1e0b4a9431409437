import { HttpError } from "../../errors.js";
import { serverNameOf } from "../../model/user-id.js";
import { isUnknownEndpoint, type MatrixHttp } from "../http.js";
import { getField } from "../routes/profile-field-requests.js";
import { createDirectReader } from "./direct-reader.js";
import { answerOfFailure, answerOfField, type FieldAnswer, fieldLimits, isServerDown } from "./field-answer.js";

/**
 * Asks for one user's profile field; failures that are ordinary are a `problem`.
 *
 * @returns `undefined` where nobody can be asked: the own server has no profile fields, the owner's may not be asked itself
 * @throws CountersignError `ERR_ABORTED`
 */
export type FieldReader = (userId: string) => Promise<FieldAnswer | undefined>;

/** How profile fields are read. */
export interface FieldReaderContext {
  readonly http: MatrixHttp;
  readonly signal: AbortSignal;
  /** The own user ID. */
  readonly reader: string;
  /**
   * Whether owners' servers may be asked themselves, without a token, where the own server has no profile fields: they learn
   * the reader's address. A list names hosts that are asked although they are not public ones.
   */
  readonly direct: boolean | readonly string[];
}

/**
 * Reads owners' manifests from their profiles (MSC4133), through the own homeserver.
 *
 * Remembers what it learnt while it lives: a server that did not answer is not waited for twice, and an own server without
 * profile fields is asked for nobody else's. Asks for one user at a time; how many side by side is the caller's to bound.
 */
export function createFieldReader(context: FieldReaderContext): FieldReader {
  const { http, signal, reader, direct } = context;
  const downServers = new Set<string>();
  const named = typeof direct === "boolean" ? [] : direct;
  const askDirectly = direct === false ? undefined : createDirectReader(named, downServers, { http, signal });
  let isWithoutFields: Promise<boolean> | undefined;

  async function ask(userId: string): Promise<FieldAnswer | "unknown-endpoint"> {
    const server = serverNameOf(userId);
    if (downServers.has(server)) return { problem: "manifest-unavailable" };
    try {
      return answerOfField(await getField(userId, { http, signal }, fieldLimits));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (isUnknownEndpoint(error)) return "unknown-endpoint";
      if (isServerDown(error)) downServers.add(server);
      return answerOfFailure(error);
    }
  }

  const isOwn = (userId: string): boolean => serverNameOf(userId) === serverNameOf(reader);
  /** An owner's server, whose answer the own one may have passed on, must not say it for everybody: the own profile does. */
  const confirm = async (userId: string): Promise<boolean> =>
    isOwn(userId) || (await ask(reader)) === "unknown-endpoint";

  return async (userId) => {
    if (!(await isWithoutFields)) {
      const answer = await ask(userId);
      if (answer !== "unknown-endpoint") return answer;
      isWithoutFields ??= confirm(userId);
      if (!(await isWithoutFields)) return {};
    }
    return isOwn(userId) ? undefined : askDirectly?.(userId);
  };
}
