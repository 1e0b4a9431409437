import { nameOf } from "./finish.js";
import type { Migration } from "./migrations.js";
import { openDatabase } from "./open-database.js";
import type { Database } from "./schema.js";
import type { DegradationReason } from "./signature-store.js";

/** What a {@link Connection} is to and whom it tells. */
export interface ConnectionOptions {
  readonly name: string;
  readonly migrations: readonly Migration[];
  /** How long to wait for the database to open before going on without it. */
  readonly openTimeoutMs: number;
  /** Hears of everything that goes wrong. */
  readonly onFailure: (reason: DegradationReason, cause?: unknown) => void;
  /** Hears that a database opened after all, behind the time-out. */
  readonly onLateOpen: () => void;
}

/**
 * What work in a connection fails with when the browser closes it: Chromium fails the work first and says `close` later, or
 * not at all if the connection is let go in between.
 */
const namesOfLoss = ["AbortError", "InvalidStateError", "UnknownError"];

/**
 * One connection to the database: opened at first use, given up for another tab's upgrade, opened again.
 *
 * - opening fails: no database for as long as the page lives
 * - opening takes too long: no database until it opens after all
 * - another tab wants a newer version, or to delete: closed at once; the next use opens again, and finds either the
 *   same version or a newer one
 * - the browser closed it: the next use opens again, the second time no more
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #database: Database | undefined;
  /** Settles when there is a database or the time is up; never rejects. */
  #opening: Promise<Database | undefined> | undefined;
  #terminated = false;
  #closed = false;
  #users = 0;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /**
   * What `work` makes of the database, `undefined` where there is none or the work failed; never rejects.
   *
   * Work that loses its database half-way is done once more on the next one, so it must bear repetition.
   */
  async use<T extends object>(work: (database: Database) => Promise<T>): Promise<T | undefined> {
    this.#users += 1;
    try {
      return await this.#attempt(work, true);
    } finally {
      this.#users -= 1;
      this.#closeIfIdle();
    }
  }

  /** Closes the database as soon as nobody uses it. */
  close(): void {
    this.#closed = true;
    this.#closeIfIdle();
  }

  async #attempt<T>(work: (database: Database) => Promise<T>, again: boolean): Promise<T | undefined> {
    this.#opening ??= this.#open();
    const database = this.#database ?? (await this.#opening);
    if (!database) return undefined;
    try {
      return await work(database);
    } catch (error) {
      const name = nameOf(error);
      if (namesOfLoss.includes(name)) this.#onTerminated(database);
      const lost = this.#database !== database;
      if (lost && again) return this.#attempt(work, false);
      this.#options.onFailure(name === "QuotaExceededError" ? "quota" : lost ? "terminated" : "failed", error);
      return undefined;
    }
  }

  #open(): Promise<Database | undefined> {
    return new Promise((resolve) => {
      let late = false;
      let reason: DegradationReason = "unavailable";
      const timer = setTimeout(() => {
        late = true;
        this.#options.onFailure(reason);
        resolve(undefined);
      }, this.#options.openTimeoutMs);
      const opened = (database: Database): void => {
        this.#database = database;
        if (late) this.#options.onLateOpen();
        this.#closeIfIdle();
        resolve(database);
      };
      const refused = (error: unknown): void => {
        this.#options.onFailure(reasonOfRefusal(error), error);
        resolve(undefined);
      };
      openDatabase(this.#options.name, this.#options.migrations, {
        blocked: () => {
          reason = "blocked";
        },
        blocking: (database) => this.#release(database),
        terminated: (database) => this.#onTerminated(database),
      })
        .then(opened, refused)
        .finally(() => clearTimeout(timer));
    });
  }

  #onTerminated(database: Database): void {
    if (this.#database !== database) return;
    this.#release(database);
    if (this.#terminated) {
      this.#opening = Promise.resolve(undefined);
      this.#options.onFailure("terminated");
    }
    this.#terminated = true;
  }

  /** Lets go of a database; the next use opens it again. What runs in it runs to its end. */
  #release(database: Database): void {
    database.close();
    if (this.#database !== database) return;
    this.#database = undefined;
    this.#opening = undefined;
  }

  #closeIfIdle(): void {
    if (this.#closed && this.#users === 0 && this.#database) this.#release(this.#database);
  }
}

function reasonOfRefusal(error: unknown): DegradationReason {
  switch (nameOf(error)) {
    case "VersionError":
      return "newer";
    case "QuotaExceededError":
      return "quota";
    case "AbortError":
      return "failed";
    default:
      return "unavailable";
  }
}
