/**
 * How a server answered, in words: `200`, `500 M_UNKNOWN`, `200 but M_INVALID_SIGNATURE` (a 200 that reports failures).
 */
export type Outcome = string;

/**
 * What a server made of a value that it was given: `same`, `absent`, `changed to …`, or why nothing could be read (`no master
 * key`, `500 M_UNKNOWN`).
 */
export type Stored = string;

/** An upload, and what its uploader read afterwards. */
export interface UploadFact {
  readonly answer: Outcome;
  readonly stored: Stored;
}

/** What `POST /keys/signatures/upload` does with external signatures on the uploader's own master key. */
export interface SignatureUploadFacts {
  /** Canonical unpadded base64. */
  readonly string: UploadFact;
  /** `c2ln-2`: the URL-safe alphabet. */
  readonly otherBase64: UploadFact;
  readonly pem: UploadFact;
  readonly object: UploadFact;
  /** 30,000 characters of base64. */
  readonly large: UploadFact;
  /** A second value under the same key ID; `stored` is that of the second. */
  readonly repeated: UploadFact;
  /** Together with a valid signature by the owner's device in the same request, and whether that one was stored. */
  readonly besideValid: UploadFact & { readonly validStored: boolean };
  /** By a user who has uploaded no device keys. */
  readonly withoutDeviceKeys: UploadFact;
  /** Under the key ID `countersign`, without a colon. */
  readonly withoutColon: UploadFact;
  /** A valid signature by the device, sent to either version of the path. */
  readonly paths: { readonly v3: Outcome; readonly r0: Outcome };
}

/** Who sees a string that was uploaded later, step by step. A step is null where the server could not be restarted. */
export interface VisibilityFacts {
  readonly otherBeforeOwnerReads: boolean;
  readonly owner: boolean;
  readonly otherAfterOwnerReads: boolean;
  readonly otherAfterRestart: boolean | null;
  readonly ownerAfterRestart: boolean | null;
  readonly otherAfterOwnerReadsAgain: boolean | null;
}

/** What the first upload of a master key (`POST /keys/device_signing/upload`) may carry, and who reads it. */
export interface FirstUploadFact {
  readonly answer: Outcome;
  readonly other: Stored;
  readonly owner: Stored;
}

/** The same master key uploaded again. */
export interface AgainFacts {
  /** With exactly the same signatures. */
  readonly unchanged: Outcome;
  /** Whether another set of signatures asks for user-interactive authentication. */
  readonly asksPassword: boolean;
  /** With another external signature in place of the first one, after such authentication. */
  readonly replaced: Outcome;
  readonly newSeenByOwner: boolean;
  readonly newSeenByOther: boolean;
  readonly oldSeenByOther: boolean;
}

/** Profile fields (MSC4133). */
export interface ProfileFacts {
  readonly stablePath: Outcome;
  readonly unstablePath: Outcome;
  /** `m.profile_fields` in `/capabilities`: null where it is not named. */
  readonly capability: boolean | null;
  /** `uk.tcpip.msc4133.stable` in `/versions`: null where it is not named. */
  readonly stableFeature: boolean | null;
  readonly readByOther: boolean;
  readonly readWithoutToken: boolean;
  /** `Access-Control-Allow-Origin` of an answer without a token. */
  readonly allowOrigin: string | null;
  /** A value that makes the profile 60 kB, and one that makes it more than 64 KiB. */
  readonly size60kB: Outcome;
  readonly size65KiB: Outcome;
  /** 10 kB in a second field beside the 60 kB: the limit holds for all fields together. */
  readonly besideSize60kB: Outcome;
  readonly name255Bytes: Outcome;
  readonly name256Bytes: Outcome;
  readonly delete: Outcome;
  readonly readAfterDelete: Outcome;
}

/** State events of type `org.matrix.msc2961.signatures` in a room. */
export interface StateFacts {
  /** A plain member's own state key, in a room that allows the type and in one that does not say so. */
  readonly plainMember: Outcome;
  readonly plainMemberUnlisted: Outcome;
  /** Another's state key: by a plain member, and by the room's creator. */
  readonly anothersByMember: Outcome;
  readonly anothersByCreator: Outcome;
  /** 30 kB of content. */
  readonly large: Outcome;
  /** Whether one request for the room's state brings every member's, objects unchanged. */
  readonly oneRequestReadsAll: boolean;
  /** Whether a member's first `/sync` brings it. */
  readonly inFirstSync: boolean;
}

/** What somebody can still do in a room that they are not in any more. */
export interface GoneFacts {
  /** The own state event. */
  readonly writes: Outcome;
  /** Another's state event; `readsPast` if it comes as it was when they went. */
  readonly reads: Outcome;
  readonly readsPast: boolean;
  /** `/joined_members`. */
  readonly asksMembers: Outcome;
}

/** What becomes of members' state events. */
export interface MembershipFacts {
  readonly left: GoneFacts;
  readonly banned: GoneFacts;
  /** Whether the state event of a user who left is still served to the others. */
  readonly staysInState: boolean;
  /** Whether the same content, written again, is the same event. */
  readonly sameEventAgain: boolean;
  /** A room replaced by another of its own version. */
  readonly upgrade: {
    readonly byMember: Outcome;
    readonly byCreator: Outcome;
    readonly tombstoneNames: boolean;
    readonly createNames: boolean;
    /** Whether the new room lets members write the event, too. */
    readonly carriesLevels: boolean;
    /** Whether members' events are in the new room. */
    readonly carriesManifests: boolean;
    /** A member who was not invited anew, where the room was for invited users. */
    readonly memberJoins: Outcome;
    readonly memberWritesOld: Outcome;
  };
}

/** What one server does, as far as it alone can show: plain JSON. */
export interface ContractRow {
  readonly server: {
    /** The product in the `Server` header, and the version after it. */
    readonly name: string | null;
    readonly version: string | null;
    /** Whether a browser's script may read that header. */
    readonly exposed: boolean;
    readonly allowOrigin: string | null;
    /** The newest version of the specification that it claims. */
    readonly specification: string;
  };
  readonly signatures: SignatureUploadFacts;
  /** By the signature of the owner's device on her master key: none, in its first upload, or uploaded later. */
  readonly visibility: {
    readonly bareKey: VisibilityFacts;
    readonly signedKey: VisibilityFacts;
    readonly laterSignedKey: VisibilityFacts;
  };
  readonly firstUpload: {
    readonly string: FirstUploadFact;
    readonly pem: FirstUploadFact;
    readonly object: FirstUploadFact;
    /** A string under the key ID `countersign`, without a colon. */
    readonly withoutColon: FirstUploadFact;
    readonly again: AgainFacts;
  };
  readonly profile: ProfileFacts;
  readonly state: StateFacts;
  readonly membership: MembershipFacts;
  /** Whether `/sync` names the owner in `device_lists.changed` to a user who shares a room, after a later upload. */
  readonly changeNamed: boolean;
}
