import { tell } from "../model/tell.js";
/** Calls every listener of an event with what happened; a listener that throws disturbs nobody but itself. */
export class EventHub<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(detail: never) => void>>();

  /** Adds a listener; the function returned takes it away. */
  on<Name extends keyof Events>(name: Name, listener: (detail: Events[Name]) => void): () => void {
    const own = (detail: Events[Name]): void => listener(detail);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(own));
    return () => listeners.delete(own);
  }

  /** Tells the listeners, after the code that is running now. */
  emit<Name extends keyof Events>(name: Name, detail: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      queueMicrotask(() => tell(() => (listener as (detail: Events[Name]) => void)(detail)));
    }
  }
}
