import { CountersignError } from "../errors.js";

/** The furthest moment that a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15;

/**
 * The time, in whole milliseconds since 1970: against one that is no number every comparison would fail, and nothing ever expire;
 * what happened at a fraction of one no log of keys takes.
 *
 * @throws CountersignError `ERR_OPTION_INVALID`
 */
export function readClock(now: () => number): number {
  const time = Math.floor(now());
  if (Math.abs(time) <= maxTime) return time;
  throw new CountersignError("ERR_OPTION_INVALID", "expected a clock that tells milliseconds since 1970");
}
