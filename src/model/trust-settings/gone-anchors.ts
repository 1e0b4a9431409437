import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";

/** What no signatures are worth together. */
const unreachable: JsonObject = { amount: Number.MAX_SAFE_INTEGER };

/**
 * A rule that nobody can satisfy by an anchor that is gone: one device took it away while another wrote the rule.
 *
 * @param isThere whether there is an anchor of that ID
 * @returns the rule itself where it names no such anchor
 */
export function withoutGoneAnchors(rule: unknown, isThere: (anchorId: unknown) => boolean): unknown {
  if (!isJsonObject(rule) || !namesGone(rule.require, isThere)) return rule;
  return { ...rule, require: replaceGone(rule.require, isThere) };
}

function namesGone(requirement: unknown, isThere: (anchorId: unknown) => boolean): boolean {
  if (!isJsonObject(requirement)) return false;
  if (Object.hasOwn(requirement, "anchor")) return !isThere(requirement.anchor);
  return partsOf(requirement).some((part) => namesGone(part, isThere));
}

function replaceGone(requirement: unknown, isThere: (anchorId: unknown) => boolean): unknown {
  if (!isJsonObject(requirement)) return requirement;
  if (Object.hasOwn(requirement, "anchor")) return isThere(requirement.anchor) ? requirement : unreachable;
  const parts = partsOf(requirement).map((part) => replaceGone(part, isThere));
  if (Array.isArray(requirement.of)) return { ...requirement, of: parts };
  return Array.isArray(requirement.allOf) ? { ...requirement, allOf: parts } : requirement;
}

function partsOf({ of, allOf }: JsonObject): readonly unknown[] {
  if (Array.isArray(of)) return of;
  return Array.isArray(allOf) ? allOf : [];
}
