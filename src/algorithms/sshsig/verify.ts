import { sha256, toHex } from "../../encoding/bytes.js";
import { throwIfAborted } from "../../model/abort.js";
import type { Verdict } from "../../model/report.js";
import type { VerifyInput } from "../algorithm.js";
import { Fault, verdictOf } from "../shared/fault.js";
import { fingerprintOf, isFingerprint } from "./fingerprint.js";
import type { Admission, KeyList } from "./key-list.js";
import { readPublicKey } from "./public-key.js";
import { isRight, isUserPresent, readRawSignature } from "./raw-signature.js";
import { readSignatureBlob, signedData } from "./signature-blob.js";
import { decodeValue } from "./value.js";

/**
 * Judges one signature (PROTOCOL, com.openssh.sshsig).
 *
 * @param list what is known about keys; without one a key speaks for itself
 * @throws CountersignError `ERR_ABORTED`
 */
export async function verifySshSignature(input: VerifyInput, list: KeyList | undefined): Promise<Verdict> {
  throwIfAborted(input.signal);
  try {
    return await judge(input, list);
  } catch (error) {
    return verdictOf(error instanceof Fault ? error.code : "verifier-failed");
  }
}

async function judge({ object, key = "", value, now }: VerifyInput, list: KeyList | undefined): Promise<Verdict> {
  if (!isFingerprint(key)) throw new Fault("malformed");
  const bytes = decodeValue(value);
  const blob = readSignatureBlob(bytes);
  const publicKey = readPublicKey(blob.publicKey);
  if ((await fingerprintOf(blob.publicKey)) !== key) throw new Fault("wrong-key");
  const signature = readRawSignature(blob.signature, publicKey);
  const message = await signedData(object.bytes, blob);
  if (!(await isRight(signature, publicKey, message))) throw new Fault("bad-signature");
  const { verdict, names } = list?.judge(blob.publicKey, now) ?? unlisted;
  const userPresent = isUserPresent(signature);
  return {
    ...verdict,
    signer: { fingerprint: key, keyHash: toHex(await sha256(publicKey.info)), names },
    valueHash: toHex(await sha256(bytes)),
    ...(userPresent !== undefined && { userPresent }),
  };
}

const unlisted: Admission = { verdict: verdictOf("valid"), names: [] };
