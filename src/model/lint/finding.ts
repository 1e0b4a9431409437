import type { SignatureValue } from "../external-signature.js";
import type { RouteName } from "../identity.js";

/**
 * Why a signature had better not be published. The list is closed.
 *
 * - `object-value`: no text, or none that is well-formed. Element drops the whole identity of whoever's key carries it
 * - `signer-not-user-id`: the entry is of nobody that Element could parse; it drops the identity
 * - `key-id-no-colon`: Element drops the identity, some servers can no longer read the key
 * - `key-id-short`: fewer than 8 characters, on which clients with matrix-dart-sdk throw
 * - `key-id-malformed`: outside PROTOCOL's grammar, past 255 characters or not printable ASCII
 * - `base64-not-canonical`: some servers decode and encode again, so another text comes back; or take nothing but base64
 * - `size`: more than MSC2961 lets hang on a key
 * - `device-signature`: an external and a Matrix signature in one upload
 * - `x509-leaf-order`: Element takes another certificate for the signer's
 * - `x509-element`: a right signature that Element does not count, for what its certificates say
 * - `personal-data`: a natural person's number, birth or private address, or what cannot be read well enough to rule it out
 */
export type LintRule =
  | "object-value"
  | "signer-not-user-id"
  | "key-id-no-colon"
  | "key-id-short"
  | "key-id-malformed"
  | "base64-not-canonical"
  | "size"
  | "device-signature"
  | "x509-leaf-order"
  | "x509-element"
  | "personal-data";

/** One reason not to publish a signature. */
export interface LintFinding {
  readonly rule: LintRule;
  /** What is wrong, why, and who suffers. The same text for everybody: it never repeats what the signature holds. */
  readonly message: string;
  /** The routes on which it matters. */
  readonly routes: readonly RouteName[];
}

/** A signature as it is about to be published: its signer entry, its key ID, its value. */
export interface LintedSignature {
  readonly userId: string;
  readonly keyId: string;
  readonly value: SignatureValue;
}

/** How a signature is linted. */
export interface LintOptions {
  /** Only what matters on this route. Default: what matters on any. */
  readonly route?: RouteName;
  /** `base64-only` for a server, such as Dendrite, that takes no other text as a signature on a key. Default: any text. */
  readonly encoding?: "base64-only";
}

/** A rule: one row of the table. */
export interface Rule {
  readonly rule: LintRule;
  readonly routes: readonly RouteName[];
  /** The message, where the rule is broken. */
  readonly find: (signature: LintedSignature, options: LintOptions) => string | undefined;
}

/** What hangs on a key itself is read by programs that know nothing of external signatures. */
export const keyRoutes: readonly RouteName[] = ["signatures-upload", "bootstrap"];

/** Where those read who know what they read, and those who came by. */
export const allRoutes: readonly RouteName[] = [...keyRoutes, "profile-field", "room-state", "bundle"];
