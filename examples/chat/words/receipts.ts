import type { Place, Proof, Recall, ReceiptRemark, RouteName, RouteReceipt, Visibility } from "matrix-countersign";
import { briefly } from "./errors.js";

/** The publishing routes, as people call them. */
export const routeNames: Readonly<Record<RouteName, string>> = {
  "signatures-upload": "On the master key itself",
  bootstrap: "Inside the master key when it is uploaded",
  "profile-field": "In Alice's profile field",
  "room-state": "In the state of the room",
  bundle: "In a file that others import",
};

/** Where a reader found a signature, as people call it. */
export const placeNames: Readonly<Record<Place, string>> = {
  "master-key": "on the master key itself",
  "profile-field": "in the profile field",
  "room-state": "in the state of a room",
  bundle: "in a file",
};

/** Who sees something: “seen by …”. */
export const audiences: Readonly<Record<Visibility, string>> = {
  everyone: "everyone",
  room: "the members of the room, on every server",
  "own-server": "the users of Alice's server",
  unknown: "Alice; whether others see it is not known",
  uploader: "Alice for certain; whether others see it is up to the server",
  nobody: "nobody",
};

const proofs: Readonly<Record<Proof, string>> = {
  observed: "a second account saw it",
  inferred: "inferred from what is known of servers",
  "read-back": "proven by Alice's own reading alone",
};

/** What becomes of it when Alice wants it back. */
export const recallWords: Readonly<Record<Recall, string>> = {
  removable: "Can be removed again, but not from where others copied it.",
  history: "Can be replaced; the room's history keeps it.",
  never: "Cannot be recalled: no server lets anybody delete it.",
  unknown: "Cannot be recalled: nobody can call a file back.",
};

/** What else there is to know. */
export const remarkWords: Readonly<Record<ReceiptRemark, string>> = {
  "needs-profile-fields": "Readers whose server has no profile fields need a room.",
  "shown-by-accident": "The server shows it to others until it restarts.",
  "not-seen-by-observer": "A second account did not see it.",
  "already-there": "It was there already.",
  unapproved: "The manifest is unapproved: a server could change it unnoticed.",
};

/** What one route's receipt says, and whether it is good news. */
export function wordsOfReceipt({ accepted, stored, visibleTo, proof, bundle, error }: RouteReceipt): {
  mark: string;
  words: string;
} {
  if (stored) {
    const seen = `Seen by ${audiences[visibleTo]} (${proofs[proof]}).`;
    return { mark: "✓", words: `Stored: it was there when read back. ${seen}` };
  }
  if (bundle !== undefined) return { mark: "→", words: "The manifest as a text. Seen by whoever gets it. " };
  const why = error === undefined ? "" : ` Why: ${briefly(error)}.`;
  if (error?.code === "ERR_ROUTE_UNAVAILABLE") return { mark: "–", words: `Not tried.${why}` };
  return { mark: accepted ? "!" : "✗", words: `${accepted ? "Accepted, and yet not stored." : "Refused."}${why}` };
}
