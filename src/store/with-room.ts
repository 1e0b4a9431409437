import { nameOf } from "./finish.js";
import type { Database } from "./schema.js";

/** Does `work` in the database, if need be after making room for it, and says whether that succeeded; never rejects. */
export type Writer = (work: (database: Database) => Promise<object>) => Promise<boolean>;

/**
 * What `write` resolves to, tried again after each of the steps that make room for as long as there is none.
 *
 * Throws what `write` throws at last, and at once where it is not about room.
 */
export async function withRoom<T>(write: () => Promise<T>, steps: readonly (() => Promise<unknown>)[]): Promise<T> {
  const [makeRoom, ...further] = steps;
  if (!makeRoom) return write();
  try {
    return await write();
  } catch (error) {
    if (nameOf(error) !== "QuotaExceededError") throw error;
  }
  // A disk can be too full even to delete; the next attempt to write tells.
  await makeRoom().catch(() => undefined);
  return withRoom(write, further);
}
