/**
 * JSON as a homeserver must treat it: every key comes from a stranger.
 *
 * Reads go through `own`, which never sees the prototype, and objects with strangers' keys are built with
 * `objectFrom` or `put`, which never call a setter: a user called `__proto__` is a user like any other.
 */

/** Any JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** A JSON object. Read it with `own`, not with an index. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** The deepest nesting of objects and arrays that a request may have. */
const MAX_DEPTH = 100;

/** Whether the value is a JSON object: no array, no null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The own property of that name, or undefined. */
export function own(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The own property of that name if it is a string. */
export function stringAt(value: JsonValue | undefined, key: string): string | undefined {
  const found = own(value, key);
  return typeof found === "string" ? found : undefined;
}

/** The own property of that name if it is an object. */
export function objectAt(value: JsonValue | undefined, key: string): JsonObject | undefined {
  const found = own(value, key);
  return isObject(found) ? found : undefined;
}

/** The own property of that name if it is an array, else an empty one. */
export function arrayAt(value: JsonValue | undefined, key: string): JsonValue[] {
  const found = own(value, key);
  return Array.isArray(found) ? found : [];
}

/** Sets an own property, whatever its name. */
export function put(object: JsonObject, key: string, value: JsonValue): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

/** An object with these entries, whatever their names. */
export function objectFrom(entries: Iterable<readonly [string, JsonValue]>): JsonObject {
  return Object.fromEntries(entries);
}

/** The object without the named members. */
export function without(object: JsonObject, ...names: string[]): JsonObject {
  return objectFrom(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** A deep copy. */
export function copyOf<T extends JsonValue>(value: T): T {
  return structuredClone(value);
}

/** Parses text; throws SyntaxError for what is no JSON and RangeError for what is nested too deeply. */
export function parseJson(text: string): JsonValue {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (inString) {
      if (character === "\\") index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === "{" || character === "[") {
      depth += 1;
      if (depth > MAX_DEPTH) throw new RangeError("nested too deeply");
    } else if (character === "}" || character === "]") depth -= 1;
  }
  return JSON.parse(text) as JsonValue;
}

/**
 * Matrix canonical JSON. Written again here rather than imported, so that the server is an independent judge of
 * what the package signs. Throws RangeError for floats, integers beyond 2^53 − 1, −0 and lone surrogates.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) throw new RangeError("not a canonical number");
    return String(value);
  }
  if (typeof value === "string") return canonicalString(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (isObject(value)) {
    const members = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return `{${members.map(([key, member]) => `${canonicalString(key)}:${canonicalJson(member)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

function canonicalString(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw new RangeError("a lone surrogate");
  return JSON.stringify(text);
}
