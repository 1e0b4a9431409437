import type { JsonObject } from "../../encoding/json-object.js";
import type { MatrixHttp } from "../../matrix/http.js";
import { type QueriedKeys, queryKeys, readKeys } from "../../matrix/key-query.js";
import { createFieldReader, type FieldReader } from "../../matrix/reading/field-reader.js";
import { type RoomReading, readRoom } from "../../matrix/reading/read-room.js";
import { createSemaphore, type Semaphore } from "../../matrix/semaphore.js";
import type { SignedIdentity } from "../../model/identity.js";
import type { CachedField, FieldCache, ManifestMemory, SeenManifest } from "../../model/manifest/seen-manifest.js";
import { identityOf } from "./identity-of.js";
import { type ReadManifests, readManifests } from "./read-manifests.js";

/** So many profiles are asked for side by side. */
const maxReadAtOnce = 8;

/** So long is a profile field believed, or that there is none. */
const fieldFreshnessMs = 10 * 60 * 1000;

/** Where a reader looks for owners' manifests, beside profiles. */
export interface ReadingSources {
  /** IDs of the rooms and spaces chosen for manifests. */
  readonly rooms: readonly string[];
  /** Whether owners' servers may be asked themselves: see `FieldReaderContext`. */
  readonly direct: boolean | readonly string[];
  /** Manifests from imported bundles, by user. */
  readonly bundles: ReadonlyMap<string, readonly JsonObject[]>;
  readonly memory: ManifestMemory;
  readonly fields: FieldCache;
  /** An answer to `/keys/query` in place of asking. */
  readonly keys?: JsonObject | undefined;
  /** Users whose vouching for others is considered (MSC2882). */
  readonly vouchingUsers?: readonly string[];
  /** Whether nobody is asked: what there is comes from `keys`, bundles and memory. */
  readonly offline?: boolean;
  /** Whether profiles are asked anew, whatever the cache and the rooms hold. */
  readonly fresh?: boolean;
}

/** What a reader works with. */
export interface ReadingContext {
  readonly http: MatrixHttp;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** The own user ID. */
  readonly reader: string;
}

/**
 * Fetches master keys and the external signatures on them from every place, merged.
 *
 * @returns one identity for every user asked for
 * @throws HttpError where `/keys/query` fails; CountersignError `ERR_ABORTED`, also where an earlier call failed
 */
export type IdentityReader = (userIds: readonly string[]) => Promise<Map<string, SignedIdentity>>;

/** {@link openReading} for a single call. */
export function fetchIdentities(
  userIds: readonly string[],
  sources: ReadingSources,
  context: ReadingContext,
): Promise<Map<string, SignedIdentity>> {
  return openReading(sources, context)(userIds);
}

/**
 * A reader for many users in several calls: rooms are read once, and what was learnt about servers that do not answer is
 * kept.
 *
 * Verifies no external signature. What is ordinary (no master key, no manifest, a server that is down) is a `problem` of that
 * identity; a room that could not be read is one of every identity.
 */
export function openReading(sources: ReadingSources, context: ReadingContext): IdentityReader {
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const { http, reader } = context;
  const roomIds = sources.offline ? [] : new Set(sources.rooms);
  let rooms: Promise<RoomReading[]> | undefined;
  const shared: Shared = {
    sources,
    now: context.now,
    signal,
    // In turn, so that who comes later learns from who came first which servers do not answer.
    inTurn: createSemaphore(maxReadAtOnce),
    askProfile: sources.offline
      ? async () => undefined
      : createFieldReader({ http, signal, reader, direct: sources.direct }),
  };
  return async (userIds) => {
    try {
      rooms ??= Promise.all([...roomIds].map((roomId) => readRoom(roomId, reader, http, signal)));
      const [keys, inRooms, remembered, cached] = await Promise.all([
        findKeys(userIds, sources, http, signal),
        rooms,
        sources.memory.getManifests(userIds),
        sources.fresh ? undefined : sources.fields.getFields(userIds),
      ]);
      return await readAll(keys, { rooms: inRooms, remembered, cached }, shared);
    } catch (error) {
      // What is still under way would only be thrown away.
      failed.abort();
      throw error;
    }
  };
}

async function findKeys(
  userIds: readonly string[],
  { keys, offline }: ReadingSources,
  http: MatrixHttp,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, QueriedKeys>> {
  if (keys !== undefined) return readKeys(keys, userIds);
  return offline ? new Map(userIds.map((userId) => [userId, {}])) : queryKeys(http, userIds, signal);
}

/** What the users of one reading share. */
interface Shared {
  readonly sources: ReadingSources;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly inTurn: Semaphore;
  readonly askProfile: FieldReader;
}

/** What was read for many users at once. */
interface ReadTogether {
  readonly rooms: readonly RoomReading[];
  readonly remembered: ReadonlyMap<string, readonly SeenManifest[]>;
  readonly cached: ReadonlyMap<string, CachedField> | undefined;
}

async function readAll(
  keys: ReadonlyMap<string, QueriedKeys>,
  together: ReadTogether,
  shared: Shared,
): Promise<Map<string, SignedIdentity>> {
  const fetchedAt = shared.now();
  const { memory, fields, offline } = shared.sources;
  const vouchingUsers = new Set(shared.sources.vouchingUsers);
  const read = await Promise.all(
    [...keys].map(async ([userId, queried]) => {
      const manifests = await readOwner(userId, queried, together, shared, fetchedAt);
      return { userId, queried, manifests };
    }),
  );
  const newlySeen = read.flatMap(({ manifests }) => manifests?.judged.remember ?? []);
  const answers = read.flatMap(({ userId, manifests }): CachedField[] =>
    manifests?.answer ? [{ userId, ...manifests.answer, fetchedAt, freshUntil: fetchedAt + fieldFreshnessMs }] : [],
  );
  await Promise.all([
    newlySeen.length > 0 ? memory.putManifests(newlySeen) : undefined,
    answers.length > 0 ? fields.putFields(answers) : undefined,
  ]);
  const readingProblems = [
    ...together.rooms.flatMap(({ problem }) => problem ?? []),
    ...(offline ? (["offline"] as const) : []),
  ];
  return new Map(
    read.map(({ userId, queried, manifests }) => [
      userId,
      identityOf(userId, queried, manifests, readingProblems, vouchingUsers, fetchedAt),
    ]),
  );
}

async function readOwner(
  userId: string,
  { masterKey, selfSigningKey }: QueriedKeys,
  { rooms, remembered, cached }: ReadTogether,
  { sources, signal, inTurn, askProfile }: Shared,
  now: number,
): Promise<ReadManifests | undefined> {
  if (!masterKey) return undefined;
  const field = cached?.get(userId);
  // The store may go by another clock than this session.
  const isFresh = field !== undefined && field.fetchedAt <= now && now < field.freshUntil;
  return readManifests(
    {
      owner: { userId, masterKey: masterKey.signable, ...(selfSigningKey && { selfSigningKey }) },
      rooms,
      bundled: sources.bundles.get(userId) ?? [],
      remembered: remembered.get(userId) ?? [],
      fresh: sources.fresh ?? false,
      ...(isFresh && { cached: field }),
      now,
    },
    () => inTurn(() => askProfile(userId), signal),
  );
}
