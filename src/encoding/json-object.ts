/** A JSON object: its members by name, in any order. */
export type JsonObject = { [key: string]: unknown };

/** Whether `value` is a JSON object: no array, not `null`. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
