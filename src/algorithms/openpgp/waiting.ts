import { CountersignError } from "../../errors.js";
import { Fault } from "./fault.js";

/** The answer, unless it takes longer: whoever never answers must not hold a verdict up. @throws Fault `resolver-failed` */
export function withTimeout<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Fault("resolver-failed")), timeoutMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** @throws CountersignError `ERR_ABORTED` */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal);
}

/** The answer, unless `signal` aborts before. @throws CountersignError `ERR_ABORTED` */
export function untilAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(aborted(signal));
    signal.addEventListener("abort", onAbort, { once: true });
    answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

function aborted(signal: AbortSignal): CountersignError {
  return new CountersignError("ERR_ABORTED", "the verification was aborted", { cause: signal.reason });
}
