import { deleteDB } from "idb";
import { onTestFinished } from "vitest";

let count = 0;

/** A database name that no other test uses; the database is deleted when the test has ended. */
export function freshDatabaseName(): string {
  count += 1;
  const name = `countersign-test-${crypto.randomUUID()}-${count}`;
  onTestFinished(() => deleteDB(name));
  return name;
}
