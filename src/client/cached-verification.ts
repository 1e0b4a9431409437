import { sha256, toHex, utf8 } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical-json.js";
import { orAborted, throwIfAborted } from "../model/abort.js";
import type { ExternalSignature } from "../model/external-signature.js";
import type { SeenSignature, SignedIdentity } from "../model/identity.js";
import type { SignatureReport } from "../model/report.js";
import type { SignableObject } from "../model/signable.js";
import type { CachedReport, SignatureStore } from "../store/signature-store.js";
import { maxSignaturesVerified } from "./verify-object.js";
import { aboutSignature, type VerifyContext, verifySignature } from "./verify-signature.js";

/** A verdict that nothing ends sooner is verified anew after a day. */
const maxCacheMs = 24 * 60 * 60 * 1000;

/** Part of every cache key: raised whenever the same input could get another verdict from this code. */
const cacheFormat = 2;

interface Task {
  readonly signature: SeenSignature;
  readonly object: SignableObject;
  readonly cacheKey: string | undefined;
}

/**
 * Verifies the signatures on many identities through the cache: one bulk read, the missing ones verified side by side, one
 * bulk write.
 *
 * @returns the reports of each user, in the order of their signatures; nothing for a user without a master key
 * @throws CountersignError `ERR_ABORTED`
 */
export async function verifyIdentities(
  identities: readonly SignedIdentity[],
  store: SignatureStore,
  context: VerifyContext,
): Promise<Map<string, SignatureReport[]>> {
  const tasks = await Promise.all(identities.flatMap((identity) => tasksOf(identity, context)));
  const cached = await freshReports(tasks, store, context.now);
  const missing = tasks.filter(({ cacheKey }) => cacheKey === undefined || !cached.has(cacheKey));
  const verified = new Map<Task, SignatureReport>();
  await Promise.all(
    missing.map(async (task) => verified.set(task, await verifySignature(task.signature, task.object, context))),
  );
  // Revocation, say, may be unknown for want of a look-up alone: such a verdict is not for those who may ask.
  if (!context.offline)
    await store.putReports([...verified].flatMap(([task, report]) => cacheable(task, report, context.now)));
  const reports = new Map<string, SignatureReport[]>();
  for (const task of tasks) {
    const verdict = verified.get(task) ?? cached.get(task.cacheKey ?? "")?.verdict;
    if (verdict) append(reports, { ...verdict, ...about(task) });
  }
  for (const identity of identities) for (const report of leftOut(identity)) append(reports, report);
  return reports;
}

function tasksOf({ masterKey, signatures }: SignedIdentity, context: VerifyContext): Promise<Task>[] {
  if (!masterKey) return [];
  return signatures.slice(0, maxSignaturesVerified).map(async (signature) => ({
    signature,
    object: masterKey,
    cacheKey: await cacheKeyOf(signature, masterKey, context),
  }));
}

/** The store may go by another clock than this session, so what it gives is judged by this one again. */
async function freshReports(
  tasks: readonly Task[],
  store: SignatureStore,
  now: number,
): Promise<ReadonlyMap<string, CachedReport>> {
  const found = await store.getReports(tasks.flatMap(({ cacheKey }) => (cacheKey === undefined ? [] : [cacheKey])));
  return new Map([...found].filter(([, { storedAt, freshUntil }]) => storedAt <= now && now < freshUntil));
}

function leftOut({ masterKey, signatures }: SignedIdentity): SignatureReport[] {
  if (!masterKey) return [];
  return signatures
    .slice(maxSignaturesVerified)
    .map((signature) => ({ ...about({ signature, object: masterKey }), status: "indeterminate", code: "too-many" }));
}

function about({ signature, object }: Pick<Task, "signature" | "object">) {
  const { seenIn, heldBy } = signature;
  return { ...aboutSignature(signature, object), seenIn, ...(heldBy && { heldBy }) };
}

function append(reports: Map<string, SignatureReport[]>, report: SignatureReport): void {
  const own = reports.get(report.userId);
  if (own) own.push(report);
  else reports.set(report.userId, [report]);
}

/**
 * A hash of everything that the verdict depends on: the object and what it is, the signature, the algorithm with its keys
 * and options.
 *
 * @returns `undefined` where the algorithm cannot say what its verdict depends on, or the value cannot be hashed
 */
async function cacheKeyOf(
  signature: ExternalSignature,
  signable: SignableObject,
  { registry, signal }: VerifyContext,
): Promise<string | undefined> {
  const { algorithm, purpose, userId, object, keyId } = aboutSignature(signature, signable);
  try {
    const context = await orAborted(Promise.resolve(registry.get(algorithm)?.cacheContext?.()), signal);
    if (typeof context !== "string") return undefined;
    const { userId: signer, value } = signature;
    const question = canonicalJson([cacheFormat, context, purpose, userId, object, signer, keyId, value]);
    return toHex(await sha256(utf8(question)));
  } catch {
    throwIfAborted(signal);
    return undefined;
  }
}

/** Only what time alone cannot change is remembered, and never beyond the validity of what it says. */
function cacheable({ cacheKey }: Task, report: SignatureReport, now: number): CachedReport[] {
  const { keyId: _keyId, algorithm: _algorithm, purpose: _purpose, object: _object, ...rest } = report;
  const { userId, seenIn: _seenIn, heldBy: _heldBy, ...verdict } = rest;
  const lasting = verdict.status === "valid" || (verdict.status === "invalid" && verdict.code !== "made-in-future");
  if (cacheKey === undefined || !lasting) return [];
  const ends = [verdict.validUntil, verdict.expiresAt, verdict.freshUntil].filter((end) => end !== undefined);
  const freshUntil = Math.min(now + maxCacheMs, ...ends);
  return freshUntil > now ? [{ cacheKey, userId, verdict, storedAt: now, freshUntil }] : [];
}
