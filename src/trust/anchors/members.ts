import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { invalidAnchor } from "./invalid-anchor.js";

/**
 * The value as an object with no other members than these: one that is not understood could be a limit.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID`
 */
export function assertMembers(value: unknown, known: readonly string[]): JsonObject {
  if (!isJsonObject(value) || !Object.keys(value).every((name) => known.includes(name))) {
    throw invalidAnchor("objects with their documented members");
  }
  return value;
}

/**
 * The entries of a list that may be left out.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID`
 */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw invalidAnchor("lists");
  return value;
}

/** Whether it is a text with something in it. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Whether it is what a signature can be worth: a whole number from 1 to 120. */
export function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 120;
}
