import { encodeBase64, tryDecodeBase64 } from "../encoding/base64.js";
import { isJsonObject } from "../encoding/json-object.js";
import type { SignatureValue } from "../model/external-signature.js";

/** So many changed bits of one text are tried, spread over its whole length. */
const maxFlips = 512;

/** A changed value, and what was changed. */
export type Tampered = readonly [what: string, value: SignatureValue];

/**
 * The value with one bit changed, at most 512 times: of the bytes that base64 stands for, else of its characters; of an
 * object in each member, numbers off by one.
 */
export function flipBits(value: SignatureValue): Tampered[] {
  return typeof value === "string" ? flipText(value) : flipMembers(value).map(([what, changed]) => [what, changed]);
}

/** The value without a part of it: one end, the middle, a member. */
export function truncate(value: SignatureValue): Tampered[] {
  if (typeof value !== "string") {
    return Object.keys(value).map((name) => {
      const rest = Object.fromEntries(Object.entries(value).filter(([other]) => other !== name));
      return [`an object without ${name}`, rest];
    });
  }
  const { length } = value;
  const middle = value.slice(0, length / 2 - 4) + value.slice(length / 2 + 4);
  return [
    ["the first half", value.slice(0, length / 2)],
    ["the second half", value.slice(length / 2)],
    ["the value without its last eight characters", value.slice(0, -8)],
    ["the value without its first eight characters", value.slice(8)],
    ["the value without eight characters in the middle", middle],
  ];
}

function flipText(text: string): [what: string, text: string][] {
  const bytes = tryDecodeBase64(text);
  const positions = spread((bytes ?? text).length * 8);
  return positions.map((position) => {
    const [index, bit] = [position >> 3, 1 << (position & 7)];
    const what = `bit ${position & 7} of ${bytes ? "byte" : "character"} ${index} changed`;
    if (bytes) return [what, encodeBase64(bytes.map((byte, at) => (at === index ? byte ^ bit : byte)))];
    const character = String.fromCharCode(text.charCodeAt(index) ^ bit);
    return [what, text.slice(0, index) + character + text.slice(index + 1)];
  });
}

function flipMembers(object: {
  readonly [name: string]: unknown;
}): [what: string, object: { [name: string]: unknown }][] {
  return Object.entries(object).flatMap(([name, member]) =>
    flipMember(member).map(([what, changed]): [string, { [name: string]: unknown }] => [
      `${name}: ${what}`,
      { ...object, [name]: changed },
    ]),
  );
}

function flipMember(member: unknown): [what: string, changed: unknown][] {
  if (typeof member === "string") return flipText(member);
  if (typeof member === "number") return [-1, 1].map((step) => [`${step} to the number`, member + step]);
  if (typeof member === "boolean") return [["the other boolean", !member]];
  if (isJsonObject(member)) return flipMembers(member);
  return [["nothing in its place", null]];
}

/** All positions up to `count`, or as many as are tried, not in step with bytes. */
function spread(count: number): number[] {
  if (count <= maxFlips) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: maxFlips }, (_, index) =>
    Math.floor(((index + ((index * 0.618) % 1)) * count) / maxFlips),
  );
}
