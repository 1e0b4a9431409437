/**
 * The one stream of everything that happens on the server. A position in it is what `/sync` calls a token.
 */
export interface Stream {
  /** The position of the last thing that happened. */
  readonly position: number;
  /** Takes the next position and wakes everybody who waits. */
  advance(): number;
  /** Resolves when something happens, when the time is over, or when the signal aborts. */
  changed(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Wakes everybody who waits, although nothing happened. */
  wake(): void;
}

/** An empty stream. */
export function createStream(): Stream {
  let position = 1;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const resolve of [...waiting]) resolve();
  };
  return {
    get position() {
      return position;
    },
    advance() {
      position += 1;
      wake();
      return position;
    },
    changed(timeoutMs, signal) {
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        if (signal.aborted) return done();
        waiting.add(done);
        signal.addEventListener("abort", done);
      });
    },
    wake,
  };
}

/** Writes a position as a token. */
export const tokenOf = (position: number): string => `s${position}`;

/** Reads a token; undefined if it is none. */
export function positionOf(token: string): number | undefined {
  const digits = /^s(\d{1,15})$/.exec(token)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
