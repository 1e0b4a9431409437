import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import type { ExternalSignature } from "./external-signature.js";
import { assertManifestSize, maxSequenceAheadMs } from "./manifest.js";

/**
 * The manifest that follows `copies` with one signature more, or another under the same key ID.
 *
 * Whatever a copy held stays, members that this version does not know too; only the approval goes, since it covered the
 * manifest as it was.
 *
 * @param copies manifests for the same master key as they were read, oldest first: of two entries of one name the later counts
 * @param masterKey `ed25519:<unpadded base64>`
 * @param now milliseconds since 1970
 * @returns the JSON to write
 * @throws CountersignError `ERR_MANIFEST_SIZE` where it would not fit, since nothing is dropped to make it fit;
 *   `ERR_MANIFEST_MALFORMED` where a copy holds something else in the place of signatures or withdrawals
 */
export function nextManifest(
  copies: readonly JsonObject[],
  masterKey: string,
  signature: ExternalSignature,
  now: number,
): JsonObject {
  const { signatures: _approval, ...kept } = Object.assign({}, ...copies) as JsonObject;
  const external = copies.flatMap((copy) => Object.entries(memberOf(copy, "external", isJsonObject, {})));
  const withdrawn = copies.flatMap((copy) => memberOf<unknown[]>(copy, "withdrawn", Array.isArray, []));
  const manifest: JsonObject = {
    ...kept,
    user_id: signature.userId,
    master_key: masterKey,
    sequence: nextSequence(copies, Math.floor(now)),
    external: Object.fromEntries([...external, [signature.keyId, signature.value]]),
    withdrawn: [...new Map(withdrawn.map((entry) => [JSON.stringify(entry), entry])).values()],
  };
  assertManifestSize(manifest);
  return manifest;
}

function memberOf<T>(copy: JsonObject, name: string, isRight: (value: unknown) => value is T, absent: T): T {
  const value = Object.hasOwn(copy, name) ? copy[name] : absent;
  if (isRight(value)) return value;
  throw new CountersignError("ERR_MANIFEST_MALFORMED", "expected signatures and withdrawals, got something else");
}

/** Readers ignore a sequence too far ahead, so one that ran ahead starts anew. */
function nextSequence(copies: readonly JsonObject[], now: number): number {
  const last = Math.max(0, ...copies.map(({ sequence }) => Number(sequence) || 0));
  return last > now + maxSequenceAheadMs ? now : Math.max(last + 1, now);
}
