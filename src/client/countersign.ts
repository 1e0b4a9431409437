import type { Signer } from "../algorithms/algorithm.js";
import { type AlgorithmRegistry, createRegistry } from "../algorithms/registry.js";
import { CountersignError } from "../errors.js";
import type { MatrixClientLike } from "../matrix/client-like.js";
import { createHttp, type MatrixHttp } from "../matrix/http.js";
import { ownMasterKey, ownUserId } from "../matrix/own-identity.js";
import type { RouteContext } from "../matrix/routes/route.js";
import { publishingRoutes } from "../matrix/routes/routes.js";
import type { IdentityAssessment } from "../model/assessment.js";
import type { SignedIdentity } from "../model/identity.js";
import type { KeptSignature, SignatureStore, StoreDegradation } from "../store/signature-store.js";
import { readAnchors, type TrustAnchor } from "../trust/anchor.js";
import { assessIdentity } from "../trust/assess.js";
import { verifyIdentities } from "./cached-verification.js";
import { EventHub } from "./events.js";
import { fetchIdentities } from "./fetch-identities.js";
import {
  type AssessOptions,
  type CallOptions,
  type CountersignOptions,
  type PublishOptions,
  selectRoutes,
} from "./options.js";
import {
  acceptSignature,
  assertWritableKeyId,
  type OwnSignature,
  type SigningRequest,
  signingRequest,
} from "./own-signature.js";
import { type PublishReceipt, publishSignature } from "./publish.js";
import { verifySignature } from "./verify-signature.js";

