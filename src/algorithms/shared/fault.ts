import { type ReportCode, statusOfCode, type Verdict } from "../../model/report.js";

/** Ends a verification from within with the code of its verdict. Never leaves an algorithm. */
export class Fault extends Error {
  /** The verdict's code. */
  readonly code: ReportCode;

  constructor(code: ReportCode, options?: { cause?: unknown }) {
    super(code, options);
    this.name = "Fault";
    this.code = code;
  }
}

/** A verdict with the status that its code stands under. */
export function verdictOf(code: ReportCode, details: Omit<Verdict, "status" | "code"> = {}): Verdict {
  return { status: statusOfCode[code], code, ...details };
}

/** Calls `forget` where `work` fails with anything but a {@link Fault}, which would be the same the next time. */
export function forgetFailure(work: Promise<unknown>, forget: () => void): void {
  work.catch((error: unknown) => {
    if (!(error instanceof Fault)) forget();
  });
}
