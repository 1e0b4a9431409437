import { tell } from "../model/tell.js";
import type { DegradationReason, StoreDegradation } from "./signature-store.js";

/** Remembers that a store is degraded and tells its listeners, once a reason. */
export class DegradationLog {
  readonly #said = new Set<DegradationReason>();
  readonly #listeners = new Set<(degradation: StoreDegradation) => void>();
  #last: StoreDegradation | undefined;

  /** The last degradation said. */
  get last(): StoreDegradation | undefined {
    return this.#last;
  }

  /** Says a reason unless it was said before. A listener that throws disturbs nobody but itself. */
  say(reason: DegradationReason, cause?: unknown): void {
    if (this.#said.has(reason)) return;
    this.#said.add(reason);
    const degradation: StoreDegradation = { reason, ...(cause !== undefined && { cause }) };
    this.#last = degradation;
    for (const listener of this.#listeners) queueMicrotask(() => tell(() => listener(degradation)));
  }

  /** Adds a listener; the function returned takes it away. */
  listen(listener: (degradation: StoreDegradation) => void): () => void {
    const own = (degradation: StoreDegradation): void => listener(degradation);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }
}
