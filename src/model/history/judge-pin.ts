import type { Verdict } from "../report.js";
import type { KnownKey, UserHistory } from "./key-history.js";

/** What history says of a master key. */
export interface PinJudgement {
  /**
   * - `new`: nothing is known of the user; the key becomes the pin
   * - `same`: it is the pin
   * - `re-attested`: it is another, never superseded, and was signed after the pin was first seen; it becomes the pin
   * - `changed`: it is another; the pin stays
   * - `superseded`: another took its place before; it never comes back by a signature
   */
  readonly state: "new" | "same" | "re-attested" | "changed" | "superseded";
  /** The key that counted so far; absent for `new`, and where the log is damaged. */
  readonly pin?: KnownKey;
}

/**
 * Judges a master key by what is known of its user: a pure function of that one user's history.
 *
 * Does not check signatures: `attestedAt` is the caller's word that an anchor in scope signed this very key then, everything else
 * in order.
 *
 * @param masterKey unpadded base64
 * @param attestedAt when the newest such signature was made ({@link signedAt}), milliseconds since 1970; without one a key that is
 *   not the pin stays `changed`
 */
export function judgePin(known: UserHistory | undefined, masterKey: string, attestedAt?: number): PinJudgement {
  if (!known) return { state: "new" };
  const pin = pinOf(known);
  const key = known.keys.find((one) => one.masterKey === masterKey);
  if (key?.state === "pinned") return { state: "same", pin: key };
  if (!pin) return { state: "changed" };
  if (key?.state === "superseded") return { state: "superseded", pin };
  // What no log could hold convinces of nothing: the pin would move without a trace.
  const isAfter = attestedAt !== undefined && Number.isSafeInteger(attestedAt) && attestedAt > pin.firstSeenAt;
  return { state: isAfter ? "re-attested" : "changed", pin };
}

/** The key that counts; absent where the log is damaged. */
export function pinOf({ keys }: UserHistory): KnownKey | undefined {
  return keys.find(({ state }) => state === "pinned");
}

/**
 * When a signature was made at the earliest, milliseconds since 1970: by its own word, else, of one with a certificate, when that
 * begins to be valid. A timestamp is none: it says that a signature existed, not that it was made then.
 */
export function signedAt({ createdAt, certificate }: Verdict): number | undefined {
  return createdAt ?? certificate?.notBefore;
}
