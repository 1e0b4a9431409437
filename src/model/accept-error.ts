import { CountersignError, type CountersignErrorOptions } from "../errors.js";
import type { Verdict } from "./report.js";

/** A signing tool gave back a signature that is not valid: nothing was published. Code `ERR_ACCEPT_NOT_VALID`. */
export class AcceptError extends CountersignError {
  /** Why it is not valid. */
  readonly verdict: Verdict;

  constructor(verdict: Verdict, options?: CountersignErrorOptions) {
    super("ERR_ACCEPT_NOT_VALID", `expected a valid signature, got one that is ${verdict.code}`, options);
    this.verdict = verdict;
  }
}
