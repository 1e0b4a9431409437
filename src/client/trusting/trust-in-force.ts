import type { RevocationList } from "../../model/revocation-list.js";
import type { TrustSettings } from "../../model/trust-policy.js";
import { readTrustSettings } from "../../trust/read-trust-settings.js";
import { readTrust, type Trust } from "../../trust/trust.js";

/** Whom an instance trusts now. */
export interface TrustInForce {
  /** As it was given: a copy that nobody else changes. */
  readonly settings: TrustSettings;
  /** The same, ready to be asked. */
  readonly trust: Trust;
  /** The anchors' lists of revocations that are remembered, by the anchor's ID, and when they were read; milliseconds since 1970. */
  lists: { readonly readAt: number; readonly known: Promise<ReadonlyMap<string, RevocationList>> } | undefined;
}

/**
 * Checks settings and makes them ready to be asked.
 *
 * @throws CountersignError `ERR_SETTINGS_MALFORMED`, `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`
 */
export async function readTrustState(value: TrustSettings): Promise<TrustInForce> {
  const settings = await readTrustSettings(value);
  return { settings, trust: await readTrust(settings), lists: undefined };
}
