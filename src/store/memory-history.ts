import type { HistoryEvent } from "../model/history/history-entry.js";
import type { KeyHistory, KeySighting, UserHistory } from "../model/history/key-history.js";
import { nextEvents } from "../model/history/next-event.js";
import { exportLog } from "./stored-history.js";

/** The history of keys in memory; the chain is made when it is asked for. */
export class MemoryHistory implements KeyHistory {
  readonly #known = new Map<string, UserHistory>();
  readonly #events: HistoryEvent[] = [];

  async getPins(userIds: readonly string[]): Promise<Map<string, UserHistory>> {
    return new Map(
      userIds.flatMap((userId) => {
        const known = this.#known.get(userId);
        return known ? [[userId, known]] : [];
      }),
    );
  }

  async recordKeys(sightings: readonly KeySighting[]): Promise<void> {
    for (const event of nextEvents(this.#known, sightings)) this.#events.push(event);
  }

  async exportHistory(): Promise<string> {
    return exportLog([], this.#events);
  }

  clear(): void {
    this.#known.clear();
    this.#events.length = 0;
  }
}
