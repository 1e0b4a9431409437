import type { RevocationList } from "../../model/revocation-list.js";
import type { TrustSettings } from "../../model/trust-policy.js";
import { type ReadSettings, readSettings } from "../../trust/read-trust-settings.js";

/** Whom an instance trusts now. */
export interface TrustInForce extends ReadSettings {
  /** The anchors' lists of revocations that are remembered, and when they were read: milliseconds since 1970. */
  lists: { readonly readAt: number; readonly lists: Promise<readonly RevocationList[]> } | undefined;
}

/** Where the trust of an instance stands. */
export interface TrustPlace {
  /** Replaced as a whole. */
  current: TrustInForce;
  /** How often other settings were to be put in force, and which of these times was the last that did it. */
  asked: number;
  answered: number;
}

/**
 * Checks settings and puts them in force, unless others were put there that were handed in later: checking takes longer for some.
 *
 * Throws what {@link readTrustState} throws: nothing was changed then.
 */
export async function putInForce(place: TrustPlace, settings: TrustSettings): Promise<void> {
  place.asked += 1;
  const turn = place.asked;
  const state = await readTrustState(settings);
  if (turn < place.answered) return;
  place.answered = turn;
  place.current = state;
}

/**
 * Checks settings and makes them ready to be asked.
 *
 * @throws CountersignError `ERR_SETTINGS_MALFORMED`, `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`
 */
export async function readTrustState(value: TrustSettings): Promise<TrustInForce> {
  return { ...(await readSettings(value)), lists: undefined };
}
