import type { ChangeSource, IdentityProblem } from "matrix-countersign";

/** What was out of the ordinary when Bob's client fetched Alice's identity. */
export const problemWords: Readonly<Record<IdentityProblem, string>> = {
  "no-master-key": "The homeserver knows no master key of Alice's.",
  "malformed-user-id": "That is no user ID.",
  "malformed-master-key": "What is served as Alice's master key is none of hers.",
  "server-unreachable": "Alice's homeserver did not answer.",
  "too-many-signatures": "There are too many signatures to look at all of them.",
  "manifest-malformed": "What is served as Alice's manifest is none for this master key.",
  "manifest-unavailable": "Alice's manifest could not be read: a withdrawal may be missing.",
  "manifest-unapproved": "Alice's manifest was changed by somebody who does not hold her keys.",
  "manifest-ahead": "Alice's manifest claims to be from the future, so it is ignored.",
  "manifest-rolled-back":
    "The server serves an older manifest than Bob has seen, or none. What the newer one took back stays taken back.",
  "manifest-outdated-copy": "One place serves an older copy of Alice's manifest than another.",
  "manifest-conflict": "There are two manifests of Alice's of the same sequence. The withdrawals of both count.",
  "manifest-dropped": "A copy of Alice's manifest lacks something that she put there.",
  "manifest-added": "A copy of Alice's manifest holds something that she did not put there.",
  offline: "Nobody was asked: a withdrawal may be missing.",
  "room-unavailable": "The room could not be read: a withdrawal may be missing.",
};

/** What made Bob's client look again: “told by …”. */
export const sourceWords: Readonly<Record<ChangeSource, string>> = {
  "trust-status": "his own crypto stack",
  "own-keys": "a change of his own keys",
  "device-lists": "the homeserver, which says that Alice's keys changed",
  "room-state": "the room, where Alice wrote a manifest",
  membership: "the room, which Alice entered or left",
  poll: "asking now and then",
};
