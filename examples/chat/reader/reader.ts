import { type ChangeSource, Countersign, type IdentityAssessment } from "matrix-countersign";
import { type KeyMaterial, openpgp } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import type { Pair } from "../matrix/pair.js";
import type { FingerprintAnchor } from "./anchor-of.js";

/** What Bob's side tells the rest of the page. */
export interface ReaderEvents {
  onAssessment(assessment: IdentityAssessment): void;
  /** Something was heard that made him look. */
  onHeard(source: ChangeSource): void;
  onIdentityChanged(change: { readonly before: string; readonly after: string }): void;
  onProblem(error: unknown): void;
}

/** Nothing tells of a profile field that has changed. Watching asks every ten minutes; nobody waits that long for a demo. */
const pollMs = 5_000;

/** What Bob does with Countersign: assesses Alice, again and again, by the anchors that he has. */
export class Reader {
  readonly #pair: Pair;
  readonly #about: string;
  readonly #events: ReaderEvents;
  /** Remembers the manifests that he saw, so that a server cannot serve him an older one. */
  readonly #store = memoryStore();
  /** Bob's keyring: what he can check signatures with. It trusts nobody. */
  readonly #algorithm = openpgp();
  #countersign: Countersign | undefined;
  #anchors: readonly FingerprintAnchor[] = [];
  #checking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(pair: Pair, events: ReaderEvents) {
    this.#pair = pair;
    this.#about = pair.alice.userId;
    this.#events = events;
  }

  get anchors(): readonly FingerprintAnchor[] {
    return this.#anchors;
  }

  /** Assesses now, and whenever something may have changed. */
  async start(): Promise<void> {
    await this.setAnchors([]);
    this.#wait();
  }

  /** Adds public keys to the keyring, and assesses anew. */
  async importKeys(data: KeyMaterial): Promise<void> {
    await this.#algorithm.importKeys(data);
    await this.check();
  }

  /**
   * Takes other anchors, and assesses anew. Anchors are fixed when an instance is made: others, another instance.
   *
   * @throws CountersignError `ERR_ANCHOR_INVALID`; then nothing changes
   */
  async setAnchors(anchors: readonly FingerprintAnchor[]): Promise<void> {
    const { bob, observer, roomId } = this.#pair;
    const options = { algorithms: [this.#algorithm], anchors, store: this.#store, rooms: [roomId] };
    const next = await Countersign.create(bob.client, options);
    next.on("identity-changed", (change) => this.#events.onIdentityChanged(change));
    next.on("changed", ({ source }) => {
      this.#events.onHeard(source);
      void this.check();
    });
    await next.watch([this.#about], { observer });
    this.#countersign?.close();
    this.#countersign = next;
    this.#anchors = anchors;
    await this.check();
  }

  /** Assesses now. Asked while it does, it does so once more. */
  check(): Promise<void> {
    this.#again = true;
    this.#checking ??= this.#checkWhileAsked().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#countersign?.close();
    this.#store.close();
  }

  async #checkWhileAsked(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const countersign = this.#countersign;
      try {
        const assessments = countersign?.assess([this.#about], { fresh: true }) ?? [];
        for await (const assessment of assessments) this.#events.onAssessment(assessment);
      } catch (error) {
        // One that was closed meanwhile: its successor is asked.
        if (countersign !== this.#countersign || this.#stopped) continue;
        this.#events.onProblem(error);
      }
    }
  }

  #wait(): void {
    this.#timer = setTimeout(async () => {
      if (!document.hidden) await this.check();
      if (!this.#stopped) this.#wait();
    }, pollMs);
  }
}
