import { CountersignError } from "../../errors.js";
import { Fault } from "../shared/fault.js";

/** What `read` returns. @throws Fault `malformed` where it throws a CountersignError */
export function readOrFault<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CountersignError) throw new Fault("malformed", { cause });
    throw cause;
  }
}
