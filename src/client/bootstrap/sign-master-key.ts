import type { AlgorithmRegistry } from "../../algorithms/registry.js";
import { equalBytes } from "../../encoding/bytes.js";
import { isJsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { lint } from "../../model/lint/lint.js";
import { readSignable } from "../../model/signable.js";
import { tell } from "../../model/tell.js";
import { readClock } from "../clock.js";
import { firstUploadDisclosures } from "../owner/disclosure.js";
import {
  acceptSignature,
  copyOwn,
  type OwnSignature,
  signingRequest,
  type UnsignedMasterKey,
  unsignedMasterKey,
} from "../owner/own-signature.js";
import type { FirstUploadOptions } from "./sign-first-upload.js";

/**
 * Reads the master key of an upload: nothing but owner, usage and key, because no signature would cover more.
 *
 * Whose it is says the key alone: what is made for it is worth nothing on another user's.
 *
 * @throws CountersignError `ERR_OBJECT_SHAPE`, and what `signedBytes` throws
 */
export function readNewMasterKey(masterKey: unknown): UnsignedMasterKey {
  const userId = isJsonObject(masterKey) && Object.hasOwn(masterKey, "user_id") ? masterKey.user_id : undefined;
  if (isJsonObject(masterKey) && typeof userId === "string") {
    const { publicKey = "" } = readSignable(masterKey, userId);
    const key = unsignedMasterKey(userId, publicKey);
    if (equalBytes(key.signable.bytes, readSignable(masterKey, userId).bytes)) return key;
  }
  throw new CountersignError("ERR_OBJECT_SHAPE", "expected a master key and nothing more, got another object");
}

/**
 * Asks for one signature on a new master key, and verifies and lints what comes back.
 *
 * @returns `undefined` where none is wanted
 * @throws CountersignError `ERR_SIGN_FAILED`, `ERR_PUBLISH_UNSAFE`, `ERR_SIGNATURE_SIZE`, what `acceptSignature` throws
 */
export async function signMasterKey(
  key: UnsignedMasterKey,
  algorithm: string,
  registry: AlgorithmRegistry,
  { sign, force = [], onSigned, now = Date.now }: FirstUploadOptions,
): Promise<OwnSignature | undefined> {
  const request = signingRequest(registry, algorithm, key, firstUploadDisclosures);
  // A copy, because what the callee does to it must not change what its answer is verified against.
  const output = await orSignFailed(() => sign(structuredClone(request)));
  if (output === undefined) return undefined;
  const accepted = await orSignFailed(() => acceptSignature(registry, request, output, { now: readClock(now) }));
  const { copy: signature } = copyOwn(accepted.signature);
  const rules = lint(signature)
    .filter(({ rule, routes }) => routes.includes("bootstrap") && !force.includes(rule))
    .map(({ rule }) => rule);
  if (rules.length > 0) {
    const code = rules.every((rule) => rule === "size") ? "ERR_SIGNATURE_SIZE" : "ERR_PUBLISH_UNSAFE";
    throw new CountersignError(code, `lint refused the signature: ${rules.join(", ")}`);
  }
  if (onSigned) tell(() => onSigned(structuredClone(signature)));
  return signature;
}

async function orSignFailed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    throw new CountersignError("ERR_SIGN_FAILED", "the master key was not signed", { cause });
  }
}
