import type { MatrixClientLike } from "../../matrix/client-like.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import type { RetryOptions } from "../../matrix/retry.js";
import type { SyncObserver } from "../../matrix/sync-observer.js";
import { createPoller } from "../../matrix/watch/poller.js";
import { watchChanges } from "../../matrix/watch/watch-changes.js";
import type { UserChange, WatchEvent } from "../../matrix/watch/watch-event.js";
import { onAbort, throwIfAborted } from "../../model/abort.js";
import type { SignedIdentity } from "../../model/identity.js";
import { readRoomIds } from "../../model/room-id.js";
import { createKnownIdentities } from "./known-identities.js";

/** What to watch beside the users, and how. */
export interface WatchOptions {
  /** The rooms and spaces chosen for manifests, whose state the client syncs. */
  readonly rooms?: readonly string[];
  /** Whose `wrap` the client was made with: see `createSyncObserver`. */
  readonly observer?: SyncObserver;
  /** How often to ask about each user of whom nothing else tells, in milliseconds: 1 minute to 24 hours. Default 10 minutes. */
  readonly intervalMs?: number;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** What watching works with. */
export interface WatchDependencies extends Pick<RetryOptions, "random" | "wait"> {
  readonly client: MatrixClientLike;
  /** Fetches identities; profile fields that are cached may come from the cache. */
  readonly fetch: (userIds: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, SignedIdentity>>;
  /** Forgets the cached profile fields of these users. */
  readonly forget: (userIds: readonly string[]) => Promise<void>;
  readonly emit: (event: WatchEvent) => void;
}

/** Users being watched. */
export interface Watching {
  add(userIds: readonly string[]): void;
  remove(userIds: readonly string[]): void;
  /** Takes note of what the caller has seen meanwhile, so that polling does not tell of it again. */
  seen(identities: ReadonlyMap<string, SignedIdentity>): void;
  stop(): void;
}

/**
 * Tells when something about users may have changed, their keys or what they published: from what the client hears by
 * itself, from what `/sync` names where an observer reads along, and by asking, politely, about the others.
 *
 * What the client hears is told at once and unchecked, once for each user and task; of what was asked for only what differs
 * from what was last served. Where a room is replaced, its successor is listened to as well. A user's cached profile field is
 * forgotten before the user is told of. Users who were not asked for are not told of, except the own one.
 *
 * @returns adds and removes users, and ends it
 * @throws CountersignError `ERR_OPTION_INVALID` (no room IDs, an interval out of range), `ERR_CLIENT_INVALID` (not logged in),
 *   `ERR_ABORTED`
 */
export function startWatching(
  dependencies: WatchDependencies,
  userIds: readonly string[],
  options: WatchOptions = {},
): Watching {
  throwIfAborted(options.signal);
  const { client, emit, fetch, forget } = dependencies;
  const stopping = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, stopping.signal]) : stopping.signal;
  const own = ownUserId(client);
  const watched = new Set<string>();
  const known = createKnownIdentities();
  const note = (identities: ReadonlyMap<string, SignedIdentity>): Promise<void> =>
    known.note([...identities.values()].filter(({ userId }) => watched.has(userId)));
  const tellSoon = createTeller(dependencies, (userId) => userId === own || watched.has(userId), signal);
  const poll = async (batch: readonly string[], pollSignal: AbortSignal): Promise<void> => {
    await forget(batch);
    // Before it is fetched: `fetch` may be one that lets `seen` know too.
    const before = new Map(batch.map((userId) => [userId, known.digestOf(userId)]));
    await note(await fetch(batch, pollSignal));
    const changed = batch.filter((userId) => known.digestOf(userId) !== before.get(userId));
    for (const userId of changed) tellSoon({ kind: "user", userId, source: "poll" });
  };
  const poller = createPoller({ ...dependencies, intervalMs: options.intervalMs, signal, poll });
  const lookAgain = createSecondLook(
    dependencies,
    (batch) =>
      poll(
        batch.filter((one) => watched.has(one)),
        signal,
      ),
    signal,
  );
  const rooms = new Set(readRoomIds(options.rooms ?? []));
  const stopListening = watchChanges(client, {
    rooms,
    observer: options.observer,
    onChange(event) {
      if (event.kind === "user") {
        if (isAboutKeys(event)) lookAgain(event.userId);
        return tellSoon(event);
      }
      // What its owners write there is a hint like any other, whoever wrote the tombstone.
      rooms.add(event.replacement);
      emit(event);
    },
  });
  onAbort(signal, stopListening);
  const watching: Watching = {
    add(added) {
      const fresh = [...new Set(added)].filter((userId) => !watched.has(userId));
      if (fresh.length === 0 || signal.aborted) return;
      for (const userId of fresh) watched.add(userId);
      // What the caller knows so far. Where this fails the first poll tells, rather than nobody.
      const noted = fetch(fresh, signal).then(note).catch(ignore);
      void noted.then(() => poller.add(fresh.filter((userId) => watched.has(userId))));
    },
    remove(removed) {
      for (const userId of removed) watched.delete(userId);
      known.forget(removed);
      poller.remove(removed);
    },
    seen: (identities) => void note(identities).catch(ignore),
    stop: () => stopping.abort(),
  };
  watching.add(userIds);
  return watching;
}

const ignore = (): void => {};

/** Servers tell of a signature on a key at once, and its owner writes the manifest after it: a look then comes too early. */
function isAboutKeys({ source }: UserChange): boolean {
  return source === "device-lists" || source === "trust-status";
}

const secondLookMs = 30_000;
const maxSecondLooks = 250;

/** Gathers users for half a minute, then looks at them once more, at most so many together. */
function createSecondLook(
  { random, wait }: WatchDependencies,
  look: (userIds: readonly string[]) => Promise<void>,
  signal: AbortSignal,
): (userId: string) => void {
  const pending = new Set<string>();
  const lookLater = async (): Promise<void> => {
    await wait(secondLookMs * (1 + random() / 4), signal);
    const batch = [...pending].slice(0, maxSecondLooks);
    pending.clear();
    await look(batch);
  };
  return (userId) => {
    if (pending.size === 0) void lookLater().catch(ignore);
    pending.add(userId);
  };
}

/** Gathers what is told within one task, each user once, and forgets what is cached of them before it tells. */
function createTeller(
  { emit, forget, wait }: WatchDependencies,
  isWanted: (userId: string) => boolean,
  signal: AbortSignal,
): (change: UserChange) => void {
  const pending = new Map<string, UserChange>();
  const tellPending = async (): Promise<void> => {
    await wait(0, signal);
    const changes = [...pending.values()].filter(({ userId }) => isWanted(userId));
    pending.clear();
    if (changes.length === 0) return;
    await forget(changes.map(({ userId }) => userId)).catch(ignore);
    if (!signal.aborted) for (const change of changes) emit(change);
  };
  return (change) => {
    if (pending.size === 0) void tellPending().catch(ignore);
    if (!pending.has(change.userId)) pending.set(change.userId, change);
  };
}
