import { parseKeyId } from "../key-id.js";
import { allRoutes, keyRoutes, type Rule } from "./finding.js";
import { isReadableUserId } from "./readable.js";

/** The least that matrix-dart-sdk cuts off a key ID without looking: `ed25519:`. */
export const minKeyIdChars = 8;
const maxKeyIdChars = 255;
const printableAscii = /^[\x21-\x7e]+$/;

export const signerNotUserId: Rule = {
  rule: "signer-not-user-id",
  routes: allRoutes,
  find: ({ userId }) =>
    isReadableUserId(userId)
      ? undefined
      : "The signer is no Matrix user ID: Element drops the whole identity of whoever's key carries such an entry, and nobody reads it elsewhere.",
};

export const keyIdNoColon: Rule = {
  rule: "key-id-no-colon",
  routes: allRoutes,
  find: ({ keyId }) =>
    keyId.includes(":")
      ? undefined
      : "The key ID holds no colon: Element drops the whole identity, some servers store it and can no longer read the key, and no reader finds the signature.",
};

export const keyIdShort: Rule = {
  rule: "key-id-short",
  routes: keyRoutes,
  find: ({ keyId }) =>
    keyId.length >= minKeyIdChars
      ? undefined
      : "The key ID has fewer than 8 characters: clients with matrix-dart-sdk, such as FluffyChat, throw when they read the key.",
};

export const keyIdMalformed: Rule = {
  rule: "key-id-malformed",
  routes: allRoutes,
  find: ({ keyId }) =>
    !keyId.includes(":") || (parseKeyId(keyId) && keyId.length <= maxKeyIdChars && printableAscii.test(keyId))
      ? undefined
      : "The key ID is none of an external signature in at most 255 printable ASCII characters: readers skip it, and servers may refuse it.",
};
