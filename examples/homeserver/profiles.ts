/**
 * The servers that this one can behave like: one table, one column a server, no behaviour hidden elsewhere.
 *
 * Only what matters to external signatures differs between profiles; rooms, sync and the rest are common to all.
 */
import type { ErrorShape, ProfileName, ServerProfile } from "./profile-rules.js";

export type { ProfileName } from "./profile-rules.js";

const versionsUpTo = (minor: number): string[] => Array.from({ length: minor }, (_, index) => `v1.${index + 1}`);

const invalidSignature: ErrorShape = { status: 400, errcode: "M_INVALID_SIGNATURE", message: "Invalid signature" };
const invalidParam: ErrorShape = { status: 400, errcode: "M_INVALID_PARAM", message: "Invalid cross-signing key" };
const profileTooLarge: ErrorShape = { status: 400, errcode: "M_PROFILE_TOO_LARGE", message: "Profile too large" };

/** What MSC2961 asks for, on a server that otherwise follows the specification. */
const msc2961: ServerProfile = {
  name: "msc2961",
  software: { name: "Countersign-Homeserver", version: "1.0" },
  specVersions: versionsUpTo(16),
  unstableFeatures: { "org.matrix.msc2961": true, "uk.tcpip.msc4133": true, "uk.tcpip.msc4133.stable": true },
  proposals: true,
  minPasswordLength: 1,
  defaultRoomVersion: "10",
  profileFields: { unstablePath: true, tooLarge: profileTooLarge },
  reencodesBase64: false,
  visibility: "everyone",
  keyUpload: {
    verifies: true,
    values: "any",
    refusal: invalidParam,
    withoutColon: false,
    maxSignatureBytes: undefined,
    sameKey: "adds",
    ignoresSameSet: false,
    keepsForeignSigners: true,
  },
  signatureUpload: {
    verifies: true,
    string: "store",
    object: "store",
    withoutColon: { status: 400, errcode: "M_INVALID_PARAM", message: "A key ID needs a colon" },
    externalOn: "every key",
    failureLosesKey: false,
    comparesUnverified: true,
    needsDeviceKeys: false,
    needsSignaturesMember: false,
    maxCustomLength: 2048,
    announces: true,
    failureMember: "error",
  },
};

/** Measured on 1.152.1 and 1.160.0: every key ID is taken for a device's. */
const synapseStrict: ServerProfile = {
  name: "synapse-strict",
  software: { name: "Synapse", version: "1.152.1" },
  specVersions: versionsUpTo(12),
  unstableFeatures: {
    "org.matrix.e2e_cross_signing": true,
    "uk.tcpip.msc4133": false,
    "uk.tcpip.msc4133.stable": true,
  },
  minPasswordLength: 1,
  defaultRoomVersion: "10",
  profileFields: { unstablePath: false, tooLarge: profileTooLarge },
  reencodesBase64: false,
  visibility: "accident",
  keyUpload: { ...msc2961.keyUpload, withoutColon: true, sameKey: "crash" },
  signatureUpload: {
    verifies: true,
    string: invalidSignature,
    object: invalidSignature,
    withoutColon: "crash",
    externalOn: "master",
    failureLosesKey: true,
    comparesUnverified: false,
    needsDeviceKeys: true,
    needsSignaturesMember: false,
    maxCustomLength: undefined,
    announces: true,
    failureMember: "message",
  },
};

/** Measured on 1.163.2: unknown algorithms are stored unchecked, and shown to others by accident. */
const synapse1161: ServerProfile = {
  ...synapseStrict,
  name: "synapse-1.161",
  software: { name: "Synapse", version: "1.163.2" },
  specVersions: versionsUpTo(15),
  defaultRoomVersion: "12",
  signatureUpload: { ...synapseStrict.signatureUpload, string: "store", object: "crash" },
};

