import type { SignatureAlgorithm } from "../algorithms/algorithm.js";
import type { SignatureValue } from "../model/external-signature.js";
import type { SignableObject } from "../model/signable.js";

/** When a signature is to be made and to end, milliseconds since 1970. An algorithm without such a time ignores it. */
export interface SignatureTimes {
  readonly createdMs: number;
  /** Always the beginning of a day in UTC, one to two days ahead, for algorithms that know whole days alone. */
  readonly expiresMs?: number;
}

/**
 * What the conformance suite needs to know of an algorithm, and to make with it.
 *
 * @typeParam Signer whatever makes a signature: a key pair, a certificate with its key, a handle of a signing service
 */
export interface ConformanceSubject<Signer> {
  /**
   * Two signers with keys of their own, asked for once. Keys and certificates must be good from two days before `now` to
   * three days after it; a certificate that names a Matrix user names `conformanceUserId`.
   */
  signers(): Promise<readonly [Signer, Signer]>;
  /** A new instance that knows the public keys of exactly these signers: of both, of one, of none. */
  create(signers: readonly Signer[]): SignatureAlgorithm | Promise<SignatureAlgorithm>;
  /** What stands behind the algorithm in the key IDs of this signer's signatures; `undefined` where nothing does. */
  keyOf(signer: Signer): string | undefined;
  /** A signature on exactly `object.bytes`, as its value is published. */
  sign(signer: Signer, object: SignableObject, times: SignatureTimes): Promise<SignatureValue>;
  /** What a signing tool returns for these bytes. Required where the algorithm has `accept`, and only there. */
  toolOutput?(signer: Signer, object: SignableObject, times: SignatureTimes): Promise<string | Uint8Array>;
  /** The same signature in every other form that `verify` reads: armor, an object. */
  otherForms?(value: SignatureValue): readonly SignatureValue[];
  /** The times that a signature itself says, and that `sign` takes from {@link SignatureTimes}. Default: none. */
  readonly tells?: readonly ("created" | "expires")[];
  /** The key in the key ID only helps to find the signer, as in `io.element.x509`. Default: it binds the signature to its key. */
  readonly keyIsHint?: boolean;
  /**
   * The value has parts that the signature does not cover (the unhashed area of an OpenPGP packet, white space of armor that is
   * published): a change to them may leave it valid, though never say something else. Default: whatever is changed makes it
   * invalid.
   */
  readonly hasUnsignedParts?: boolean;
  /** A signature is longer than the 2,048 that MSC2961 lets hang on a key, so that it goes out in manifests alone. */
  readonly needsManifest?: boolean;
  /** The time of the tests, milliseconds since 1970, for signatures made in advance. Default: the time of the call. */
  readonly now?: number;
}
