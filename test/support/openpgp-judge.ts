import { openpgp } from "../../src/algorithms/openpgp/index.js";
import type { OpenPgpOptions } from "../../src/algorithms/openpgp/openpgp.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import type { Verdict } from "../../src/model/report.js";
import { masterKey, now, type TestKey } from "./openpgp.js";

/** The object that {@link judge} takes signatures to be on. */
export const object = masterKey();

/** One verdict by a fresh algorithm that knows `keys`, at the tests' own time. */
export function judge(
  value: string,
  options: {
    readonly keys?: Uint8Array | readonly Uint8Array[];
    readonly key: TestKey | string;
    readonly atSeconds?: number;
    readonly algorithm?: OpenPgpOptions;
  },
): Promise<Verdict> {
  const algorithm = openpgp({ ...(options.keys ? { keys: options.keys } : {}), ...options.algorithm });
  const key = typeof options.key === "string" ? options.key : options.key.fingerprint;
  return algorithm.verify({ object, key, value, now: (options.atSeconds ?? now) * 1000 });
}

/** A whole certificate as the key part of a key ID. */
export function asKeyId(certificate: Uint8Array): string {
  return encodeBase64(certificate);
}
