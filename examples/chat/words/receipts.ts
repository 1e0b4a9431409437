import type { Place, RouteName, RouteReceipt, Visibility } from "matrix-countersign";
import { briefly } from "./errors.js";

/** The publishing routes, as people call them. */
export const routeNames: Readonly<Record<RouteName, string>> = {
  "signatures-upload": "On the master key itself",
  bootstrap: "Inside the master key when it was first uploaded",
  "profile-field": "In Alice's profile field",
  "room-state": "In the state of a room",
  bundle: "In a file that others import",
};

/** Where a reader found a signature, as people call it. */
export const placeNames: Readonly<Record<Place, string>> = {
  "master-key": "on the master key itself",
  "profile-field": "in the profile field",
  "room-state": "in the state of a room",
  bundle: "in a file",
};

const visible: Readonly<Record<Visibility, string>> = {
  everyone: "Visible to everyone.",
  room: "Visible to the members of the room.",
  "own-server": "Visible to the users of Alice's server.",
  unknown: "Visible to Alice; whether others see it is not known.",
  uploader: "Visible to Alice for certain; whether others see it is up to the server.",
  nobody: "Visible to nobody.",
};

/** What one route's receipt says, and whether it is good news. */
export function wordsOfReceipt({ accepted, stored, visibleTo, error }: RouteReceipt): { mark: string; words: string } {
  if (stored) return { mark: "✓", words: `Stored: it was there when read back. ${visible[visibleTo]}` };
  const why = error === undefined ? "" : ` Why: ${briefly(error)}.`;
  const what = accepted ? "Accepted, and yet not stored." : "Refused.";
  return { mark: accepted ? "!" : "✗", words: `${what} ${visible[visibleTo]}${why}` };
}
