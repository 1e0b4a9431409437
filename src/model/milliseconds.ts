/** Whether it is a time or a duration in whole milliseconds, from 0 to 2^53 − 1. */
export function isMilliseconds(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
