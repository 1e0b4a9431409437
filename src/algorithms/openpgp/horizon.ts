/** A time to judge at, and how long what was found out then stays true. */
export class Horizon {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  #untilMs = Number.POSITIVE_INFINITY;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** The first of the moments ahead; `Infinity` where there is none. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** Takes in a moment at which something may begin or end. */
  note(momentMs: number): void {
    if (momentMs > this.nowMs) this.#untilMs = Math.min(this.#untilMs, momentMs);
  }

  /** What was found out is not even true now: something failed that may pass. */
  close(): void {
    this.#untilMs = this.nowMs;
  }
}
