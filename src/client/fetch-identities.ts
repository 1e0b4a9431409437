import { tryDecodeBase64 } from "../encoding/base64.js";
import { type QueriedKeys, queryKeys } from "../matrix/key-query.js";
import type { PublishingRoute, RouteContext, RouteReading } from "../matrix/routes/route.js";
import { createSemaphore } from "../matrix/semaphore.js";
import type { ExternalSignature, SignatureValue } from "../model/external-signature.js";
import type { Place, SeenSignature, SignedIdentity } from "../model/identity.js";
import { sameSignature } from "../model/same-signature.js";

/** So many users are read side by side. */
const maxReadAtOnce = 8;

/** More signatures of one user than this are not listed. */
const maxListed = 1024;

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
  const failed = new AbortController();
  const signal = context.signal ? AbortSignal.any([context.signal, failed.signal]) : failed.signal;
  try {
    const queried = await queryKeys(context.http, userIds, signal);
    // In turn, so that who comes later learns from who came first which servers do not answer.
    const inTurn = createSemaphore(maxReadAtOnce);
    const identities = await Promise.all(
      [...queried].map(([userId, keys]) =>
        inTurn(() => readIdentity(userId, keys, routes, { ...context, signal }), signal),
      ),
    );
    return new Map(identities.map((identity) => [identity.userId, identity]));
  } catch (error) {
    // What is still under way would only be thrown away.
    failed.abort();
    throw error;
  }
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
  const signatures = merge(readings);
  return {
    userId,
    masterKey: masterKey.signable,
    signatures: signatures.slice(0, maxListed),
    withdrawn: readings.flatMap(({ route, reading }) =>
      (reading.withdrawn ?? []).map((withdrawal) => ({ ...withdrawal, manifest: route.name })),
    ),
    problems: [
      ...readings.flatMap(({ reading }) => reading.problem ?? []),
      ...(signatures.length > maxListed ? (["too-many-signatures"] as const) : []),
    ],
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

const placeOf = (route: PublishingRoute): Place => (route.name === "profile-field" ? "profile-field" : "master-key");

function seen(known: readonly SeenSignature[], signature: ExternalSignature, route: PublishingRoute): SeenSignature[] {
  const place = placeOf(route);
  const held = place === "profile-field" ? { heldBy: [route.name] } : {};
  const twin = known.find((other) => sameSignature(other, signature));
  if (!twin) return [...known, { ...signature, seenIn: [place], ...held }];
  // Of two spellings the one that algorithms read: a server that re-encodes must not hide what another route has right.
  const { value } = isCanonicalBase64(signature.value) ? signature : twin;
  return known.map((other) =>
    other === twin ? { ...other, value, seenIn: [...other.seenIn, place], ...held } : other,
  );
}

function isCanonicalBase64(value: SignatureValue): boolean {
  return typeof value === "string" && tryDecodeBase64(value) !== undefined;
}
