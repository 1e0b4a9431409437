import { Fault } from "../shared/fault.js";

/** The answer, unless it takes longer: whoever never answers must not hold a verdict up. @throws Fault `resolver-failed` */
export function withTimeout<T>(answer: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Fault("resolver-failed")), timeoutMs);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
