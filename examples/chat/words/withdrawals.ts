import type { WithdrawnPlace, WithdrawObstacle } from "matrix-countersign";

/** The places that hold a manifest, as people call them. */
export const placesOfWithdrawal: Readonly<Record<WithdrawnPlace["route"], string>> = {
  "profile-field": "The manifest in Alice's profile field",
  "room-state": "The manifest in the state of the room",
};

/** Why a copy of the manifest could not be written. */
export const obstacleWords: Readonly<Record<WithdrawObstacle, string>> = {
  left: "Alice is not in the room any more: what stands there stays.",
  banned: "Alice was banned from the room: what stands there stays.",
  "power-level": "The room does not let Alice write there.",
  "no-profile-fields": "The homeserver has no profile fields.",
  "too-large": "The manifest would be too large.",
  rule: "A rule of the lint keeps what has to stay in the manifest from being written there.",
  passing: "A fault that may pass: it waits in the outbox and is tried again.",
  refused: "The homeserver refused.",
};
