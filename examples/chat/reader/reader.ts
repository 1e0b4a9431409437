import { Countersign, type IdentityAssessment, type TrustAnchor } from "matrix-countersign";
import { type KeyMaterial, openpgp } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import { CryptoEvent } from "matrix-js-sdk/lib/crypto-api";
import type { MatrixUser } from "../../shared/matrix-user.js";

/** What Bob's side tells the rest of the page. */
export interface ReaderEvents {
  onAssessment(assessment: IdentityAssessment): void;
  onIdentityChanged(change: { readonly before: string; readonly after: string }): void;
  onProblem(error: unknown): void;
}

/** How long to wait between two looks: nothing tells a reader that a profile field has changed. */
const pollMs = 5_000;

/** What Bob does with Countersign: assesses Alice, again and again, by the anchors that he has. */
export class Reader {
  readonly #user: MatrixUser;
  readonly #about: string;
  readonly #events: ReaderEvents;
  /** Bob's keyring: what he can check signatures with. It trusts nobody. */
  readonly #algorithm = openpgp();
  #countersign: Countersign | undefined;
  #anchors: readonly TrustAnchor[] = [];
  #checking: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param about whom to assess */
  constructor(user: MatrixUser, about: string, events: ReaderEvents) {
    this.#user = user;
    this.#about = about;
    this.#events = events;
  }

  get anchors(): readonly TrustAnchor[] {
    return this.#anchors;
  }

  /** Assesses now, and whenever something may have changed. */
  async start(): Promise<void> {
    await this.setAnchors([]);
    for (const name of newsEvents) this.#user.client.on(name, this.#onNews);
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
  async setAnchors(anchors: readonly TrustAnchor[]): Promise<void> {
    const options = { algorithms: [this.#algorithm], anchors, store: memoryStore() };
    const next = await Countersign.create(this.#user.client, options);
    next.on("identity-changed", (change) => this.#events.onIdentityChanged(change));
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
    for (const name of newsEvents) this.#user.client.off(name, this.#onNews);
    this.#countersign?.close();
  }

  readonly #onNews = (): void => {
    void this.check();
  };

  async #checkWhileAsked(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const countersign = this.#countersign;
      try {
        for await (const assessment of countersign?.assess([this.#about]) ?? []) this.#events.onAssessment(assessment);
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

const newsEvents = [CryptoEvent.UserTrustStatusChanged, CryptoEvent.DevicesUpdated] as const;
