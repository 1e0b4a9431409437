import { encodeBase64, tryDecodeBase64 } from "../../encoding/base64.js";
import { type Bytes, sha256, toHex } from "../../encoding/bytes.js";
import { throwIfAborted } from "../../model/abort.js";
import { verifyEd25519 } from "../../model/ed25519.js";
import { isDegeneratePoint } from "../../model/edwards-point.js";
import type { Verdict } from "../../model/report.js";
import type { VerifyInput } from "../algorithm.js";
import { verdictOf } from "../shared/fault.js";
import { clockSkewMs } from "../shared/limits.js";
import { edwardsKeyInfo } from "../shared/subject-public-key-info.js";
import { readStatement, type Statement, statementBytes } from "./statement.js";

/** 32 bytes in unpadded base64. */
const keyLength = 43;

/**
 * Judges one signature (PROTOCOL, org.ietf.ed25519). Codes: `valid`, `malformed`, `weak-algorithm` for a key that is a point of
 * small order or not canonical, `bad-signature`, `made-in-future`, `expired`, `verifier-failed`.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function verifyStatement({ object, key, value, now, signal }: VerifyInput): Promise<Verdict> {
  throwIfAborted(signal);
  const publicKey = readPublicKey(key ?? "");
  const statement = readStatement(value);
  if (!publicKey || !statement) return verdictOf("malformed");
  // Told apart from a wrong signature, since it is the key that nobody can sign with, or everybody.
  if (isDegeneratePoint("ed25519", publicKey)) return verdictOf("weak-algorithm");
  try {
    const isRight = await verifyEd25519(publicKey, statement.signature, statementBytes(object.bytes, statement));
    if (!isRight) return verdictOf("bad-signature");
    return { ...judgeTimes(statement, now), ...(await evidence(publicKey, statement)) };
  } catch {
    return verdictOf("verifier-failed");
  }
}

/** The key that a key ID names: one spelling for each key, so that a key has one key ID. */
function readPublicKey(key: string): Bytes | undefined {
  return key.length === keyLength ? tryDecodeBase64(key) : undefined;
}

function judgeTimes({ createdMs, expiresMs }: Statement, nowMs: number): Verdict {
  if (createdMs > nowMs + clockSkewMs) return verdictOf("made-in-future");
  if (expiresMs === 0) return verdictOf("valid", { validFrom: createdMs });
  return verdictOf(nowMs < expiresMs ? "valid" : "expired", { validFrom: createdMs, validUntil: expiresMs });
}

async function evidence(publicKey: Bytes, { signature, createdMs, expiresMs }: Statement): Promise<Partial<Verdict>> {
  const keyHash = toHex(await sha256(edwardsKeyInfo("ed25519", publicKey)));
  return {
    signer: { fingerprint: encodeBase64(publicKey), keyHash, names: [] },
    createdAt: createdMs,
    ...(expiresMs > 0 && { expiresAt: expiresMs }),
    valueHash: toHex(await sha256(signature)),
  };
}
