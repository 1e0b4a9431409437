/** A JSON object: its members by name, in any order. */
export type JsonObject = { [key: string]: unknown };

/** Whether `value` is a JSON object: no array, not `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether `object` has all these own members, perhaps some of `optional`, and no others. */
export function hasExactly(object: JsonObject, names: readonly string[], optional: readonly string[] = []): boolean {
  return (
    names.every((name) => Object.hasOwn(object, name)) &&
    Object.keys(object).every((name) => names.includes(name) || optional.includes(name))
  );
}
