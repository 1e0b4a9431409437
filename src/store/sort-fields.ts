import type { CachedField } from "../model/manifest/seen-manifest.js";
import { fieldKind, keyOf } from "./cache-kind.js";
import { readField } from "./record.js";

/** Fields that can be stored, and whose cannot: what was remembered of those is outdated all the same. */
export function sortFields(fields: readonly CachedField[]): { clean: CachedField[]; unreadable: string[] } {
  const clean: CachedField[] = [];
  const unreadable: string[] = [];
  for (const field of fields) {
    const copy = readField(field);
    const userId = keyOf(field, fieldKind);
    if (copy) clean.push(copy);
    else if (userId !== undefined) unreadable.push(userId);
  }
  return { clean, unreadable };
}
