/**
 * Trust settings that follow the user: loaded when they are first asked for.
 */
import { toHex } from "../../encoding/bytes.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import { onTrustSecret } from "../../matrix/trust-storage.js";
import type { TrustSettings } from "../../model/trust-policy.js";
import { editTrust } from "../../model/trust-settings/edit-trust.js";
import { resolveTrust } from "../../model/trust-settings/resolve-trust.js";
import { settleTrust } from "../../model/trust-settings/settle-trust.js";
import type { TrustVersion } from "../../model/trust-settings/trust-document.js";
import type { TrustState } from "../../model/trust-settings/trust-state.js";
import { readTrustSettings } from "../../trust/read-trust-settings.js";
import { createPublishLock, type PublishLock } from "../publish-lock.js";
import type { Session } from "../session.js";
import { replaceTrust, syncTrust, type TrustChange, type TrustSyncContext } from "./sync-trust.js";

/** The user's trust settings, as they lie in secret storage under `org.matrix.msc2961.trust`. */
export interface TrustSide {
  /**
   * Reads them, unchecked: see `readTrustSettings`. Brings into secret storage what this device knows and the server lacks: so
   * reading may write.
   *
   * @throws CountersignError `ERR_TRUST_UNREADABLE`, `ERR_TRUST_MALFORMED` (secret storage cannot be read, and this device knows
   *   nothing: never the same as having no settings), `ERR_CLOSED`, `ERR_ABORTED`
   */
  read(signal: AbortSignal): Promise<TrustState>;
  /**
   * Changes them: what `change` leaves as it was handed in is not written, so what other devices write at the same time stays.
   * They count on this device as soon as this resolves; whether they are saved too, `problems` says.
   *
   * @throws CountersignError what {@link TrustSide.read} throws; `ERR_SETTINGS_MALFORMED`, `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`,
   *   `ERR_TRUST_SIZE`, `ERR_JSON_*`: nothing was changed then
   */
  edit(change: (settings: TrustSettings) => TrustSettings, signal: AbortSignal): Promise<TrustState>;
  /**
   * Settles a conflict: what one of its versions says counts from now on, on every device. Does nothing where another device settled it
   * meanwhile. To settle it in yet another way, {@link TrustSide.edit} the entry.
   *
   * @param entry as the conflict names it
   * @param choice one of its versions
   * @throws CountersignError as {@link TrustSide.edit}
   */
  settle(entry: string, choice: TrustVersion, signal: AbortSignal): Promise<TrustState>;
  /**
   * Writes what this device knows over settings that secret storage cannot decrypt: for a user who set secret storage up anew, and to
   * be asked for by nobody else. What another device saved there and this one never read is lost by it, until that device reads.
   *
   * @throws CountersignError `ERR_TRUST_UNSAVED`, `ERR_TRUST_MALFORMED` (settings of a newer format are not replaced),
   *   `ERR_TRUST_UNREADABLE`, `ERR_CLOSED`, `ERR_ABORTED`
   */
  replaceUnreadable(signal: AbortSignal): Promise<TrustState>;
  /** Calls `listener` when a syncing client hears of another device's change: read them anew then. The function returned ends it. */
  onChange(listener: () => void): () => void;
}

/** What settings are kept with. */
export interface TrustSideOptions extends Pick<Session, "client" | "store" | "now"> {
  /** One change at a time. Default: one lock for all tabs of this user. */
  readonly lock?: PublishLock;
  /** The name that this instance writes under where its store knows none: see `TrustStamp`. Default: a random one. */
  readonly ownReplica?: string;
}

/** Makes no request. */
export function openTrust({ client, store, now, ...options }: TrustSideOptions): TrustSide {
  const { lock = createPublishLock("trust", ownUserId(client)), ownReplica = randomName() } = options;
  // A store that is no longer shared with the other tabs forgets what they wrote under the common name.
  const replica = (before: string | undefined): string => (store.degraded ? undefined : before) ?? ownReplica;
  const context = (signal: AbortSignal): TrustSyncContext => ({ client, memory: store, now, signal, replica });
  const run = (change: TrustChange | undefined, signal: AbortSignal): Promise<TrustState> =>
    lock(() => syncTrust(context(signal), change), signal);
  return {
    read: (signal) => run(undefined, signal),
    edit: (change, signal) =>
      run(async (document, stamp) => {
        const wanted = await readTrustSettings(change(resolveTrust(document).settings));
        return editTrust(document, wanted, stamp);
      }, signal),
    settle: (entry, choice, signal) => run((document, stamp) => settleTrust(document, entry, choice, stamp), signal),
    replaceUnreadable: (signal) => lock(() => replaceTrust(context(signal)), signal),
    onChange: (listener) => onTrustSecret(client, listener),
  };
}

function randomName(): string {
  return toHex(crypto.getRandomValues(new Uint8Array(8)));
}
