import type { Signer } from "../algorithms/algorithm.js";
import { CountersignError } from "../errors.js";
import type { MatrixClientLike } from "../matrix/client-like.js";
import { ownUserId } from "../matrix/own-user-id.js";
import { publishingRoutes } from "../matrix/routes/routes.js";
import type { IdentityAssessment } from "../model/assessment.js";
import type { SignedIdentity } from "../model/identity.js";
import type { KeptSignature, StoreDegradation } from "../store/signature-store.js";
import { assessIdentity } from "../trust/assess.js";
import { verifyIdentities } from "./cached-verification.js";
import { defaultStore } from "./default-store.js";
import { EventHub } from "./events.js";
import { fetchIdentities } from "./fetch-identities.js";
import type { AssessOptions, CallOptions, CountersignOptions, PublishOptions } from "./options.js";
import type { OwnSignature, SigningRequest } from "./own-signature.js";
import type { PublishReceipt } from "./publish.js";
import { callContext, openSession, type Session } from "./session.js";

/** What an instance tells its listeners. */
export interface CountersignEvents {
  /** A user was assessed. */
  readonly assessment: IdentityAssessment;
  /** A user's master key is another one than this instance saw before; keys in unpadded base64. */
  readonly "identity-changed": { readonly userId: string; readonly before: string; readonly after: string };
  /** The store works from memory from now on; nothing failed, but it will be gone with the page. */
  readonly "store-degraded": StoreDegradation;
}

/** @throws CountersignError `ERR_SIGNATURE_VALUE` for what is no plain data */
function copySignature(signature: OwnSignature): OwnSignature {
  try {
    return structuredClone(signature);
  } catch (cause) {
    throw new CountersignError("ERR_SIGNATURE_VALUE", "expected a signature of plain data", { cause });
  }
}

/** Most pages only ever read: what owners need is loaded when it is first needed. */
const ownerSide = () => import("./owner-side.js");

/** So many users are fetched and verified together. */
const assessBatch = 100;

/**
 * External signatures for one Matrix client: makes, publishes, fetches and verifies them, and says whom to trust.
 *
 * @example
 * ```ts
 * const countersign = await Countersign.create(client, { algorithms: [openpgp({ keys })], anchors });
 * const request = await countersign.prepare({ algorithm: "org.openpgp.signature" });
 * const signature = await countersign.accept(request, armoredSignature);
 * const receipt = await countersign.publish(signature);
 * for await (const assessment of countersign.assess(["@alice:example.org"])) console.log(assessment.level);
 * ```
 */
export class Countersign {
  readonly #session: Session;
  readonly #events = new EventHub<CountersignEvents>();
  readonly #masterKeys = new Map<string, string>();

  /** Whether the store is this instance's own, to be closed with it. */
  readonly #ownsStore: boolean;

