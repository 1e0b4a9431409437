import { sshsig } from "../../src/algorithms/sshsig/index.js";
import type { SshSigOptions as AlgorithmOptions } from "../../src/algorithms/sshsig/sshsig.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import type { SignatureValue } from "../../src/model/external-signature.js";
import type { Verdict } from "../../src/model/report.js";
import { masterKey, now } from "./openpgp.js";
import type { SshTestKey } from "./ssh.js";

/** The object that {@link judgeSsh} takes signatures to be on. */
export const object = masterKey();

/** The time that it judges at, milliseconds since 1970. */
export const nowMs: number = now * 1000;

/** One verdict by a fresh algorithm, on a blob or on a value. */
export function judgeSsh(
  signature: Uint8Array | SignatureValue,
  options: {
    readonly key: SshTestKey | string;
    readonly keys?: AlgorithmOptions["keys"];
    readonly atMs?: number;
  },
): Promise<Verdict> {
  const { key, keys, atMs = nowMs } = options;
  const algorithm = sshsig(keys === undefined ? {} : { keys });
  const value = signature instanceof Uint8Array ? encodeBase64(signature) : signature;
  return algorithm.verify({ object, key: typeof key === "string" ? key : key.fingerprint, value, now: atMs });
}
