import type { ContractRow } from "./row.js";

/** Any part of a value; text may be matched by an expression in its place. */
type Part<T> = T extends object ? { readonly [K in keyof T]?: Part<T[K]> } : T | RegExp;

/** What must hold of a measured row. What is left out here nobody has measured on that server. */
export type ExpectedRow = Part<ContractRow>;

/** The servers that rows are known of; a profile of the embedded homeserver imitates each of them. */
export type ServerName =
  | "Synapse 1.152.1"
  | "Synapse 1.163.2"
  | "Dendrite 0.15.2"
  | "Continuwuity 26.8"
  | "Tuwunel 1.9"
  | "MSC2961"
  | "silent drop";

const nobody = {
  otherBeforeOwnerReads: false,
  owner: false,
  otherAfterOwnerReads: false,
  otherAfterRestart: false,
  ownerAfterRestart: false,
  otherAfterOwnerReadsAgain: false,
};
const ownerAlone = { ...nobody, owner: true, ownerAfterRestart: true };
const everybody = {
  otherBeforeOwnerReads: true,
  owner: true,
  otherAfterOwnerReads: true,
};
const stored = { answer: "200", stored: "same" };
const seen = { answer: "200", other: "same", owner: "same" };

/** On Synapse, Dendrite and Continuwuity alike. */
const state: ContractRow["state"] = {
  plainMember: "200",
  plainMemberUnlisted: "403 M_FORBIDDEN",
  anothersByMember: "403 M_FORBIDDEN",
  anothersByCreator: "403 M_FORBIDDEN",
  large: "200",
  oneRequestReadsAll: true,
  inFirstSync: true,
};

/** Measured on both versions of Synapse; the profiles of the embedded homeserver do not differ here. */
const membership: ContractRow["membership"] = {
  left: { writes: "403 M_FORBIDDEN", reads: "200", readsPast: true, asksMembers: "403 M_FORBIDDEN" },
  banned: {
    writes: "403 M_FORBIDDEN",
    reads: "403 M_FORBIDDEN",
    readsPast: false,
    asksMembers: "403 M_FORBIDDEN",
  },
  staysInState: true,
  sameEventAgain: true,
  upgrade: {
    byMember: "403 M_FORBIDDEN",
    byCreator: "200",
    tombstoneNames: true,
    createNames: true,
    carriesLevels: true,
    carriesManifests: false,
    memberJoins: "403 M_FORBIDDEN",
    memberWritesOld: "200",
  },
};

const synapseProfile: ContractRow["profile"] = {
  stablePath: "200",
  unstablePath: "404 M_UNRECOGNIZED",
  capability: true,
  stableFeature: true,
  readByOther: true,
  readWithoutToken: true,
  allowOrigin: "*",
  size60kB: "200",
  size65KiB: "400 M_PROFILE_TOO_LARGE",
  besideSize60kB: "400 M_PROFILE_TOO_LARGE",
  name255Bytes: "200",
  name256Bytes: "400 M_KEY_TOO_LARGE",
  delete: "200",
  readAfterDelete: "404 M_NOT_FOUND",
};

/** Every version of Synapse: an object is stored, too, and a second set of signatures on the same key fails. */
const synapseFirstUpload: ContractRow["firstUpload"] = {
  string: seen,
  pem: seen,
  object: seen,
  withoutColon: seen,
  again: {
    unchanged: "200",
    asksPassword: true,
    replaced: "500 M_UNKNOWN",
    newSeenByOwner: false,
    newSeenByOther: false,
    oldSeenByOther: true,
  },
};

const refused = { answer: "200 but M_INVALID_SIGNATURE", stored: "absent" };

const synapseStrict: ContractRow = {
  server: { name: "Synapse", version: "1.152.1", exposed: true, allowOrigin: "*", specification: "v1.12" },
  signatures: {
    string: refused,
    otherBase64: refused,
    pem: refused,
    object: refused,
    large: refused,
    repeated: refused,
    besideValid: { ...refused, validStored: false },
    withoutDeviceKeys: { answer: "200 but M_NOT_FOUND", stored: "absent" },
    withoutColon: { answer: "500 M_UNKNOWN", stored: "absent" },
    paths: { v3: "200", r0: "200" },
  },
  visibility: { bareKey: nobody, signedKey: nobody, laterSignedKey: nobody },
  firstUpload: synapseFirstUpload,
  profile: synapseProfile,
  state,
  membership,
  changeNamed: false,
};

