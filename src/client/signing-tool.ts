import type { AcceptedSignature, AcceptInput, SigningCommand, SizeEstimate } from "../algorithms/algorithm.js";
import { type AlgorithmRegistry, requireAlgorithm } from "../algorithms/registry.js";
import type { Bytes } from "../encoding/bytes.js";
import { CountersignError } from "../errors.js";
import { orAborted } from "../model/abort.js";
import { AcceptError } from "../model/accept-error.js";
import { formatKeyId, parseKeyId } from "../model/key-id.js";
import type { SignableObject } from "../model/signable.js";
import { defaultSignatureSizeLimit } from "../model/size.js";

/** What a user needs to sign something with a tool of their own. */
export interface ToolRequest {
  /** Algorithm identifier. */
  readonly algorithm: string;
  /** The exact bytes to be signed. */
  readonly bytes: Bytes;
  /** Ready command lines. */
  readonly commands: readonly SigningCommand[];
  /**
   * How large the signature will be, and whether it will fit the size rule of MSC2961; where one on a master key does not, a manifest
   * holds it. Absent where the algorithm does not know.
   */
  readonly size?: ExpectedSize;
}

/** The size to expect of a signature. */
export interface ExpectedSize extends SizeEstimate {
  readonly fits: "yes" | "no" | "maybe";
}

/**
 * The request to sign an object with an algorithm of the registry.
 *
 * @throws CountersignError `ERR_ALGORITHM_UNKNOWN`, `ERR_ALGORITHM_CANNOT_SIGN` for an algorithm that only verifies
 */
export function toolRequest(registry: AlgorithmRegistry, id: string, { bytes }: SignableObject): ToolRequest {
  const algorithm = requireAlgorithm(registry, id);
  if (!algorithm.accept) throw cannotSign();
  const commands = algorithm.commands?.(bytes) ?? [];
  const size = algorithm.estimate?.();
  return { algorithm: id, bytes, commands, ...(size && { size: { ...size, fits: fitOf(size) } }) };
}

/**
 * Reads what a tool gave back and verifies it against the object, before anything leaves.
 *
 * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`, `ERR_KEY_ID_MALFORMED`, `ERR_ALGORITHM_UNKNOWN`,
 *   `ERR_ALGORITHM_CANNOT_SIGN`, `ERR_ABORTED`; AcceptError `ERR_ACCEPT_NOT_VALID`
 */
export async function acceptOutput(
  registry: AlgorithmRegistry,
  id: string,
  input: AcceptInput,
): Promise<AcceptedSignature> {
  const algorithm = requireAlgorithm(registry, id);
  if (!algorithm.accept) throw cannotSign();
  const accepted = await orAborted(algorithm.accept(input), input.signal);
  if (accepted.verdict.status !== "valid") throw new AcceptError(accepted.verdict);
  if (parseKeyId(accepted.keyId)?.algorithm !== id) {
    throw new CountersignError("ERR_KEY_ID_MALFORMED", "expected a key ID of the algorithm asked for, got another");
  }
  assertWritableKeyId(accepted.keyId);
  return accepted;
}

/**
 * Checks that a key ID is one that servers and clients of today survive.
 *
 * @throws CountersignError `ERR_KEY_ID_MALFORMED`
 */
export function assertWritableKeyId(keyId: string): void {
  const parsed = parseKeyId(keyId);
  if (!parsed || formatKeyId(parsed) !== keyId) {
    throw new CountersignError("ERR_KEY_ID_MALFORMED", "expected the key ID of an external signature");
  }
}

function fitOf({ least, most, isBound }: SizeEstimate): ExpectedSize["fits"] {
  if (!isBound || most <= defaultSignatureSizeLimit) return "yes";
  return least > defaultSignatureSizeLimit ? "no" : "maybe";
}

function cannotSign(): CountersignError {
  return new CountersignError("ERR_ALGORITHM_CANNOT_SIGN", "expected an algorithm that makes signatures");
}
