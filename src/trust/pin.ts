import { judgePin } from "../model/history/judge-pin.js";
import type { UserHistory } from "../model/history/key-history.js";

/** How a master key relates to the one that counts for the user. */
export type PinAnswer =
  | { readonly state: "same" }
  /** Another key: one that was signed after `since`, when the pin was first seen, may take its place. Milliseconds since 1970. */
  | { readonly state: "changed"; readonly pinned: string; readonly since: number }
  /** A key that another took the place of: whoever signed it. */
  | { readonly state: "superseded"; readonly pinned: string };

const same: PinAnswer = { state: "same" };

/**
 * Holds a master key against what is known of the user. One that was never seen is as good as the pin, and so is one that the user
 * accepted since the pin was first seen, unless it is known as superseded.
 *
 * @param masterKey unpadded base64
 * @param acceptedAt milliseconds since 1970
 * @see DESIGN, "Never silently override a pin"
 */
export function askPin(
  history: UserHistory | undefined,
  masterKey: string | undefined,
  acceptedAt?: number,
): PinAnswer {
  if (masterKey === undefined) return same;
  const { state, pin } = judgePin(history, masterKey, undefined, acceptedAt);
  const pinned = pin?.masterKey ?? "";
  if (state === "superseded") return { state, pinned };
  if (state !== "changed") return same;
  // Without a pin the log is damaged: nothing is new enough then.
  return { state, pinned, since: pin?.firstSeenAt ?? Number.POSITIVE_INFINITY };
}
