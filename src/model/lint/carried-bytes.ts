import type { Bytes } from "../../encoding/bytes.js";
import { maxDerBytes } from "../../encoding/der-reader.js";
import { isJsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import type { SignatureValue } from "../external-signature.js";

/** Base64 of {@link maxDerBytes} in lines, with room for a frame. */
const maxTextChars = maxDerBytes * 1.5;
const maxTexts = 64;
const begin = "-----BEGIN ";
const dashes = "-----";
const alphabet = /^[A-Za-z0-9+/]*$/;

/** Bytes that a text carries. */
export interface CarriedBytes {
  readonly bytes: Bytes;
  /** The label of the PEM frame or armor around them; absent where they are bare base64. */
  readonly label?: string;
}

/**
 * All bytes that a value carries in any form of base64: bare, in PEM, in OpenPGP's armor, anywhere in an object.
 *
 * Lenient, because somebody who wants to know what is in there would be too. Text that is no base64 carries none.
 *
 * @throws CountersignError `ERR_SIGNATURE_VALUE` for frames without base64 in them, and for more than can be looked through
 */
export function carriedBytes(value: SignatureValue): CarriedBytes[] {
  return textsIn(value).flatMap((text) => {
    if (text.length > maxTextChars) throw unreadable("less text");
    if (text.includes(begin)) return text.split(begin).slice(1).map(readFrame);
    const bytes = looseBase64(text);
    return bytes ? [{ bytes }] : [];
  });
}

/** The bytes of base64 in either alphabet, padded or not, in lines or not, with stray bits or not; `undefined` for what is none. */
export function looseBase64(text: string): Bytes | undefined {
  const bare = linesOf(text)
    .join("")
    .replace(/={1,2}$/, "")
    .replace(/-/g, "+")
    .replace(/_/g, "/");
  if (bare === "" || bare.length % 4 === 1 || !alphabet.test(bare)) return undefined;
  return Uint8Array.from(atob(bare), (char) => char.charCodeAt(0));
}

function readFrame(text: string): CarriedBytes {
  const label = text.slice(0, Math.max(0, text.indexOf(dashes)));
  const body = text.slice(label.length + dashes.length);
  const end = body.indexOf(dashes);
  const lines = linesOf(body.slice(0, end < 0 ? body.length : end));
  // Headers hold a colon, the checksum of an armor is short and starts with the padding character.
  const bytes = looseBase64(lines.filter((line) => !line.includes(":") && !line.startsWith("=")).join("\n"));
  if (!bytes) throw unreadable("base64 inside of a frame");
  return { bytes, label };
}

function linesOf(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => line.trim());
}

function textsIn(value: SignatureValue): string[] {
  const texts: string[] = [];
  const waiting: unknown[] = [value];
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen === maxTexts) throw unreadable("fewer members");
    const next = waiting.pop();
    if (typeof next === "string") texts.push(next);
    else if (isJsonObject(next) || Array.isArray(next)) waiting.push(...Object.values(next));
  }
  return texts;
}

function unreadable(expected: string): CountersignError {
  return new CountersignError("ERR_SIGNATURE_VALUE", `expected ${expected}`);
}
