import { decodeUtf8, utf8 } from "../../encoding/bytes.js";
import { canonicalJson } from "../../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { parseJson } from "../../encoding/parse-json.js";
import { CountersignError } from "../../errors.js";
import { isUserId } from "../../model/user-id.js";

/** The most that a bundle may take, in bytes of UTF-8. */
export const maxBundleBytes: number = 8 * 1024 * 1024;

/** The most manifests in a bundle. */
const maxManifests = 10_000;

/** So many of one user are taken; one copy for each master key and device is a handful. */
const maxOfOneUser = 16;

/** So many of one user are kept of all bundles together. */
const maxKept = 64;

/**
 * Reads a bundle: one manifest, or `{ "manifests": [ … ] }`.
 *
 * Checks size and strict JSON (see `parseJson`). What names no user ID is left out and takes no other with it. Judges no
 * manifest: that needs the master key.
 *
 * @param input text, UTF-8 bytes, or the parsed object, which is copied
 * @returns the manifests of each user, in the bundle's order, at most 16 of one
 * @throws CountersignError `ERR_BUNDLE_SIZE` (over 8 MiB or 10,000 manifests), `ERR_BUNDLE_MALFORMED` (no strict JSON, or no
 *   manifest in it)
 * @see PROTOCOL, "The owner's manifest"
 */
export function readBundle(input: string | Uint8Array | JsonObject): Map<string, JsonObject[]> {
  const value = parse(input);
  const manifests = isJsonObject(value) && Object.hasOwn(value, "manifests") ? value.manifests : [value];
  if (!Array.isArray(manifests)) throw malformed();
  if (manifests.length > maxManifests) throw tooLarge();
  const byUser = new Map<string, JsonObject[]>();
  for (const manifest of manifests as unknown[]) {
    const userId = isJsonObject(manifest) && Object.hasOwn(manifest, "user_id") ? manifest.user_id : undefined;
    if (!isJsonObject(manifest) || typeof userId !== "string" || !isUserId(userId)) continue;
    const own = byUser.get(userId) ?? [];
    if (own.length < maxOfOneUser) byUser.set(userId, [...own, manifest]);
  }
  if (byUser.size === 0 && manifests.length > 0) throw malformed();
  return byUser;
}

/**
 * Adds a bundle to what others brought, each manifest once, at most 64 of one user: those added last. Anybody can name anybody
 * in a bundle, so none of them takes another's place.
 */
export function addBundle(
  known: Map<string, readonly JsonObject[]>,
  bundle: ReadonlyMap<string, readonly JsonObject[]>,
): void {
  for (const [userId, manifests] of bundle) {
    const all = [...(known.get(userId) ?? []), ...manifests];
    const distinct = new Map(all.reverse().map((manifest) => [JSON.stringify(manifest), manifest]));
    known.set(userId, [...distinct.values()].slice(0, maxKept).reverse());
  }
}

function parse(input: string | Uint8Array | JsonObject): unknown {
  if (input instanceof Uint8Array && input.length > maxBundleBytes) throw tooLarge();
  try {
    const text = typeof input === "string" ? input : input instanceof Uint8Array ? decodeUtf8(input) : copied(input);
    if (text === undefined) throw malformed();
    if (text.length > maxBundleBytes || utf8(text).length > maxBundleBytes) throw tooLarge();
    return parseJson(text, maxBundleBytes);
  } catch (cause) {
    if (!(cause instanceof CountersignError) || cause.code === "ERR_BUNDLE_SIZE") throw cause;
    throw malformed(cause);
  }
}

/** A parsed object in the same form as text: plain data, which nobody else can change any more. */
function copied(input: JsonObject): string {
  return canonicalJson(input);
}

function malformed(cause?: unknown): CountersignError {
  const expected = 'expected one manifest, or { "manifests": [ … ] }, in strict JSON';
  return new CountersignError("ERR_BUNDLE_MALFORMED", expected, { cause });
}

function tooLarge(): CountersignError {
  return new CountersignError("ERR_BUNDLE_SIZE", "expected a bundle of at most 8 MiB and 10,000 manifests");
}
