import type { Texts } from "./english.js";

/** What was out of the ordinary when somebody's identity was fetched. */
export const problemTexts: Texts["problem"] = {
  "no-master-key": "The server knows no identity key of { $user }.",
  "malformed-user-id": "{ $user } is no Matrix user ID.",
  "malformed-master-key": "What the server serves as the identity key of { $user } is not theirs.",
  "server-unreachable": "The server of { $user } did not answer.",
  "too-many-signatures": "There are too many signatures on the key of { $user }: only the first 1,024 were looked at.",
  "manifest-malformed": "{ $user } published a list of signatures that cannot be read.",
  "manifest-unavailable": "The list of signatures of { $user } could not be fetched: some may be missing.",
  "manifest-unapproved": "The list of signatures of { $user } was changed by somebody else.",
  "manifest-ahead": "The list of signatures of { $user } is dated in the future, and was ignored.",
  "manifest-rolled-back": "The server serves an older list of signatures of { $user } than before, or none.",
  "manifest-outdated-copy": "One place serves an older list of signatures of { $user } than another.",
  "manifest-conflict": "Two lists of signatures of { $user } contradict each other.",
  "manifest-dropped": "Somebody took signatures out of a copy of the list of { $user }.",
  "manifest-added": "Somebody put signatures into a copy of the list of { $user }.",
  offline: "Nobody was asked, being offline: keys and signatures of { $user } may be missing.",
  "room-unavailable": "A room that holds signatures could not be read: some may be missing.",
};

/** What is out of the ordinary about the reader's own trust settings; `$entry` names what is in conflict. */
export const settingsTexts: Texts["settings"] = {
  "trust-rolled-back":
    "The server served older trust settings than before, or none. Those known on this device were put back.",
  "trust-overwritten":
    "Another device wrote trust settings without knowing of the latest, or the server kept them back. Both were put together.",
  "trust-unreadable": "The trust settings in secret storage cannot be read. Those known on this device go on counting.",
  "trust-unsaved": "The trust settings count on this device, and are not saved in secret storage yet.",
  conflict: "Two devices changed { $entry } at the same time. Until you choose, what trusts less counts.",
};