const synapseToday: ContractRow = {
  ...synapseStrict,
  // It has profile fields, which came with v1.16: what a server claims to be says little.
  server: { ...synapseStrict.server, version: "1.163.2", specification: "v1.15" },
  signatures: {
    ...synapseStrict.signatures,
    string: stored,
    otherBase64: stored,
    pem: stored,
    object: { answer: "500 M_UNKNOWN", stored: "absent" },
    large: stored,
    repeated: stored,
    besideValid: { ...stored, validStored: true },
  },
  visibility: {
    bareKey: ownerAlone,
    // The accident: only where the first upload carried a signature of the owner, and only while she reads now and then.
    signedKey: { ...ownerAlone, otherAfterOwnerReads: true, otherAfterOwnerReadsAgain: true },
    laterSignedKey: ownerAlone,
  },
  changeNamed: true,
};

const dendrite: ExpectedRow = {
  server: { allowOrigin: "*" },
  signatures: {
    string: stored,
    otherBase64: { answer: "200", stored: 'changed to "c2ln+w"' },
    pem: { answer: "400 M_BAD_JSON", stored: "absent" },
    object: { answer: /^400\b/, stored: "absent" },
    large: stored,
    paths: { v3: "200" },
  },
  visibility: { bareKey: everybody, signedKey: everybody, laterSignedKey: everybody },
  firstUpload: {
    string: seen,
    pem: { answer: /^400\b/, other: "no master key" },
    object: { answer: /^400\b/, other: "no master key" },
    again: { unchanged: "200", replaced: "200" },
  },
  profile: { stablePath: "404 M_UNRECOGNIZED", readByOther: false, readWithoutToken: false },
  state,
  changeNamed: true,
};

const continuwuity: ExpectedRow = {
  server: { allowOrigin: "*" },
  signatures: {
    string: stored,
    object: { answer: "200", stored: "absent" },
    large: stored,
    repeated: stored,
    paths: { v3: "200" },
  },
  visibility: { bareKey: nobody, signedKey: everybody },
  firstUpload: {
    string: seen,
    object: { answer: /^400\b/, other: "no master key" },
    again: { asksPassword: true, replaced: "200", newSeenByOwner: true, newSeenByOther: true, oldSeenByOther: false },
  },
  profile: {
    stablePath: "200",
    readByOther: true,
    readWithoutToken: true,
    allowOrigin: "*",
    size60kB: "200",
    size65KiB: /^500\b/,
    besideSize60kB: /^500\b/,
  },
  state,
  changeNamed: false,
};

const notFound = { answer: "200 but M_NOT_FOUND", stored: "absent" };

const tuwunel: ExpectedRow = {
  signatures: {
    string: notFound,
    large: notFound,
    besideValid: { ...notFound, validStored: false },
    object: refused,
  },
  visibility: { bareKey: nobody, signedKey: nobody, laterSignedKey: nobody },
  firstUpload: {
    string: seen,
    object: { answer: /^400\b/, other: "no master key" },
    again: { asksPassword: true, replaced: "200", newSeenByOther: true, oldSeenByOther: false },
  },
  profile: { stablePath: "200", readByOther: true },
};

/** What the proposal asks for: no server does it yet. */
const msc2961: ExpectedRow = {
  signatures: { string: stored, object: stored, repeated: stored, besideValid: { ...stored, validStored: true } },
  visibility: { bareKey: everybody, signedKey: everybody, laterSignedKey: everybody },
  firstUpload: { string: seen, object: seen },
  profile: { stablePath: "200", readByOther: true, delete: "200" },
  state,
  changeNamed: true,
};

const dropped = { answer: "200", stored: "absent" };

/** The worst that has been reported of a server: 200, no failures, nothing stored. */
const silentDrop: ExpectedRow = {
  signatures: { string: dropped, object: dropped, large: dropped, besideValid: { ...dropped, validStored: true } },
  visibility: { bareKey: nobody, signedKey: nobody, laterSignedKey: nobody },
};

/** One row a server. */
export const expectations: {
  readonly "Synapse 1.152.1": ContractRow;
  readonly "Synapse 1.163.2": ContractRow;
} & Readonly<Record<ServerName, ExpectedRow>> = {
  "Synapse 1.152.1": synapseStrict,
  "Synapse 1.163.2": synapseToday,
  "Dendrite 0.15.2": dendrite,
  "Continuwuity 26.8": continuwuity,
  "Tuwunel 1.9": tuwunel,
  MSC2961: msc2961,
  "silent drop": silentDrop,
};
