import { utf8 } from "../encoding/bytes.js";
import { canonicalJson } from "../encoding/canonical-json.js";
import { isJsonObject, type JsonObject } from "../encoding/json-object.js";

/** A clean copy of a value that is what it should be and within bounds, else `undefined`. */
export type Reader<T> = (value: unknown) => T | undefined;

/** The furthest moment that a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15;

/** Reads a moment, milliseconds since 1970. */
export function readTime(value: unknown): number | undefined {
  return typeof value === "number" && Math.abs(value) <= maxTime ? value : undefined;
}

/** Reads a whole number from 0 to 2^53 − 1. */
export function readCount(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** Reads a truth value. */
export function readBoolean(value: unknown): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

/** Reads text of at most `maxChars` UTF-16 units. */
export function text(maxChars: number): Reader<string> {
  return (value) => (typeof value === "string" && value.length <= maxChars ? value : undefined);
}

/** Reads one of the texts listed. */
export function oneOf<T extends string>(...texts: readonly T[]): Reader<T> {
  return (value) => texts.find((known) => known === value);
}

/** Reads a list of at most `maxItems`, all of which `read` must take; holes are none of them. */
export function listOf<T>(read: Reader<T>, maxItems: number): Reader<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value) || value.length > maxItems) return undefined;
    const copy = Array.from(value, read);
    return copy.every((item) => item !== undefined) ? Object.freeze(copy) : undefined;
  };
}

/** Reads a JSON object whose canonical JSON takes at most `maxBytes` in UTF-8; the copy is frozen through and through. */
export function json(maxBytes: number): Reader<JsonObject> {
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    try {
      const canonical = canonicalJson(value);
      if (canonical.length > maxBytes || utf8(canonical).length > maxBytes) return undefined;
      return freeze(JSON.parse(canonical) as JsonObject);
    } catch {
      return undefined;
    }
  };
}

/** Reads own members by their readers; what is absent must be `optional`, what is not known is left behind. */
export function objectReader<T extends object>(
  readers: { readonly [name in keyof T]-?: Reader<T[name]> },
  optional: readonly (keyof T & string)[] = [],
): Reader<T> {
  const entries = Object.entries(readers) as [keyof T & string, Reader<unknown>][];
  return (value) => {
    if (!isJsonObject(value)) return undefined;
    const copy: JsonObject = {};
    for (const [name, read] of entries) {
      const member = Object.hasOwn(value, name) ? value[name] : undefined;
      if (member === undefined && optional.includes(name)) continue;
      copy[name] = read(member);
      if (copy[name] === undefined) return undefined;
    }
    return Object.freeze(copy) as T;
  };
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === "object" && member !== null) freeze(member);
  return Object.freeze(value);
}
