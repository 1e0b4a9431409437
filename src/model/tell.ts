/** Calls a listener: its exception is reported as the platform reports one, where it can be, and goes no further. */
export function tell(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    globalThis.reportError?.(error);
  }
}
