import type { Signer } from "../algorithms/algorithm.js";
import type { JsonObject } from "../encoding/json-object.js";
import { CountersignError } from "../errors.js";
import type { MatrixClientLike } from "../matrix/client-like.js";
import type { Diagnosis } from "../matrix/diagnose.js";
import { ownUserId } from "../matrix/own-user-id.js";
import type { RoomReadiness } from "../matrix/prepare-room.js";
import type { UserChange } from "../matrix/watch/watch-event.js";
import type { IdentityAssessment } from "../model/assessment.js";
import type { Conferral } from "../model/conferral.js";
import type { SignedIdentity } from "../model/identity.js";
import type { TrustSettings } from "../model/trust-policy.js";
import type { OutboxEntry, StoreDegradation } from "../store/signature-store.js";
import type { NativeOutlived } from "../trust/outlived.js";
import type { LevelChange } from "../trust/simulate.js";
import type { VouchingUser } from "../trust/vouching-users.js";
import { defaultStore } from "./default-store.js";
import { EventHub } from "./events.js";
import type { AssessedIdentity } from "./native/assured-key.js";
import type { NativeFailure } from "./native/conferrer.js";
import type { VerdictFollower } from "./native/follow-verdicts.js";
import type { NativeVerification } from "./native/verify-natively.js";
import type { NativeWithdrawal } from "./native/withdraw-natively.js";
import type {
  AssessOptions,
  CallOptions,
  CarryOverOptions,
  CountersignOptions,
  FetchOptions,
  PublishOptions,
  WithdrawOptions,
} from "./options.js";
import type { OwnSignature, SigningRequest } from "./owner/own-signature.js";
import type { PublishReceipt } from "./owner/receipt.js";
import type { OutboxResult } from "./owner/resume.js";
import type { WithdrawReceipt } from "./owner/withdraw-receipt.js";
import type { IdentityReader } from "./reading/fetch-identities.js";
import { readingContext, readingSources } from "./reading/reading-setup.js";
import { callContext, openSession, type Session } from "./session.js";
import type { DocumentFile } from "./signed-documents/document-file.js";
import type { RevocationListFinding } from "./signed-documents/verify-revocation-list.js";
import type { AttributedEvent } from "./signed-events/own-events.js";
import type { SignedEvent } from "./signed-events/signed-event.js";
import type { StoredTrust } from "./trusting/stored-trust.js";
import type { CreatePublicUserKeyOptions, PublicUserKey } from "./vouching/create-public-user-key.js";
import type { PublicVouch, VouchForOptions } from "./vouching/vouch-for.js";
import type { Watching, WatchOptions } from "./watching/watch.js";

/** What an instance tells its listeners. */
export interface CountersignEvents {
  /** A user was assessed. */
  readonly assessment: IdentityAssessment;
  /** A user's master key is another one than this instance saw before; keys in unpadded base64. */
  readonly "identity-changed": { readonly userId: string; readonly before: string; readonly after: string };
  /** Something about a watched user may have changed, or did: see {@link Countersign.watch}. Assess them anew. */
  readonly changed: Omit<UserChange, "kind">;
  /** A room chosen for manifests was replaced by another: see {@link Countersign.carryOver}. */
  readonly "room-upgraded": { readonly roomId: string; readonly replacement: string };
  /** A user is verified in Matrix's own way although what stood behind it is gone: said with every assessment while it is so. */
  readonly "native-outlived": NativeOutlived;
  /** A policy with `conferNative` verified a user in Matrix's own way. */
  readonly "native-conferred": Conferral;
  /** It could not. */
  readonly "native-failed": NativeFailure;
  /** What waited in the outbox was tried again. */
  readonly outbox: OutboxResult;
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
const ownerSide = () => import("./owner/owner-side.js");
const readerSide = () => import("./reading/reader-side.js");
const watchSide = () => import("./watching/watch-side.js");
const assessSide = () => import("./trusting/assess-side.js");
const settingsSide = () => import("./trusting/settings-side.js");
const nativeSide = () => import("./native/native-side.js");
const vouchingSide = () => import("./vouching/vouching-side.js");
const eventSide = () => import("./signed-events/own-events.js");

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
  readonly #resumes: boolean;
  #wakeWorker: Promise<() => void> | undefined;
  #watching: Watching | undefined;
  #follower: Promise<VerdictFollower> | undefined;

