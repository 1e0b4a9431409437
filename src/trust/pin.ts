import type { UserHistory } from "../model/history/key-history.js";

/** How a master key relates to the one that was pinned. */
export type PinAnswer =
  | { readonly state: "same" }
  /** Another key: one that was signed after `since`, when the pin was first seen, may take its place. Milliseconds since 1970. */
  | { readonly state: "changed"; readonly pinned: string; readonly since: number }
  /** A key that another took the place of: whoever signed it. */
  | { readonly state: "superseded"; readonly pinned: string };

const same: PinAnswer = { state: "same" };

/**
 * Holds a master key against what is known of the user. One that was never seen is as good as the pin; one that the user accepted is the
 * pin, unless it is known as superseded.
 *
 * @param masterKey unpadded base64
 * @see DESIGN, "Never silently override a pin"
 */
export function judgePin(
  history: UserHistory | undefined,
  masterKey: string | undefined,
  isAccepted: boolean,
): PinAnswer {
  if (history === undefined || masterKey === undefined) return same;
  const pinned = history.keys.find(({ state }) => state === "pinned");
  const known = history.keys.find((key) => key.masterKey === masterKey);
  if (known?.state === "superseded") return { state: "superseded", pinned: pinned?.masterKey ?? "" };
  if (known?.state === "pinned" || isAccepted) return same;
  // Without a pin the log is damaged: nothing is new enough then.
  return { state: "changed", pinned: pinned?.masterKey ?? "", since: pinned?.firstSeenAt ?? Number.POSITIVE_INFINITY };
}
