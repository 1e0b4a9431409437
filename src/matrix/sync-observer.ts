import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { tell } from "../model/tell.js";
import { isUserId } from "../model/user-id.js";
import { readJsonBody } from "./read-body.js";

/** The most that is read of an answer, in bytes; of a longer one nothing is told. */
const maxAnswerBytes = 32 * 1024 * 1024;

/** The most users that are told of one answer. */
const maxUsersTold = 10_000;

const syncPath = /\/_matrix\/client\/(?:v3|r0)\/sync$/;
const slidingSyncPath = /\/_matrix\/client\/unstable\/org\.matrix\.simplified_msc3575\/sync$/;

/** Reads along what `/sync` tells a client, for {@link WatchOptions.observer}. */
export interface SyncObserver {
  /**
   * A `fetch` that passes everything through as it is, answers and errors alike, and reads a copy of what `/sync` answers.
   *
   * @param send default: the global `fetch`
   */
  wrap(send?: typeof fetch): typeof fetch;
  /** Calls `listener` with the users whose keys changed, at most 10,000 an answer; the function returned ends it. */
  onChanged(listener: (userIds: readonly string[]) => void): () => void;
}

/**
 * Makes an observer of `/sync`: hand `observer.wrap()` to matrix-js-sdk's `createClient` as `fetchFn`.
 *
 * matrix-js-sdk tells of the users whose keys it tracks alone; the server names more. Their names are hints: nothing is
 * verified, and a server may name whom it likes. First syncs, which name nobody, and answers of more than 32 MiB are not read.
 *
 * @see Matrix specification, client-server API, "Tracking the device list for a user"; MSC4186 for sliding sync
 *
 * @example
 * ```ts
 * const observer = createSyncObserver();
 * const client = createClient({ baseUrl, userId, accessToken, deviceId, fetchFn: observer.wrap() });
 * ```
 */
export function createSyncObserver(): SyncObserver {
  const listeners = new Set<(userIds: readonly string[]) => void>();
  const look = async (response: Response): Promise<void> => {
    if (!response.ok || listeners.size === 0) return;
    // Before the client reads: a body that is being read cannot be copied.
    const userIds = namedIn(await readJsonBody(response.clone(), maxAnswerBytes));
    if (userIds.length > 0) for (const listener of listeners) tell(() => listener(userIds));
  };
  return {
    wrap(send = (input, init) => fetch(input, init)) {
      return (input, init) => {
        const answer = send(input, init);
        if (isLaterSync(input, init)) Promise.resolve(answer).then(look).catch(ignore);
        return answer;
      };
    },
    onChanged(listener) {
      const own = (userIds: readonly string[]): void => listener(userIds);
      listeners.add(own);
      return () => listeners.delete(own);
    },
  };
}

/** What fails here fails for the client too, which is the one to say so. */
const ignore = (): void => {};

/** Whether a request asks what happened since an earlier answer. */
function isLaterSync(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  try {
    const request = typeof input === "object" && "url" in input ? input : undefined;
    const { pathname, searchParams } = new URL(request?.url ?? String(input));
    const method = (init?.method ?? request?.method ?? "GET").toUpperCase();
    if (method === "GET") return syncPath.test(pathname) && searchParams.has("since");
    return slidingSyncPath.test(pathname) && searchParams.has("pos");
  } catch {
    return false;
  }
}

function namedIn(answer: JsonObject): readonly string[] {
  const sliding = member(member(answer, "extensions"), "e2ee");
  const changed = [answer, sliding].map((part) => member(member(part, "device_lists"), "changed")).find(Array.isArray);
  const names: readonly unknown[] = changed?.slice(0, maxUsersTold) ?? [];
  return [...new Set(names.filter((name): name is string => typeof name === "string" && isUserId(name)))];
}

function member(value: unknown, name: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
