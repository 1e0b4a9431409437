import { type QueriedKeys, queryKeys } from "../matrix/key-query.js";
import type { PublishingRoute, RouteContext, RouteReading } from "../matrix/routes/route.js";
import type { ExternalSignature } from "../model/external-signature.js";
import type { SeenSignature, SignedIdentity } from "../model/identity.js";
import { sameSignature } from "../model/same-signature.js";

/**
 * Fetches master keys and the external signatures that every route has for them, merged.
 *
 * Verifies nothing. What is ordinary (no master key, no manifest, a server that is down) is a `problem` of that identity.
 *
 * @returns one identity for every user asked for
 * @throws HttpError, CountersignError `ERR_ABORTED`
 */
export async function fetchIdentities(
  userIds: readonly string[],
  routes: readonly PublishingRoute[],
  context: RouteContext,
): Promise<Map<string, SignedIdentity>> {
  const queried = await queryKeys(context.http, userIds, context.signal);
  const identities = await Promise.all(
    [...queried].map(([userId, keys]) => readIdentity(userId, keys, routes, context)),
  );
  return new Map(identities.map((identity) => [identity.userId, identity]));
}

async function readIdentity(
  userId: string,
  { masterKey, problem }: QueriedKeys,
  routes: readonly PublishingRoute[],
  context: RouteContext,
): Promise<SignedIdentity> {
  const fetchedAt = context.now();
  if (!masterKey) return { userId, signatures: [], withdrawn: [], problems: problem ? [problem] : [], fetchedAt };
  const readings = await Promise.all(
    routes.map(async (route) => ({ route, reading: await route.read(masterKey, context) })),
  );
  return {
    userId,
    masterKey: masterKey.signable,
    signatures: merge(readings),
    withdrawn: readings.flatMap(({ reading }) => reading.withdrawn ?? []),
    problems: readings.flatMap(({ reading }) => (reading.problem ? [reading.problem] : [])),
    fetchedAt,
  };
}

interface Reading {
  readonly route: PublishingRoute;
  readonly reading: RouteReading;
}

/** All signatures, each once: one that two routes have under the same key ID with the same decoded value is one. */
function merge(readings: readonly Reading[]): SeenSignature[] {
  const byKeyId = new Map<string, SeenSignature[]>();
  for (const { route, reading } of readings) {
    for (const signature of reading.signatures) {
      const known = byKeyId.get(signature.keyId) ?? [];
      byKeyId.set(signature.keyId, seen(known, signature, route));
    }
  }
  return [...byKeyId.values()].flat();
}

function seen(
  known: readonly SeenSignature[],
  signature: ExternalSignature,
  { name }: PublishingRoute,
): SeenSignature[] {
  const twin = known.find((other) => sameSignature(other, signature));
  if (!twin) return [...known, { ...signature, seenIn: [name] }];
  return known.map((other) => (other === twin ? { ...other, seenIn: [...other.seenIn, name] } : other));
}
