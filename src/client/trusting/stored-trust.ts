import { HttpError } from "../../errors.js";
import type { TrustSettings } from "../../model/trust-policy.js";
import type { TrustVersion } from "../../model/trust-settings/trust-document.js";
import type { TrustState } from "../../model/trust-settings/trust-state.js";
import type { CallOptions } from "../options.js";
import { callContext, type Session } from "../session.js";
import { openTrust } from "../trust-sync/trust-side.js";
import { putInForce } from "./trust-in-force.js";

/**
 * The user's own trust settings, which follow them from device to device in secret storage. What a call returns is in force when it
 * resolves; where nothing was ever saved, what the instance was created with stays in force.
 */
export interface StoredTrust {
  /**
   * Reads them, and brings into secret storage what this device knows and the server lacks: so reading may write.
   *
   * @throws CountersignError `ERR_TRUST_UNREADABLE`, `ERR_TRUST_MALFORMED` (secret storage cannot be read, and this device knows
   *   nothing: never the same as having no settings), `ERR_SETTINGS_MALFORMED`, `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID` (what a newer
   *   version wrote and this one does not know: what was in force stays so), `ERR_CLOSED`, `ERR_ABORTED`; HttpError `ERR_HTTP_OFFLINE`
   */
  read(options?: CallOptions): Promise<TrustState>;
  /**
   * Changes them: what `change` leaves as it was handed in is not written, so what other devices write at the same time stays. Whether
   * they are saved too, `problems` says.
   *
   * @throws CountersignError what {@link StoredTrust.read} throws; `ERR_TRUST_SIZE`, `ERR_SETTINGS_MALFORMED`, `ERR_ANCHOR_INVALID`,
   *   `ERR_POLICY_INVALID`, `ERR_JSON_*`: nothing was changed then
   */
  edit(change: (settings: TrustSettings) => TrustSettings, options?: CallOptions): Promise<TrustState>;
  /** Settles a conflict of two devices: what one of its versions says counts from now on. Throws as {@link StoredTrust.edit}. */
  settle(entry: string, choice: TrustVersion, options?: CallOptions): Promise<TrustState>;
  /**
   * Writes what this device knows over settings that secret storage cannot decrypt: for a user who set secret storage up anew. What
   * another device saved there and this one never read is lost by it, until that device reads.
   *
   * @throws CountersignError `ERR_TRUST_UNSAVED`, and what {@link StoredTrust.read} throws
   */
  replaceUnreadable(options?: CallOptions): Promise<TrustState>;
  /** Calls `listener` when a syncing client hears of another device's change: read then. The function returned ends it. */
  onChange(listener: () => void): () => void;
}

/** The stored settings of an instance. Makes no request. */
export function openStoredTrust(session: Session): StoredTrust {
  const stored = openTrust(session);
  const run = async (work: (signal: AbortSignal) => Promise<TrustState>, options: CallOptions = {}) => {
    if (session.offline) throw new HttpError("ERR_HTTP_OFFLINE", "this instance is offline");
    const { signal } = callContext(session, options.signal);
    const state = await work(signal);
    if (state.revision > 0) await putInForce(session.inForce, state.settings);
    return state;
  };
  return {
    read: (options) => run((signal) => stored.read(signal), options),
    edit: (change, options) => run((signal) => stored.edit(change, signal), options),
    settle: (entry, choice, options) => run((signal) => stored.settle(entry, choice, signal), options),
    replaceUnreadable: (options) => run((signal) => stored.replaceUnreadable(signal), options),
    onChange: (listener) => stored.onChange(listener),
  };
}
