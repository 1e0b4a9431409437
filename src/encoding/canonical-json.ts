import { CountersignError } from "../errors.js";

/** Objects and arrays nested deeper than this are refused, in writing and in reading. */
export const maxJsonDepth = 128;

const loneSurrogate = /\p{Surrogate}/u;
const surrogate = /[\ud800-\udfff]/;

/**
 * Matrix canonical JSON of `value`: no white space, keys sorted by Unicode code point, the shortest escapes, integers
 * in ±(2^53 − 1) alone.
 *
 * Own code because the libraries at hand sort by UTF-16 unit, let floats through or honour `toJSON`. Only plain data is taken:
 * `null`, booleans, integers, well-formed strings, arrays without holes, objects whose prototype is `Object.prototype` or `null`.
 *
 * @returns text whose UTF-8 bytes are what gets signed
 * @throws CountersignError `ERR_JSON_VALUE` for anything else (floats, −0, NaN, `undefined`, lone surrogates, class
 *   instances), `ERR_JSON_LIMIT` beyond 128 levels (`maxJsonDepth`) (cycles too)
 * @see Matrix specification, appendices, "Canonical JSON"
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** Orders strings by Unicode code point, where JavaScript's own order is by UTF-16 unit. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above U+FFFF, so they rank behind U+E000 to U+FFFF. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return writeString(value);
    case "number":
      return writeInteger(value);
    case "boolean":
      return String(value);
    case "object":
      return value === null ? "null" : writeContainer(value, depth + 1);
    default:
      throw notJson(`expected JSON data, got ${typeof value}`);
  }
}

function writeString(text: string): string {
  if (loneSurrogate.test(text)) throw notJson("expected well-formed text, got a lone surrogate");
  return JSON.stringify(text);
}

function writeInteger(value: number): string {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    throw notJson("expected an integer between -(2^53 - 1) and 2^53 - 1, got another number");
  }
  return String(value);
}

function writeContainer(value: object, depth: number): string {
  if (depth > maxJsonDepth) throw new CountersignError("ERR_JSON_LIMIT", `expected at most ${maxJsonDepth} levels`);
  if (Array.isArray(value)) return writeArray(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    throw notJson("expected a plain object, got a class instance");
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw notJson("expected text keys, got a symbol");
  const entries = Object.entries(value);
  const astral = entries.some(([key]) => surrogate.test(key));
  entries.sort(astral ? ([a], [b]) => compareCodePoints(a, b) : ([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${writeString(key)}:${write(member, depth)}`).join(",")}}`;
}

/** By index, so that an array cannot say one thing here and another to an iterator. */
function writeArray(value: readonly unknown[], depth: number): string {
  const items: string[] = [];
  for (let index = 0; index < value.length; index++) items.push(write(value[index], depth));
  return `[${items.join(",")}]`;
}

function notJson(message: string): CountersignError {
  return new CountersignError("ERR_JSON_VALUE", message);
}
