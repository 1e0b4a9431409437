import { CountersignError } from "../../errors.js";

/** What is wrong with an anchor, to be thrown. */
export function invalidAnchor(expected: string): CountersignError {
  return new CountersignError("ERR_ANCHOR_INVALID", `expected ${expected}, got something else`);
}
