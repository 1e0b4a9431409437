import type { Bytes } from "../encoding/bytes.js";
import type { SignatureValue } from "../model/external-signature.js";
import type { Introduction } from "../model/introduction.js";
import type { Verdict } from "../model/report.js";
import type { SignableObject } from "../model/signable.js";

/** One signature to verify. */
export interface VerifyInput {
  /** The signed object: its bytes, what it is and whose. */
  readonly object: SignableObject;
  /** What stands behind the algorithm in the key ID; absent where nothing does. */
  readonly key?: string;
  /** The signature's value, word for word: hostile until proven otherwise. */
  readonly value: SignatureValue;
  /** The time to judge at, milliseconds since 1970. */
  readonly now: number;
  /** Nobody may be asked over the network: what only a look-up could tell is not known. */
  readonly offline?: boolean;
  /** Ends a look-up that is under way. */
  readonly signal?: AbortSignal;
}

/** Whose word about others is asked for. */
export interface IntroductionsInput {
  /** Fingerprints of the keys that are believed to begin with. */
  readonly roots: readonly string[];
  /** The time to judge at, milliseconds since 1970. */
  readonly now: number;
  /** Ends the work that is under way. */
  readonly signal?: AbortSignal;
}

/** What a signing tool gave back, to be turned into a signature. */
export interface AcceptInput {
  readonly object: SignableObject;
  /** Text (armor, base64) or the bytes of a file, as the signer returned it. */
  readonly output: string | Uint8Array;
  readonly now: number;
  /** Nobody may be asked over the network. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/** A signature read from a tool's output, already verified: the verdict is `valid`. */
export interface AcceptedSignature {
  /** The whole key ID to publish under. */
  readonly keyId: string;
  /** The value to publish. */
  readonly value: SignatureValue;
  readonly verdict: Verdict;
}

/** A ready command line that makes a signature with the user's own tool. */
export interface SigningCommand {
  /** The program it needs: `gpg`, `sq`. */
  readonly tool: string;
  /** `pipe`: paste into a POSIX shell, the signature is printed. `file`: works in every shell, on a file saved before. */
  readonly form: "pipe" | "file";
  /** The command, safe to copy and paste. */
  readonly command: string;
  /** For `file`: the name under which the exact bytes must be saved first. */
  readonly inputFile?: string;
  /** For `file`: the name of the file that comes back. */
  readonly outputFile?: string;
}

/** How large a signature will be, as far as that is known before it is made. */
export interface SizeEstimate {
  /** Code points of key ID and value together: the least and the most that is usual. */
  readonly least: number;
  readonly most: number;
  /** Whether MSC2961's size rule binds the algorithm's key IDs: it binds none without `custom:`. */
  readonly isBound: boolean;
}

/**
 * One kind of external signature. It says whether a signature is right and who made it, and never sees trust.
 *
 * `verify` returns a verdict for every input, however malformed; it throws on abort alone.
 */
export interface SignatureAlgorithm {
  /** Algorithm identifier as it stands in key IDs. */
  readonly id: string;
  /** Judges one signature. */
  verify(input: VerifyInput): Promise<Verdict>;
  /**
   * A short text that changes whenever the same input could get another verdict: with the keyring, the options, the
   * version. Verdicts are cached under it; without it they are not cached.
   */
  cacheContext?(): Promise<string | undefined>;
  /**
   * Turns a signing tool's output into the signature to publish.
   *
   * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`, `ERR_ACCEPT_NOT_VALID`
   */
  accept?(input: AcceptInput): Promise<AcceptedSignature>;
  /**
   * What the roots say about other keys of the algorithm's own keyring, and what those say who are called introducers on the
   * way, all verified and in effect at `now`; with it the names that roots and introducers give themselves. The keyring alone is
   * looked at, nobody is asked.
   *
   * Believes nobody: how far a path may go, and how much it carries, is for trust to say.
   *
   * @throws CountersignError `ERR_ABORTED`
   */
  introductions?(input: IntroductionsInput): Promise<readonly Introduction[]>;
  /** What is usual for this algorithm; without it nothing is known. */
  estimate?(): SizeEstimate;
  /**
   * Ready command lines for these bytes; empty where they cannot be given safely.
   *
   * @param inputFile the name under which `file` commands find the bytes: letters, digits, `.`, `_` and `-` alone; by default one
   *   that suits a master key
   */
  commands?(bytes: Bytes, inputFile?: string): readonly SigningCommand[];
}

/** Makes a signature in the page: with a key that the caller unlocked, a card, a signing service. */
export interface Signer {
  /** The algorithm whose `accept` reads what {@link Signer.sign} returns. */
  readonly algorithm: string;
  /** Signs exactly these bytes; returns what a signing tool would have returned. */
  sign(bytes: Bytes, options?: { readonly signal?: AbortSignal }): Promise<string | Uint8Array>;
}