  private constructor(session: Session, ownsStore: boolean) {
    this.#session = session;
    this.#ownsStore = ownsStore;
    session.store.onDegraded((degradation) => this.#events.emit("store-degraded", degradation));
  }

  /**
   * Sets up an instance for a client that is logged in. Makes no request.
   *
   * @param client a matrix-js-sdk client (34 to 43), or anything of its shape
   * @param options every one optional; without `anchors` nobody is trusted
   * @throws CountersignError `ERR_CLIENT_INVALID` (not logged in), `ERR_OPTION_INVALID` (an option that is unknown or out of
   *   range), `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`, `ERR_ANCHOR_INVALID`
   */
  static async create(client: MatrixClientLike, options: CountersignOptions = {}): Promise<Countersign> {
    const userId = ownUserId(client);
    const store = options.store ?? (await defaultStore(userId, options.now ?? Date.now));
    return new Countersign(openSession(client, options, store), options.store === undefined);
  }

  /**
   * Asks for a signature on the own master key: the exact bytes, and ready command lines to sign them with.
   *
   * The key comes from the client's crypto stack, and only where that calls the own identity verified; a server's copy that
   * differs is refused.
   *
   * @param options `algorithm`: its identifier, such as `org.openpgp.signature`; `signal`: ends the call
   * @throws CountersignError
   *   `ERR_OWN_IDENTITY_MISSING` (set up cross-signing first, or fetch its private keys from secret storage),
   *   `ERR_OWN_IDENTITY_UNVERIFIED` (verify this device first),
   *   `ERR_OWN_IDENTITY_DIFFERS` (the server serves another master key for the own user: sign nothing),
   *   `ERR_CLIENT_INVALID` (no encryption set up), `ERR_ALGORITHM_UNKNOWN`, `ERR_ALGORITHM_CANNOT_SIGN`, `ERR_CLOSED`,
   *   `ERR_ABORTED`; HttpError `ERR_HTTP_*`
   */
  async prepare(options: { readonly algorithm: string } & CallOptions): Promise<SigningRequest> {
    return (await ownerSide()).prepareOwn(this.#session, options.algorithm, options.signal);
  }

  /**
   * Takes what a signing tool returned for a request, and verifies it. Nothing leaves the page.
   *
   * @param request as `prepare` returned it
   * @param output armor, base64 or the bytes of a file, as the tool wrote it
   * @param options `signal`: ends the call
   * @throws AcceptError `ERR_ACCEPT_NOT_VALID`, with the verdict; CountersignError `ERR_ACCEPT_MALFORMED` (no signature in it,
   *   or a private key), `ERR_ACCEPT_NO_KEY` (append the public key, or give it to the algorithm), `ERR_OBJECT_SHAPE` (not the
   *   request as it was prepared), `ERR_KEY_ID_MALFORMED`, `ERR_SIGNATURE_VALUE`, `ERR_ALGORITHM_UNKNOWN`,
   *   `ERR_ALGORITHM_CANNOT_SIGN`, `ERR_ALGORITHM_LIBRARY`, `ERR_CLOSED`, `ERR_ABORTED`
   */
  async accept(request: SigningRequest, output: string | Uint8Array, options: CallOptions = {}): Promise<OwnSignature> {
    return (await ownerSide()).acceptOwn(this.#session, request, output, options.signal);
  }

  /**
   * {@link prepare}, the signer's signature, and {@link accept} in one. Throws what those throw, and what the signer throws.
   *
   * @param signer a key that the caller unlocked in the page, or any callback; see `openpgpSigner`
   * @param options `signal`: ends the call
   */
  async sign(signer: Signer, options: CallOptions = {}): Promise<OwnSignature> {
    const request = await this.prepare({ algorithm: signer.algorithm, ...options });
    return this.accept(request, await signer.sign(request.bytes, options), options);
  }

  /**
   * Publishes an own signature and reads it back, route by route.
   *
   * The signature is kept in the store until every chosen route has taken it or refused it: after a failure it is still
   * there.
   *
   * @param signature as `accept` or `sign` returned it; one that was stored meanwhile is verified anew
   * @param options `routes`: names, default all; `signal`: ends the call
   * @returns what became of it on each route. The `error` of a route that did not store it has one of the codes
   *   `ERR_PUBLISH_FAILED` (refused, or said to be stored and was not), `ERR_PUBLISH_UNSAFE` (an object value, which would make
   *   its owner's identity unreadable), `ERR_SIGNATURE_SIZE`, `ERR_MANIFEST_SIZE`, `ERR_MANIFEST_MALFORMED` (what stands in the
   *   profile cannot be read and is not overwritten), `ERR_HTTP_*`
   * @throws CountersignError `ERR_OWN_IDENTITY_CHANGED` for a signature on another master key than the current one,
   *   `ERR_OWN_IDENTITY_MISSING`, `ERR_OWN_IDENTITY_UNVERIFIED`, `ERR_OWN_IDENTITY_DIFFERS`, `ERR_CLIENT_INVALID`,
   *   `ERR_KEY_ID_MALFORMED`, `ERR_SIGNATURE_VALUE`, `ERR_OPTION_INVALID`, `ERR_PUBLISH_FAILED`, `ERR_CLOSED`, `ERR_ABORTED`;
   *   AcceptError `ERR_ACCEPT_NOT_VALID`; HttpError `ERR_HTTP_*` where no route could be asked
   */
  async publish(signature: OwnSignature, options: PublishOptions = {}): Promise<PublishReceipt> {
    // What the caller does to it from now on must not change what is published.
    const copy = copySignature(signature);
    return (await ownerSide()).publishOwn(this.#session, copy, options);
  }

  /**
   * The own signatures that are not published everywhere yet, oldest first, with the reason: an error code, or words.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  async kept(): Promise<KeptSignature[]> {
    return this.#session.store.kept();
  }

  /**
   * Removes a signature that {@link kept} lists.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  async discardKept(id: string): Promise<void> {
    await this.#session.store.discard(id);
  }

  /**
   * Fetches master keys and all external signatures on them, from every route. Verifies nothing.
   *
   * @param userIds any number of user IDs; what is none is reported, not thrown
   * @param options `signal`: ends the call
   * @returns one identity for every user asked for, in their order
   * @throws HttpError `ERR_HTTP_*` where the own homeserver could not be asked; CountersignError `ERR_ABORTED`, `ERR_CLOSED`,
   *   `ERR_OPTION_INVALID` (a clock that tells no time)
   */
  async fetch(userIds: readonly string[], options: CallOptions = {}): Promise<Map<string, SignedIdentity>> {
    const context = callContext(this.#session, options.signal);
    const identities = await fetchIdentities(userIds, publishingRoutes, context);
    for (const identity of identities.values()) this.#notice(identity);
    return identities;
  }

  /**
   * Fetches, verifies and assesses users, in batches: one assessment for each, in their order.
   *
   * Each is about one master key, `assessment.masterKey`: compare it with the one that your client encrypts to.
   *
   * @param userIds any number of user IDs, each assessed once
   * @param options `onProgress`: called after each batch; `signal`: ends the call
   * @throws HttpError `ERR_HTTP_*` where the own homeserver could not be asked; CountersignError `ERR_ABORTED`, `ERR_CLOSED`,
   *   `ERR_OPTION_INVALID` (a clock that tells no time)
   */
  async *assess(
    userIds: readonly string[],
    options: AssessOptions = {},
  ): AsyncGenerator<IdentityAssessment, void, undefined> {
    const { onProgress, signal } = options;
    const unique = [...new Set(userIds)];
    for (let done = 0; done < unique.length; done += assessBatch) {
      const batch = unique.slice(done, done + assessBatch);
      for (const assessment of await this.#assessBatch(batch, signal)) {
        this.#events.emit("assessment", assessment);
        yield assessment;
      }
      onProgress?.({ done: Math.min(done + assessBatch, unique.length), total: unique.length });
    }
  }

  /** Why the store works from memory, where it does: for who did not listen when `store-degraded` was said. */
  get storeDegradation(): StoreDegradation | undefined {
    return this.#session.store.degraded;
  }

  /** Calls `listener` at each event of that name; the function returned ends it. */
  on<Name extends keyof CountersignEvents>(
    name: Name,
    listener: (detail: CountersignEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Ends every call under way with `ERR_ABORTED`. The default store is closed; one that the caller brought stays open. */
  close(): void {
    if (this.#session.closing.signal.aborted) return;
    this.#session.closing.abort();
    if (this.#ownsStore) this.#session.store.close();
  }

  async #assessBatch(userIds: readonly string[], signal: AbortSignal | undefined): Promise<IdentityAssessment[]> {
    const { registry, anchors, store, now: clock } = this.#session;
    const identities = [...(await this.fetch(userIds, signal ? { signal } : {})).values()];
    const now = clock();
    const context = { registry, now, signal: callContext(this.#session, signal).signal };
    const reports = await verifyIdentities(identities, store, context);
    return identities.map((identity) =>
      assessIdentity({ identity, reports: reports.get(identity.userId) ?? [], anchors, now }),
    );
  }

  #notice({ userId, masterKey }: SignedIdentity): void {
    const after = masterKey?.publicKey;
    if (after === undefined) return;
    const before = this.#masterKeys.get(userId);
    this.#masterKeys.set(userId, after);
    if (before !== undefined && before !== after) this.#events.emit("identity-changed", { userId, before, after });
  }
}