/** Measured on 0.15.2, the limit of the first upload read in its code. */
const dendrite: ServerProfile = {
  name: "dendrite",
  software: { name: "Dendrite", version: "0.15.2" },
  specVersions: versionsUpTo(4),
  unstableFeatures: { "org.matrix.e2e_cross_signing": true },
  minPasswordLength: 8,
  defaultRoomVersion: "10",
  profileFields: undefined,
  reencodesBase64: true,
  visibility: "everyone",
  keyUpload: {
    verifies: false,
    values: "base64",
    refusal: { status: 400, errcode: "M_BAD_JSON", message: "The request body could not be decoded" },
    withoutColon: true,
    maxSignatureBytes: 4096,
    sameKey: "adds",
    ignoresSameSet: true,
    keepsForeignSigners: false,
  },
  signatureUpload: {
    verifies: false,
    string: "store",
    object: "store", // never reached: what is no base64 string is refused before
    withoutColon: "store",
    externalOn: "every key",
    failureLosesKey: false,
    comparesUnverified: false,
    needsDeviceKeys: false,
    needsSignaturesMember: false,
    maxCustomLength: undefined,
    announces: true,
    failureMember: "error",
  },
};

/** Measured on 26.8.0-alpha. */
const continuwuity: ServerProfile = {
  name: "continuwuity",
  software: { name: "Continuwuity", version: "26.8.0-alpha" },
  specVersions: versionsUpTo(14),
  unstableFeatures: { "org.matrix.e2e_cross_signing": true, "uk.tcpip.msc4133": true },
  minPasswordLength: 1,
  defaultRoomVersion: "10",
  profileFields: {
    unstablePath: true,
    tooLarge: { status: 500, errcode: "M_UNKNOWN", message: "Internal server error" },
  },
  reencodesBase64: false,
  visibility: "everyone",
  keyUpload: {
    verifies: false,
    values: "strings",
    refusal: invalidParam,
    withoutColon: false,
    maxSignatureBytes: undefined,
    sameKey: "replaces",
    ignoresSameSet: false,
    keepsForeignSigners: true,
  },
  signatureUpload: {
    ...dendrite.signatureUpload,
    object: "drop",
    needsSignaturesMember: true,
    announces: false,
  },
};

/**
 * Tuwunel 1.9 and later, the current one: it verifies, and what it cannot verify is not found. (1.4 was as
 * Continuwuity.) Its key code was measured, the rest is as its source says.
 */
const tuwunel: ServerProfile = {
  ...continuwuity,
  name: "tuwunel",
  software: { name: "Tuwunel", version: "1.9.0" },
  profileFields: { unstablePath: true, tooLarge: profileTooLarge },
  signatureUpload: {
    ...continuwuity.signatureUpload,
    verifies: true,
    string: { status: 404, errcode: "M_NOT_FOUND", message: "Signing key not found" },
    object: invalidSignature,
    withoutColon: invalidSignature,
    failureLosesKey: true,
    needsSignaturesMember: false,
    announces: true,
  },
};

/** The worst of all: says 200 and no failures, and keeps nothing that it does not know. */
const silentDrop: ServerProfile = {
  ...msc2961,
  name: "silent-drop",
  software: { name: "Silent-Drop", version: "1.0" },
  unstableFeatures: { "uk.tcpip.msc4133": true, "uk.tcpip.msc4133.stable": true },
  proposals: false,
  signatureUpload: {
    ...msc2961.signatureUpload,
    string: "drop",
    object: "drop",
    withoutColon: "drop",
    comparesUnverified: false,
    maxCustomLength: undefined,
  },
};

/** Every profile, by its name. */
export const profiles: Readonly<Record<ProfileName, ServerProfile>> = {
  msc2961,
  "synapse-strict": synapseStrict,
  "synapse-1.161": synapse1161,
  dendrite,
  continuwuity,
  tuwunel,
  "silent-drop": silentDrop,
};

/** Whether the text names a profile. */
export const isProfileName = (name: string): name is ProfileName => Object.hasOwn(profiles, name);
