import type { SignatureAlgorithm } from "../algorithms/algorithm.js";
import type { AlgorithmRegistry } from "../algorithms/registry.js";
import { decodeUtf8 } from "../encoding/bytes.js";
import { orAborted, throwIfAborted } from "../model/abort.js";
import { type ExternalSignature, keyIdOf } from "../model/external-signature.js";
import type { SignatureReport, Verdict } from "../model/report.js";
import type { SignableObject } from "../model/signable.js";
import { isBelievable } from "./believable-verdict.js";

/** What a verification needs beside the signature. */
export interface VerifyContext {
  readonly registry: AlgorithmRegistry;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether algorithms may ask nobody over the network. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/** A string longer than this is refused before any algorithm sees it: 256 KiB, eight times the largest manifest. */
const maxValueChars = 256 * 1024;

/**
 * Verifies one signature on one object through the registry.
 *
 * Whatever an algorithm does, this returns a report: one that throws yields `verifier-failed`, one that calls something valid
 * without saying who signed it, in a way that a withdrawal can name, is not believed.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function verifySignature(
  signature: ExternalSignature,
  object: SignableObject,
  context: VerifyContext,
): Promise<SignatureReport> {
  const parsed = keyIdOf(signature);
  const algorithm = parsed && context.registry.get(parsed.algorithm);
  const about = aboutSignature(signature, object);
  if (!algorithm) return { ...about, status: "unsupported", code: "unknown-algorithm" };
  if (signature.userId !== object.userId) return { ...about, status: "invalid", code: "wrong-object" };
  if (typeof signature.value === "string" && signature.value.length > maxValueChars) {
    return { ...about, status: "invalid", code: "too-large" };
  }
  return { ...(await askAlgorithm(algorithm, parsed.key, signature, object, context)), ...about };
}

/** What a report is about, beside the verdict. */
export function aboutSignature(
  signature: ExternalSignature,
  { userId, purpose, bytes }: SignableObject,
): Omit<SignatureReport, keyof Verdict> & { readonly keyId: string; readonly userId: string } {
  const object = decodeUtf8(bytes);
  const { keyId } = signature;
  const algorithm = keyIdOf(signature)?.algorithm ?? "";
  return { keyId, algorithm, userId, purpose, ...(object !== undefined && { object }) };
}

async function askAlgorithm(
  algorithm: SignatureAlgorithm,
  key: string | undefined,
  { value }: ExternalSignature,
  object: SignableObject,
  { now, offline = false, signal }: VerifyContext,
): Promise<Verdict> {
  try {
    const input = { object, value, now, offline, ...(key !== undefined && { key }), ...(signal && { signal }) };
    const verdict = await orAborted(algorithm.verify(input), signal);
    return isBelievable(verdict) ? verdict : failed;
  } catch {
    throwIfAborted(signal);
    return failed;
  }
}

const failed: Verdict = { status: "indeterminate", code: "verifier-failed" };
