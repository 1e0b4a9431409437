import type { Bytes } from "../../encoding/bytes.js";
import { derObjectIdentifier } from "../../encoding/der-writer.js";

/** An object identifier in DER, from dotted decimals whose parts are below 2^53 (X.690 §8.19). Whether they are numbers is not checked. */
export function encodedOid(dotted: string): Bytes {
  const [root = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return derObjectIdentifier(Uint8Array.from([root * 40 + second, ...rest].flatMap(base128)));
}

function base128(number: number): number[] {
  const octets = [number % 128];
  for (let left = Math.floor(number / 128); left > 0; left = Math.floor(left / 128)) octets.unshift(128 + (left % 128));
  return octets;
}