/** What an instance tells its listeners. */
export interface CountersignEvents {
  /** A user was assessed. */
  readonly assessment: IdentityAssessment;
  /** A user's master key is another one than this instance saw before; keys in unpadded base64. */
  readonly "identity-changed": { readonly userId: string; readonly before: string; readonly after: string };
  /** The store works from memory from now on; nothing failed, but it will be gone with the page. */
  readonly "store-degraded": StoreDegradation;
}

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
  readonly #client: MatrixClientLike;
  readonly #registry: AlgorithmRegistry;
  readonly #anchors: readonly TrustAnchor[];
  readonly #store: SignatureStore;
  readonly #now: () => number;
  readonly #http: MatrixHttp;
  readonly #events = new EventHub<CountersignEvents>();
  readonly #closing = new AbortController();
  readonly #masterKeys = new Map<string, string>();
  /** Signatures that `accept` verified: `publish` need not ask for a key that came with them alone. */
  readonly #accepted = new Set<string>();

  private constructor(client: MatrixClientLike, options: CountersignOptions, store: SignatureStore) {
    this.#client = client;
    this.#now = options.now ?? Date.now;
    this.#registry = createRegistry(options.algorithms ?? []);
    this.#anchors = readAnchors(options.anchors ?? []);
    this.#store = store;
    this.#http = createHttp(client, options.http ?? {}, this.#closing.signal);
    this.#store.onDegraded((degradation) => this.#events.emit("store-degraded", degradation));
  }

  /**
   * Sets up an instance for a client that is logged in. Makes no request.
   *
   * @throws CountersignError `ERR_CLIENT_INVALID`, `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`, `ERR_ANCHOR_INVALID`
   */
  static async create(client: MatrixClientLike, options: CountersignOptions = {}): Promise<Countersign> {
    const userId = ownUserId(client);
    return new Countersign(client, options, options.store ?? (await defaultStore(userId, options.now ?? Date.now)));
  }

  /**
   * Asks for a signature on the own master key: the exact bytes, and ready command lines to sign them with.
   *
   * The key comes from the client's crypto stack, and only where that calls the own identity verified; a server's copy that
   * differs is refused.
   *
   * @throws CountersignError what `ownMasterKey` and `signingRequest` throw, `ERR_CLOSED`
   */
  async prepare({ algorithm, signal }: { readonly algorithm: string } & CallOptions): Promise<SigningRequest> {
    return signingRequest(this.#registry, algorithm, await this.#ownMasterKey(signal));
  }

  /**
   * Takes what a signing tool returned for a request, and verifies it. Nothing leaves the page.
   *
   * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`, `ERR_ACCEPT_NOT_VALID`, `ERR_OBJECT_SHAPE`,
   *   `ERR_KEY_ID_MALFORMED`, `ERR_CLOSED`, `ERR_ABORTED`
   */
  async accept(
    request: SigningRequest,
    output: string | Uint8Array,
    { signal }: CallOptions = {},
  ): Promise<OwnSignature> {
    this.#assertOpen();
    const signature = await acceptSignature(this.#registry, request, output, this.#now(), signal);
    this.#accepted.add(identify(signature));
    return signature;
  }

  /** {@link prepare}, the signer's signature, and {@link accept} in one. Throws what those and the signer throw. */
  async sign(signer: Signer, { signal }: CallOptions = {}): Promise<OwnSignature> {
    const options = signal ? { signal } : {};
    const request = await this.prepare({ algorithm: signer.algorithm, ...options });
    return this.accept(request, await signer.sign(request.bytes, options), options);
  }

  /**
   * Publishes an own signature and reads it back, route by route.
   *
   * The signature is kept in the store until a route has it: after a failure it is still there.
   *
   * @throws CountersignError `ERR_OWN_IDENTITY_CHANGED` for a signature on another master key than the current one,
   *   `ERR_ACCEPT_NOT_VALID`, `ERR_KEY_ID_MALFORMED`, `ERR_OPTION_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`, what `ownMasterKey`
   *   throws; HttpError where no route could be asked
   */
  async publish(signature: OwnSignature, { routes, signal }: PublishOptions = {}): Promise<PublishReceipt> {
    this.#assertOpen();
    const selected = selectRoutes(routes);
    assertWritableKeyId(signature.keyId);
    const { masterKey, ...bare } = signature;
    const id = identify(signature);
    const keep = (reason: string): Promise<void> =>
      this.#store.keep({ id, userId: bare.userId, masterKey, signature: bare, reason, keptAt: this.#now() });
    await keep("publishing has not ended");
    try {
      const own = await this.#ownMasterKey(signal);
      if (signature.userId !== own.signable.userId || masterKey !== own.publicKey) {
        throw new CountersignError("ERR_OWN_IDENTITY_CHANGED", "the own master key is another one than was signed");
      }
      await this.#assertValid(signature, own.signable, signal);
      const receipt = await publishSignature(signature, own, selected, this.#context(signal));
      await (receipt.published ? this.#store.discard(id) : keep("every route refused it"));
      return receipt;
    } catch (error) {
      await keep(error instanceof CountersignError ? error.code : "failed");
      throw error;
    }
  }

  /** The own signatures that could not be published, with the reason; `discardKept` removes one. */
  async kept(): Promise<KeptSignature[]> {
    return this.#store.kept();
  }

  /** Removes a signature that {@link kept} lists. */
  async discardKept(id: string): Promise<void> {
    await this.#store.discard(id);
  }

  /**
   * Fetches master keys and all external signatures on them, from every route. Verifies nothing.
   *
   * @returns one identity for every user asked for, in their order
   * @throws HttpError, CountersignError `ERR_ABORTED`, `ERR_CLOSED`
   */
  async fetch(userIds: readonly string[], { signal }: CallOptions = {}): Promise<Map<string, SignedIdentity>> {
    this.#assertOpen();
    const identities = await fetchIdentities(userIds, publishingRoutes, this.#context(signal));
    for (const identity of identities.values()) this.#notice(identity);
    return identities;
  }

  /**
   * Fetches, verifies and assesses users, in batches: one assessment for each, in their order.
   *
   * @throws HttpError, CountersignError `ERR_ABORTED`, `ERR_CLOSED`
   */
  async *assess(
    userIds: readonly string[],
    { onProgress, signal }: AssessOptions = {},
  ): AsyncGenerator<IdentityAssessment, void, undefined> {
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
    return this.#store.degraded;
  }

  /** Calls `listener` at each event of that name; the function returned ends it. */
  on<Name extends keyof CountersignEvents>(
    name: Name,
    listener: (detail: CountersignEvents[Name]) => void,
  ): () => void {
    return this.#events.on(name, listener);
  }

  /** Ends every call under way with `ERR_ABORTED` and gives the store back. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#store.close();
  }

  async #assessBatch(userIds: readonly string[], signal: AbortSignal | undefined): Promise<IdentityAssessment[]> {
    const identities = [...(await this.fetch(userIds, signal ? { signal } : {})).values()];
    const now = this.#now();
    const context = { registry: this.#registry, now, signal: this.#context(signal).signal };
    const reports = await verifyIdentities(identities, this.#store, context);
    return identities.map((identity) =>
      assessIdentity({ identity, reports: reports.get(identity.userId) ?? [], anchors: this.#anchors, now }),
    );
  }

  async #assertValid(
    signature: OwnSignature,
    object: Parameters<typeof verifySignature>[1],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (this.#accepted.has(identify(signature))) return;
    const context = { registry: this.#registry, now: this.#now(), ...(signal && { signal }) };
    const { status, code } = await verifySignature(signature, object, context);
    if (status === "valid") return;
    throw new CountersignError("ERR_ACCEPT_NOT_VALID", `expected a valid signature, got ${code}`);
  }

  #ownMasterKey(signal: AbortSignal | undefined): ReturnType<typeof ownMasterKey> {
    this.#assertOpen();
    return ownMasterKey(this.#client, this.#http, signal);
  }

  #notice({ userId, masterKey }: SignedIdentity): void {
    const after = masterKey?.publicKey;
    if (after === undefined) return;
    const before = this.#masterKeys.get(userId);
    this.#masterKeys.set(userId, after);
    if (before !== undefined && before !== after) this.#events.emit("identity-changed", { userId, before, after });
  }

  #context(signal: AbortSignal | undefined): RouteContext & { readonly signal: AbortSignal } {
    const ended = this.#closing.signal;
    return { http: this.#http, now: this.#now, signal: signal ? AbortSignal.any([ended, signal]) : ended };
  }

  #assertOpen(): void {
    if (this.#closing.signal.aborted) throw new CountersignError("ERR_CLOSED", "this instance was closed");
  }
}

function identify({ masterKey, keyId, value }: OwnSignature): string {
  return JSON.stringify([masterKey, keyId, value]);
}

/** Stores are loaded when they are first needed: who brings one of their own does not carry these. */
async function defaultStore(userId: string, now: () => number): Promise<SignatureStore> {
  const { indexedDbStore, memoryStore } = await import("../store/index.js");
  const inBrowser = typeof indexedDB !== "undefined" || typeof document !== "undefined";
  if (!inBrowser) return memoryStore({ now });
  return indexedDbStore(`matrix-countersign ${userId}`, { now });
}
