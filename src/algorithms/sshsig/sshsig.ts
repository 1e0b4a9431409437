import { CountersignError } from "../../errors.js";
import type { SignatureAlgorithm } from "../algorithm.js";
import { acceptOutput } from "./accept.js";
import { signingCommands } from "./commands.js";
import { algorithmId } from "./identifier.js";
import { KeyList, type SkippedLine } from "./key-list.js";
import { verifySshSignature } from "./verify.js";

/** An allowed_signers file, or public keys one on a line: text, or the bytes of a file. At most 8 MiB. */
export type SshKeyList = string | Uint8Array;

/** Options of {@link sshsig}. */
export interface SshSigOptions {
  /** What is known about keys: when they count, and for what. They trust nobody. */
  readonly keys?: SshKeyList | readonly SshKeyList[];
}

/** The algorithm `com.openssh.sshsig`. */
export interface SshSigAlgorithm extends SignatureAlgorithm {
  /** `com.openssh.sshsig`. */
  readonly id: typeof algorithmId;
  /** The lines of `keys` that count for nothing, and why. */
  readonly skipped: readonly SkippedLine[];
  /** Judges one signature (PROTOCOL, com.openssh.sshsig). Throws `ERR_ABORTED` alone. */
  verify: SignatureAlgorithm["verify"];
  accept: NonNullable<SignatureAlgorithm["accept"]>;
  commands: NonNullable<SignatureAlgorithm["commands"]>;
  cacheContext: NonNullable<SignatureAlgorithm["cacheContext"]>;
}

/** Changes with every change of the rules, so that no older verdict is taken for one of today's. */
const rulesVersion = "1";

/**
 * Signatures by SSH keys, made with `ssh-keygen -Y sign` in the namespace `msc2961@matrix.org`: Ed25519, ECDSA, RSA with SHA-2,
 * and security keys, whose verdicts say whether somebody touched them (`userPresent`).
 *
 * Says whether a signature is right and by which key, never whether that key is to be trusted. The signature brings the key
 * along, the key ID is its fingerprint, and no key of SSH can be revoked: without `keys` it is `valid` as it stands. With
 * `keys`, a key that is not in them is `key-unconfirmed`, and one that is counts as its lines say:
 *
 * - `valid-after`, `valid-before`: judged now, since such a signature has no time of its own; before and after it is
 *   `not-yet-valid` and `key-expired`. A time without `Z` is **UTC** here, while ssh-keygen takes it for local time: write the `Z`;
 * - `namespaces`: another than `msc2961@matrix.org` makes it `key-not-for-signing`, and so do `cert-authority` and options that
 *   cannot be read, since certificates are not followed and a limit that is not understood is not to be passed over;
 * - principals are shown among the signer's names, patterns left out; they grant nothing.
 *
 * Signs by ready command lines; a `Signer` whose `sign` returns what ssh-keygen prints does as well.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for keys that hold no public key of SSH, or a private one; `ERR_OPTION_INVALID`
 */
export function sshsig(options: SshSigOptions = {}): SshSigAlgorithm {
  const list = readOptions(options);
  return {
    id: algorithmId,
    skipped: list?.skipped ?? [],
    verify: (input) => verifySshSignature(input, list),
    accept: (input) => acceptOutput(input, list),
    commands: signingCommands,
    cacheContext: async () => (list ? `${rulesVersion}:${await list.contentsHash()}` : rulesVersion),
  };
}

function readOptions(options: SshSigOptions): KeyList | undefined {
  if (typeof options !== "object" || options === null || Object.keys(options).some((name) => name !== "keys")) {
    throw new CountersignError("ERR_OPTION_INVALID", "expected options of sshsig() alone");
  }
  return options.keys === undefined ? undefined : new KeyList([options.keys].flat());
}
