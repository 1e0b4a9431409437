import { CountersignError } from "../errors.js";

/**
 * The time, in milliseconds since 1970: against one that is no number every comparison would fail, and nothing ever expire.
 *
 * @throws CountersignError `ERR_OPTION_INVALID`
 */
export function readClock(now: () => number): number {
  const time = now();
  if (Number.isFinite(time)) return time;
  throw new CountersignError("ERR_OPTION_INVALID", "expected a clock that tells milliseconds since 1970");
}
