import { deleteDB } from "idb";
import { onTestFinished } from "vitest";

let count = 0;

/** A database name that no other test uses; the database is deleted when the test has ended. */
export function freshDatabaseName(): string {
  count += 1;
  const name = `countersign-test-${crypto.randomUUID()}-${count}`;
  // Chromium refuses while it clears the origin's data, which leaves nothing to delete either.
  onTestFinished(() => deleteDB(name).catch(() => undefined));
  return name;
}
