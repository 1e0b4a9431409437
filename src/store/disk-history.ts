import type { HistoryEvent } from "../model/history/history-entry.js";
import type { KeyHistory, KeySighting, UserHistory } from "../model/history/key-history.js";
import { nextEvents } from "../model/history/next-event.js";
import { withEvent } from "../model/history/user-history.js";
import type { Connection } from "./connection.js";
import { appendHistory, readLog, readPins } from "./history-table.js";
import { exportLog } from "./stored-history.js";
import type { Writer } from "./with-room.js";

/** The history of keys in the database, and in memory what that did not take. */
export class DiskHistory implements KeyHistory {
  readonly #connection: Connection;
  readonly #write: Writer;
  /** What happened and stands in no database yet; it is decided upon again when it gets there. */
  #held: HistoryEvent[] = [];
  /** Ends when what was begun before has ended: what is held must not overtake, nor come twice. */
  #recording: Promise<void> = Promise.resolve();

  constructor(connection: Connection, write: Writer) {
    this.#connection = connection;
    this.#write = write;
  }

  async getPins(userIds: readonly string[]): Promise<Map<string, UserHistory>> {
    if (userIds.length === 0) return new Map();
    const known = (await this.#connection.use((database) => readPins(database, userIds))) ?? new Map();
    const wanted = new Set(userIds);
    for (const event of this.#held) {
      if (wanted.has(event.userId)) known.set(event.userId, withEvent(known.get(event.userId), event));
    }
    return known;
  }

  async recordKeys(sightings: readonly KeySighting[]): Promise<void> {
    const recording = this.#recording.then(() => this.#record(sightings));
    this.#recording = recording.catch(() => undefined);
    await recording;
  }

  async exportHistory(): Promise<string> {
    const records = (await this.#connection.use(readLog)) ?? [];
    return exportLog(records, this.#held);
  }

  /** Brings to the disk what was held while there was none. */
  moveToDisk(): void {
    void this.recordKeys([]);
  }

  async #record(sightings: readonly KeySighting[]): Promise<void> {
    const all = [...this.#held, ...sightings];
    if (all.length === 0) return;
    if (await this.#write((database) => appendHistory(database, all))) {
      this.#held = [];
      return;
    }
    const known = await this.getPins(sightings.map(({ userId }) => userId));
    this.#held = [...this.#held, ...nextEvents(known, sightings)];
  }
}
