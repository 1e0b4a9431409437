import { encodeBase64, tryDecodeBase64 } from "../../encoding/base64.js";
import { type Bytes, concatBytes, utf8 } from "../../encoding/bytes.js";
import { isJsonObject } from "../../encoding/json-object.js";
import type { SignatureValue } from "../../model/external-signature.js";

/** Times are text because the text is what is signed: of two spellings of one number one would be another signature. */
const time = "0|[1-9][0-9]{0,15}";
const textForm = new RegExp(`^([A-Za-z0-9+/]{86})\\.(${time})\\.(${time})$`);
const maxTextLength = 120;
const members = ["signature", "created_ts", "expires_ts"];

/** When a signature was made and when it ends, milliseconds since 1970. */
export interface Lifetime {
  readonly createdMs: number;
  /** 0 for a signature without end. */
  readonly expiresMs: number;
}

/** A value taken apart. */
export interface Statement extends Lifetime {
  /** 64 bytes. */
  readonly signature: Bytes;
}

/**
 * Reads `<signature>.<created>.<expires>`, or an object of exactly those three. Verifies nothing.
 *
 * @returns `undefined` for any other spelling, times past 2^53 − 1, and an end that is not later than the beginning
 * @see PROTOCOL, org.ietf.ed25519
 */
export function readStatement(value: SignatureValue): Statement | undefined {
  const text = typeof value === "string" ? value : textOf(value);
  if (text === undefined || text.length > maxTextLength) return undefined;
  const [, base64, created, expires] = textForm.exec(text) ?? [];
  const signature = base64 === undefined ? undefined : tryDecodeBase64(base64);
  const lifetime = { createdMs: Number(created), expiresMs: Number(expires) };
  return signature && isLifetime(lifetime) ? { signature, ...lifetime } : undefined;
}

/** The value to publish, as {@link readStatement} reads it. */
export function formatStatement({ signature, createdMs, expiresMs }: Statement): string {
  return `${encodeBase64(signature)}.${createdMs}.${expiresMs}`;
}

/** The bytes that are signed: the object's, and the times behind them. */
export function statementBytes(object: Uint8Array, { createdMs, expiresMs }: Lifetime): Bytes {
  return concatBytes(object, utf8(`.${createdMs}.${expiresMs}`));
}

/** Whether both times can be written, and the end is later than the beginning, or there is none. */
export function isLifetime({ createdMs, expiresMs }: Lifetime): boolean {
  return isTime(createdMs) && isTime(expiresMs) && (expiresMs === 0 || expiresMs > createdMs);
}

function isTime(ms: number): boolean {
  return Number.isSafeInteger(ms) && ms >= 0 && !Object.is(ms, -0);
}

/** The text form of an object that has its members and no others. */
function textOf(value: SignatureValue): string | undefined {
  if (!isJsonObject(value) || Object.keys(value).length !== members.length) return undefined;
  if (!members.every((name) => Object.hasOwn(value, name))) return undefined;
  const { signature, created_ts: created, expires_ts: expires } = value;
  const areTimes = [created, expires].every((ms) => typeof ms === "number" && isTime(ms));
  return typeof signature === "string" && areTimes ? `${signature}.${created}.${expires}` : undefined;
}