  private constructor(session: Session, ownsStore: boolean, resumes: boolean) {
    this.#session = session;
    this.#ownsStore = ownsStore;
    this.#resumes = resumes;
    session.store.onDegraded((degradation) => this.#events.emit("store-degraded", degradation));
  }

  /**
   * Sets up an instance for a client that is logged in. Makes no request, but for what waits in the outbox: that is tried again
   * after a while, unless `outbox` is `manual`.
   *
   * @param client a matrix-js-sdk client (34 to 43), or anything of its shape
   * @param options every one optional; without `anchors` nobody is trusted
   * @throws CountersignError `ERR_CLIENT_INVALID` (not logged in), `ERR_OPTION_INVALID` (an option that is unknown or out of
   *   range), `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`, `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`
   */
  static async create(client: MatrixClientLike, options: CountersignOptions = {}): Promise<Countersign> {
    const userId = ownUserId(client);
    const { anchors = [], policy, decisions = [] } = options;
    const settings = { version: 1, anchors, decisions, ...(policy && { policy }) } as const;
    const inForce = await (await assessSide()).readTrustState(settings);
    const store = options.store ?? (await defaultStore(userId, options.now ?? Date.now));
    const session = openSession(client, options, store, inForce);
    const countersign = new Countersign(
      session,
      options.store === undefined,
      options.outbox !== "manual" && !session.offline,
    );
    void countersign.#wakeOutbox();
    return countersign;
  }

  /**
   * Asks for a signature on the own master key: the exact bytes, and ready command lines to sign them with.
   *
   * The key comes from the client's crypto stack, and only where that calls the own identity verified; a server's copy that
   * differs is refused, offline when it is published.
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
   * Takes what a signing tool returned for a request, and verifies it. Nothing leaves the page; from now on it is in the outbox,
   * until it is published or discarded.
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
   * Publishes an own signature and reads it back, climbing from route to route until everybody sees it.
   *
   * The signature is in the outbox until every chosen route has taken it or refused it: after a failure that may pass it is tried
   * again by itself, after `signal` has ended the call too; {@link discard} alone ends that. What `lint` refuses is not sent
   * anywhere.
   *
   * @param signature as `accept` or `sign` returned it; one that was stored meanwhile is verified anew
   * @param options `routes`: `auto` or names; `rooms`: more rooms to write it to; `force`: rules of `lint` to override; `observer`: a
   *   second account that looks; `authenticate`: for uploading the key once more; `signal`: ends the call
   * @returns what became of it on each route, who sees it and how that is known, and what would let more people see it. The
   *   `error` of a route that did not store it has one of the codes `ERR_PUBLISH_FAILED` (refused, or said to be stored and was
   *   not), `ERR_PUBLISH_UNSAFE` and `ERR_SIGNATURE_SIZE` (rules, see `findings`), `ERR_ROUTE_UNAVAILABLE` (this kind of server does
   *   not take it), `ERR_MANIFEST_SIZE`, `ERR_MANIFEST_MALFORMED` (what stands there cannot be read and is not overwritten),
   *   `ERR_HTTP_*`
   * @throws CountersignError `ERR_OWN_IDENTITY_CHANGED` for a signature on another master key than the current one,
   *   `ERR_OWN_IDENTITY_MISSING`, `ERR_OWN_IDENTITY_UNVERIFIED`, `ERR_OWN_IDENTITY_DIFFERS`, `ERR_CLIENT_INVALID`,
   *   `ERR_KEY_ID_MALFORMED`, `ERR_SIGNATURE_VALUE`, `ERR_OPTION_INVALID`, `ERR_PUBLISH_FAILED`, `ERR_CLOSED`, `ERR_ABORTED`;
   *   AcceptError `ERR_ACCEPT_NOT_VALID`; HttpError `ERR_HTTP_*` where no route could be asked
   */
  async publish(signature: OwnSignature, options: PublishOptions = {}): Promise<PublishReceipt> {
    // What the caller does to it from now on must not change what is published.
    const copy = copySignature(signature);
    return (await ownerSide()).publishOwn(this.#session, copy, options).finally(() => this.#wakeOutbox());
  }

  /**
   * Takes the own signature under a key ID back: removes it from every copy of the manifest and lists it there as withdrawn, with
   * every copy of it under another name. What hangs on the master key itself no server deletes; the receipt says so.
   *
   * @param keyId as it was published
   * @param options `rooms`: more rooms that hold a copy; `force`: rules of `lint` to override; `signal`: ends the call
   * @throws CountersignError `ERR_WITHDRAW_UNKNOWN` where no own signature has this key ID, `ERR_WITHDRAW_UNREADABLE` where none was
   *   found and a place that may hold it could not be read, `ERR_WITHDRAW_UNVERIFIABLE` where this instance lacks its algorithm
   *   or key, `ERR_OWN_IDENTITY_*`,
   *   `ERR_CLIENT_INVALID`, `ERR_OPTION_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`. The wish stays in the outbox
   *   where it may be fulfilled later.
   */
  async withdraw(keyId: string, options: WithdrawOptions = {}): Promise<WithdrawReceipt> {
    return (await ownerSide()).withdrawOwn(this.#session, keyId, options).finally(() => this.#wakeOutbox());
  }

  /**
   * What is verified and not published everywhere yet, and what is to be taken back, oldest first.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  async outbox(): Promise<OutboxEntry[]> {
    return this.#session.store.outbox();
  }

  /**
   * Tries everything that waits in the outbox once, now.
   *
   * @returns what became of each; an `error` is one of those that `publish` and `withdraw` throw
   * @throws CountersignError `ERR_CLOSED`, `ERR_ABORTED`
   */
  async resume(options: CallOptions = {}): Promise<OutboxResult[]> {
    return (await ownerSide()).resumeOutbox(this.#session, options.signal);
  }

  /**
   * Removes an entry from the outbox, for good. A try that is under way goes on to its end.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  async discard(id: string): Promise<void> {
    await (await ownerSide()).discardEntry(this.#session, id);
  }

  /**
   * Whether the members of a room may write their manifests into its state; with `apply` lets them, where the own power suffices.
   *
   * @throws CountersignError `ERR_ROOM_POWER` (the own power does not suffice), `ERR_ROOM_UNAVAILABLE`, `ERR_CLOSED`,
   *   `ERR_ABORTED`; HttpError `ERR_HTTP_*`
   */
  async prepareRoom(roomId: string, options: CallOptions & { readonly apply?: boolean } = {}): Promise<RoomReadiness> {
    const { http, client } = this.#session;
    const { signal } = callContext(this.#session, options.signal);
    return (await ownerSide()).prepareRoom(http, roomId, ownUserId(client), { ...options, signal });
  }

  /**
   * Brings the own manifest from a room to the one that replaced it, and counts that one among the chosen rooms. To be called by
   * every owner after an upgrade, once joined; {@link Countersign.watch} does so by itself.
   *
   * @returns whether the manifest stands in the new room, proven by a read-back; `false` too where the old one holds none, and
   *   for a room that cannot be read or does not say that it took the old one's place
   * @throws CountersignError `ERR_OPTION_INVALID`, `ERR_OWN_IDENTITY_*`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`
   */
  async carryOver(roomId: string, replacement: string, options: CarryOverOptions = {}): Promise<boolean> {
    return (await ownerSide()).carryOver(this.#session, roomId, replacement, options);
  }

  /**
   * What makes a user's identity invisible to other clients: signatures that a client of today cannot read.
   *
   * @throws HttpError `ERR_HTTP_*`; CountersignError `ERR_CLOSED`, `ERR_ABORTED`
   */
  async diagnose(userId: string, options: CallOptions = {}): Promise<Diagnosis> {
    const { http, signal } = callContext(this.#session, options.signal);
    return (await ownerSide()).diagnose(http, userId, signal);
  }

  /**
   * Takes a bundle of manifests for the life of this instance, beside those taken before: the text or bytes of a file, its parsed
   * JSON, or an address that serves it. Of one user the last 64 manifests are kept.
   *
   * @returns for whom there is a manifest in it
   * @throws CountersignError `ERR_BUNDLE_MALFORMED`, `ERR_BUNDLE_SIZE`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`
   */
  async importBundle(bundle: string | Uint8Array | JsonObject | URL, options: CallOptions = {}): Promise<string[]> {
    const { http, signal } = callContext(this.#session, options.signal);
    const { addBundle, fetchBundle, readBundle } = await readerSide();
    const manifests = bundle instanceof URL ? await fetchBundle(bundle, http, signal) : readBundle(bundle);
    addBundle(this.#session.bundles, manifests);
    return [...manifests.keys()];
  }

  /**
   * Fetches master keys and all external signatures on them, from every place, merged. Verifies no external signature.
   *
   * Profile fields may come from a cache of ten minutes, and are not asked for where a room holds the manifest of an owner who can
   * write there, unless `fresh` is set.
   *
   * @param userIds any number of user IDs; what is none is reported, not thrown
   * @param options `fresh`: ask for profile fields anew; `keys`: an answer to `/keys/query`, in place of asking; `signal`: ends the
   *   call
   * @returns one identity for every user asked for, in their order
   * @throws HttpError `ERR_HTTP_*` where the own homeserver could not be asked; CountersignError `ERR_ABORTED`, `ERR_CLOSED`,
   *   `ERR_OPTION_INVALID` (a clock that tells no time)
   */
  async fetch(userIds: readonly string[], options: FetchOptions = {}): Promise<Map<string, SignedIdentity>> {
    return this.#fetchWith(await this.#openReading(options), userIds);
  }

  /**
   * Fetches, verifies and assesses users, in batches: one assessment for each, in their order.
   *
   * Each is about one master key, `assessment.masterKey`: compare it with the one that your client encrypts to.
   *
   * @param userIds any number of user IDs, each assessed once
   * @param options `onProgress`: called after each batch; `fresh`: ask for profile fields anew; `keys`: an answer to `/keys/query`, in
   *   place of asking; `signal`: ends the call
   * @throws HttpError `ERR_HTTP_*` where the own homeserver could not be asked; CountersignError `ERR_ABORTED`, `ERR_CLOSED`,
   *   `ERR_OPTION_INVALID` (a clock that tells no time)
   */
  async *assess(
    userIds: readonly string[],
    options: AssessOptions = {},
  ): AsyncGenerator<IdentityAssessment, void, undefined> {
    const unique = [...new Set(userIds)];
    const reading = await this.#openReading(options);
    const vouchingUsers = await this.#vouchingUsers(reading, "assessUsers", options.signal);
    for (let done = 0; done < unique.length; done += assessBatch) {
      const identities = await this.#fetchWith(reading, unique.slice(done, done + assessBatch));
      const isCurrent = this.#inForceAsNow();
      const assessments = await (await assessSide()).assessUsers(
        this.#session,
        [...identities.values()],
        vouchingUsers,
        options.signal,
      );
      void this.#followNatively(identities, assessments, isCurrent);
      for (const assessment of assessments) {
        this.#events.emit("assessment", assessment);
        yield assessment;
      }
      options.onProgress?.({ done: Math.min(done + assessBatch, unique.length), total: unique.length });
    }
  }

  /**
   * Assesses a user anew and, only where that calls them `trusted`, signs their master key with the own user-signing key and uploads the
   * signature: every device of the own user shows them as verified then, and their devices.
   *
   * No server deletes such a signature. It is made of the very bytes that were assessed, recorded with its reason, and never evidence
   * for this package itself. Where this device lacks the private key, the client may ask for the pass phrase of secret storage.
   *
   * @param userId another user
   * @param options `signal`: ends the call
   * @throws CountersignError `ERR_NATIVE_OWN_USER`, `ERR_NATIVE_KEY_UNSIGNED` (the server serves no user-signing key that the own master
   *   key signed: sign nothing), `ERR_NATIVE_KEY_MISSING` (its private part cannot be had), `ERR_NATIVE_CHANGED` (another key is served
   *   than was assessed, or the verdict is out of date), `ERR_NATIVE_FAILED` (the server refused, or said yes and does not show the
   *   signature: Synapse shows one on a user of another server only while a room is shared), `ERR_OWN_IDENTITY_*`,
   *   `ERR_CLIENT_INVALID`, `ERR_STORE_RECORD`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`
   */
  async verifyNatively(userId: string, options: CallOptions = {}): Promise<NativeVerification> {
    const { verifyNatively } = await nativeSide();
    return verifyNatively(this.#session, userId, () => this.#assessAnew(userId, options.signal), options.signal);
  }

  /** Whom this instance trusts now: as it was created with, set, or read from secret storage. */
  get trust(): TrustSettings {
    return this.#session.inForce.current.settings;
  }

  /**
   * Replaces anchors, policy and decisions. It counts from the next assessment on, and for this instance alone: see
   * {@link Countersign.storedTrust} for what follows the user.
   *
   * @throws CountersignError `ERR_SETTINGS_MALFORMED`, `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`, `ERR_CLOSED`: nothing was changed then
   */
  async setTrust(settings: TrustSettings): Promise<void> {
    callContext(this.#session);
    await (await assessSide()).putInForce(this.#session.inForce, settings);
  }

  /**
   * Says which of these users would change level under other settings, and changes nothing: neither settings nor what is remembered of keys.
   *
   * @throws what {@link Countersign.setTrust} and {@link Countersign.assess} throw
   */
  async simulate(
    settings: TrustSettings,
    userIds: readonly string[],
    options: FetchOptions = {},
  ): Promise<LevelChange[]> {
    const reading = await this.#openReading(options);
    const vouchingUsers = await this.#vouchingUsers(reading, "judgeUsers", options.signal);
    const identities = await this.#fetchWith(reading, [...new Set(userIds)]);
    const { simulateSettings } = await settingsSide();
    return simulateSettings(this.#session, settings, [...identities.values()], vouchingUsers, options.signal);
  }

  /** The user's own trust settings in secret storage, which their other devices read. Makes no request by itself. */
  async storedTrust(): Promise<StoredTrust> {
    return (await settingsSide()).openStoredTrust(this.#session);
  }

  /**
   * Takes an anchor's list of what it no longer vouches for: verifies it, and remembers it where it is the newest.
   *
   * @param anchorId an anchor in force
   * @param file the list as text, bytes or parsed JSON; absent: it is fetched from where the anchor's definition says
   * @returns the list that counts from the next assessment on, and what is wrong with the one that was taken
   * @throws CountersignError `ERR_OPTION_INVALID` for an unknown anchor, or one that does not say where its list is; `ERR_CLOSED`,
   *   `ERR_ABORTED`; HttpError `ERR_HTTP_*`
   */
  async takeRevocationList(
    anchorId: string,
    file?: DocumentFile,
    options: CallOptions = {},
  ): Promise<RevocationListFinding> {
    return (await settingsSide()).takeList(this.#session, anchorId, file, options.signal);
  }

  /**
   * The log of every master key that was ever assessed, hash-chained: see `verifyHistory` and `compareHistories`.
   *
   * @throws CountersignError `ERR_CLOSED`
   */
  async exportHistory(): Promise<string> {
    callContext(this.#session);
    return this.#session.store.exportHistory();
  }

  /** Signs an own event with the own key for events; see `signOwnEvent` for what it throws, and that no server of today takes such a key. */
  async signEvent(event: SignedEvent, options: CallOptions = {}): Promise<JsonObject> {
    return (await eventSide()).signOwnEvent(this.#session, event, options.signal);
  }

  /**
   * Verifies the signatures on an event. A good one says that a key signed these words, never which account, room or time: it raises no
   * level.
   *
   * @throws CountersignError `ERR_CLOSED`, `ERR_ABORTED`, `ERR_OPTION_INVALID`; HttpError `ERR_HTTP_*`
   */
  async verifyEvent(event: SignedEvent, options: CallOptions = {}): Promise<AttributedEvent> {
    return (await eventSide()).verifyServedEvent(this.#session, event, options.signal);
  }

  /**
   * Withdraws from a native verification as far as Matrix allows: its record, for good; the signature itself no server deletes.
   *
   * @param options `signal`: ends the call
   * @returns whether a signature of one's own still hangs on the user's key, and what to do about it
   * @throws CountersignError `ERR_NATIVE_OWN_USER`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`, when the record is withdrawn
   *   already
   */
  async withdrawNatively(userId: string, options: CallOptions = {}): Promise<NativeWithdrawal> {
    return (await nativeSide()).withdrawNatively(this.#session, userId, options.signal);
  }

  /**
   * Makes the key with which the user vouches for others in public (MSC2882). Throws what `createPublicUserKey` throws:
   * `ERR_VOUCH_KEY_MISSING`, `ERR_OWN_IDENTITY_*`, `ERR_CLIENT_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`.
   *
   * @param options `authenticate`: to upload it too; `signal`: ends the call
   * @returns the key object: hand it to those who are to count the vouches (`vouchingUsers`)
   */
  async createPublicUserKey(options: CreatePublicUserKeyOptions = {}): Promise<PublicUserKey> {
    return (await vouchingSide()).createPublicUserKey(this.#session, options);
  }

  /**
   * Vouches for another user in public, by the very master key of `identity`. That it is theirs is the caller's word; nothing is
   * assessed.
   *
   * @param identity as {@link Countersign.fetch} returned it
   * @param options `publicUserKey`: the own key object, where the homeserver does not serve it; `lifetimeMs`; `signal`: ends the call
   * @returns `output`, to be handed to the other, who gives it to {@link Countersign.accept} and publishes it
   * @throws CountersignError `ERR_OPTION_INVALID`, `ERR_VOUCH_CHANGED`, `ERR_VOUCH_KEY_MISSING`, `ERR_OWN_IDENTITY_*`,
   *   `ERR_CLIENT_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_*`
   */
  async vouchFor(identity: SignedIdentity, options: VouchForOptions = {}): Promise<PublicVouch> {
    return (await vouchingSide()).vouchFor(this.#session, identity, options);
  }

  /**
   * Tells of changes to users, as `changed` events: from what the client hears by itself, and by asking politely about the others.
   *
   * One watching at a time: another call replaces the one before. Where a room chosen for manifests is upgraded, the own manifest
   * is carried over, as soon as the user has joined the new one.
   *
   * @param userIds whom to watch; the own user always is
   * @param options `rooms`: default those of the instance; `observer`: of `/sync`, see `createSyncObserver`; `intervalMs`: how often
   *   to ask about each, default 10 minutes; `signal`: ends it
   * @returns adds and removes users, and ends it
   * @throws CountersignError `ERR_OPTION_INVALID`, `ERR_CLIENT_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`
   */
  async watch(userIds: readonly string[], options: WatchOptions = {}): Promise<Watching> {
    const { signal } = callContext(this.#session, options.signal);
    const { watchUsers } = await watchSide();
    this.#watching?.stop();
    this.#watching = watchUsers(
      this.#session,
      userIds,
      { ...options, signal },
      {
        fetch: (ids, fetchSignal) => this.fetch(ids, { signal: fetchSignal }),
        carryOver: (from, to) => this.carryOver(from, to),
        changed: (change) => this.#events.emit("changed", change),
        upgraded: (upgrade) => this.#events.emit("room-upgraded", upgrade),
      },
    );
    return this.#watching;
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

  async #openReading(options: FetchOptions): Promise<IdentityReader> {
    const context = callContext(this.#session, options.signal);
    const { openReading } = await readerSide();
    return openReading(readingSources(this.#session, options), readingContext(this.#session, context.signal));
  }

  async #assessAnew(userId: string, signal: AbortSignal | undefined): Promise<AssessedIdentity> {
    const options = signal ? { signal } : {};
    const reading = await this.#openReading({ fresh: true, ...options });
    const identity = (await this.#fetchWith(reading, [userId])).get(userId);
    const vouchingUsers = await this.#vouchingUsers(reading, "assessUsers", signal);
    const isCurrent = this.#inForceAsNow();
    const { assessUsers } = await assessSide();
    const [assessment] = identity ? await assessUsers(this.#session, [identity], vouchingUsers, signal) : [];
    if (!identity || !assessment) throw new CountersignError("ERR_OPTION_INVALID", "expected a user ID");
    this.#events.emit("assessment", assessment);
    return { identity, assessment, isCurrent };
  }

  /** Whether the settings that are in force now still are, whenever asked. */
  #inForceAsNow(): () => boolean {
    const { inForce } = this.#session;
    const { current } = inForce;
    return () => inForce.current === current;
  }

  /** Who may vouch for others: read once for all users of a call. */
  async #vouchingUsers(
    reading: IdentityReader,
    assess: "assessUsers" | "judgeUsers",
    signal: AbortSignal | undefined,
  ): Promise<VouchingUser[]> {
    if (this.#session.vouchingUsers.size === 0) return [];
    const { readVouchingUsers, [assess]: chosen } = await assessSide();
    return readVouchingUsers(this.#session, (userIds) => this.#fetchWith(reading, userIds), chosen, signal);
  }

  async #fetchWith(reading: IdentityReader, userIds: readonly string[]): Promise<Map<string, SignedIdentity>> {
    const identities = await reading(userIds);
    for (const identity of identities.values()) this.#notice(identity);
    this.#watching?.seen(identities);
    return identities;
  }

  /** Tells whose native verification has outlived their trust, and confers it where the policy says so. Loads that only where needed. */
  async #followNatively(
    identities: ReadonlyMap<string, SignedIdentity>,
    assessments: readonly IdentityAssessment[],
    isCurrent: AssessedIdentity["isCurrent"],
  ): Promise<void> {
    try {
      const { store, inForce } = this.#session;
      const isKnown = (await store.conferrals()).length > 0;
      if (!isKnown && !inForce.current.settings.policy?.conferNative) return;
      this.#follower ??= nativeSide().then(({ createFollower }) =>
        createFollower(this.#session, {
          outlived: (one) => this.#events.emit("native-outlived", one),
          conferred: (one) => this.#events.emit("native-conferred", one),
          failed: (one) => this.#events.emit("native-failed", one),
        }),
      );
      await (await this.#follower)(identities, assessments, isCurrent);
    } catch {
      // The store was closed, or the page lost its network while loading: the next assessment tries again.
      this.#follower = undefined;
    }
  }

  /** Lets what waits in the outbox be tried again after a while; loads what that needs only where something waits. */
  async #wakeOutbox(): Promise<void> {
    if (!this.#resumes || this.#session.closing.signal.aborted) return;
    const entries = await this.#session.store.outbox().catch(() => []);
    if (!entries.some(({ state }) => state === "waiting")) return;
    this.#wakeWorker ??= ownerSide().then(({ createOutboxWorker }) =>
      createOutboxWorker(this.#session, (result) => this.#events.emit("outbox", result)),
    );
    await this.#wakeWorker.then((wake) => wake()).catch(() => undefined);
  }

  #notice({ userId, masterKey }: SignedIdentity): void {
    const after = masterKey?.publicKey;
    if (after === undefined) return;
    const before = this.#masterKeys.get(userId);
    this.#masterKeys.set(userId, after);
    if (before !== undefined && before !== after) this.#events.emit("identity-changed", { userId, before, after });
  }
}
