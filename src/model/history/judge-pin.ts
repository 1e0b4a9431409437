import type { Verdict } from "../report.js";
import type { KnownKey, UserHistory } from "./key-history.js";
import { isTime } from "./read-entry.js";

/** What history says of a master key. */
export interface PinJudgement {
  /**
   * - `new`: nothing is known of the user; the key becomes the pin
   * - `same`: it is the pin
   * - `re-attested`: it is another, never superseded, and was signed after the pin was first seen; it becomes the pin
   * - `accepted`: the same, where the user said after the pin was first seen that it is right
   * - `changed`: it is another; the pin stays
   * - `superseded`: another took its place before; it never comes back, whoever signed it and whatever was decided
   */
  readonly state: "new" | "same" | "re-attested" | "accepted" | "changed" | "superseded";
  /** The key that counted so far; absent for `new`, and where the log is damaged. */
  readonly pin?: KnownKey;
}

/**
 * Judges a master key by what is known of its user: a pure function of that one user's history.
 *
 * Does not check signatures: `attestedAt` is the caller's word that an anchor in scope signed this very key then, everything else
 * in order. Decisions stay known for years and on other devices, so they are measured as signatures are: one from before the pin was
 * first seen brings no older key back.
 *
 * @param masterKey unpadded base64
 * @param attestedAt when the newest such signature was made ({@link signedAt}), milliseconds since 1970
 * @param acceptedAt when the user decided that this key is right, milliseconds since 1970
 */
export function judgePin(
  known: UserHistory | undefined,
  masterKey: string,
  attestedAt?: number,
  acceptedAt?: number,
): PinJudgement {
  if (!known) return { state: "new" };
  const pin = pinOf(known);
  const key = known.keys.find((one) => one.masterKey === masterKey);
  if (key?.state === "pinned") return { state: "same", pin: key };
  const isSuperseded = key?.state === "superseded";
  if (!pin) return { state: isSuperseded ? "superseded" : acceptedAt === undefined ? "changed" : "accepted" };
  if (isSuperseded) return { state: "superseded", pin };
  if (isAfter(acceptedAt, pin.firstSeenAt)) return { state: "accepted", pin };
  return { state: isAfter(attestedAt, pin.firstSeenAt) ? "re-attested" : "changed", pin };
}

/** Whether something was signed or decided after a pin was first seen. What no log could hold is not: the pin would not move. */
export function isAfter(time: number | undefined, firstSeenAt: number): boolean {
  return isTime(time) && time > firstSeenAt;
}

/** The key that counts; absent where the log is damaged. */
export function pinOf({ keys }: UserHistory): KnownKey | undefined {
  return keys.find(({ state }) => state === "pinned");
}

/**
 * When a signature was made at the earliest, milliseconds since 1970: by its own word, else, of one that names its certificate, when
 * that begins to be valid; a certificate that it does not name could be a later one of the same key. A timestamp is none: it says that a signature existed, not that it was made then.
 */
export function signedAt({ createdAt, certificate }: Verdict): number | undefined {
  return createdAt ?? (certificate?.isNamedInSignature ? certificate.notBefore : undefined);
}
