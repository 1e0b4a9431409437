import type { SignatureAlgorithm } from "../algorithms/algorithm.js";
import { createRegistry } from "../algorithms/registry.js";
import type { JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import { externalSignatures, keyIdOf } from "../model/external-signature.js";
import type { SignatureReport } from "../model/report.js";
import { readSignable, type SignableObject } from "../model/signable.js";
import { readClock } from "./clock.js";
import { aboutSignature, type VerifyContext, verifySignature } from "./verify-signature.js";

/** So many signatures on one object are verified; the others are reported `too-many`. */
export const maxSignaturesVerified = 128;

/** How {@link verifyObject} verifies. */
export interface VerifyObjectOptions {
  /** The algorithms to verify with; a signature of any other is reported `unsupported`. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /** The clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Whether algorithms may ask nobody over the network. Default `false`. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Verifies every external signature on a cross-signing key or on device keys, without a client and without trust.
 *
 * What the object is follows from its signed bytes alone. Does not verify Matrix's own signatures, and says nothing about
 * whom a signer may speak for.
 *
 * @param object the object as served, `signatures` and all
 * @param userId whose object it must be
 * @returns one report for each signature in the owner's entry, in the object's order; all `wrong-object` where the object is
 *   not one of this user's
 * @throws CountersignError `ERR_ABORTED`, `ERR_OPTION_INVALID` for a clock that tells no time,
 *   `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`
 */
export async function verifyObject(
  object: JsonObject,
  userId: string,
  options: VerifyObjectOptions,
): Promise<SignatureReport[]> {
  const { algorithms, now = Date.now, offline = false, signal } = options;
  const context: VerifyContext = {
    registry: createRegistry(algorithms),
    now: readClock(now),
    offline,
    ...(signal && { signal }),
  };
  const signatures = externalSignatures(object, userId);
  const signable = trySignable(object, userId);
  return Promise.all(
    signatures.map((signature, index): Promise<SignatureReport> | SignatureReport => {
      if (!signable) {
        const algorithm = keyIdOf(signature)?.algorithm ?? "";
        return { keyId: signature.keyId, algorithm, userId, status: "invalid", code: "wrong-object" };
      }
      if (index >= maxSignaturesVerified) {
        return { ...aboutSignature(signature, signable), status: "indeterminate", code: "too-many" };
      }
      return verifySignature(signature, signable, context);
    }),
  );
}

function trySignable(object: JsonObject, userId: string): SignableObject | undefined {
  try {
    return readSignable(object, userId);
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}
