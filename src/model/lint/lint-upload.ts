import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { isSignatureValue } from "../external-signature.js";
import type { LintFinding, LintRule } from "./finding.js";
import { lint } from "./lint.js";
import { isReadableKeyId } from "./readable.js";

/** What matters about Matrix's own signatures and about other people's: that clients can read the key. */
const rulesForOthers: ReadonlySet<LintRule> = new Set([
  "object-value",
  "signer-not-user-id",
  "key-id-no-colon",
  "key-id-short",
]);

/** `ed25519:…` and other algorithms without a dot are Matrix's own. */
const matrixKeyId = /^(?!custom:)[^.:]+:/;

const deviceSignature: LintFinding = {
  rule: "device-signature",
  message:
    "An external signature and one of Matrix's own are in one upload: Synapse up to 1.160 and Tuwunel from 1.9 refuse the first and lose the second with it. Upload them one after the other.",
  routes: ["signatures-upload"],
};

/**
 * Lints a whole key on its way up, with everything in its `signatures`: the owner's external signatures by every rule, all
 * other entries by those that make a key unreadable, and whether an external and a Matrix signature travel together.
 *
 * Does not check what the object is, nor any signature.
 *
 * @param userId the owner, whose entry holds the external signatures
 * @returns findings, at most one a rule
 */
export function lintUpload(object: JsonObject, userId: string): LintFinding[] {
  const signatures = Object.hasOwn(object, "signatures") ? object.signatures : {};
  const entries = Object.entries(isJsonObject(signatures) ? signatures : { [userId]: signatures });
  const found = entries.flatMap(([signer, entry]) => lintEntry(signer, entry, signer === userId));
  const keyIds = entries.flatMap(([, entry]) => Object.keys(isJsonObject(entry) ? entry : {}));
  const hasBoth = keyIds.some(isMatrixOwn) && !keyIds.every(isMatrixOwn);
  const all = hasBoth ? [...found, deviceSignature] : found;
  return [...new Map(all.map((finding) => [finding.rule, finding])).values()];
}

function lintEntry(userId: string, entry: unknown, isOwners: boolean): LintFinding[] {
  // What is no map of signatures, or holds none, is read as one of Matrix's own: an object, or nothing to find fault with.
  const signatures = isJsonObject(entry) ? { "ed25519:none": "", ...entry } : { "ed25519:none": {} };
  return Object.entries(signatures).flatMap(([keyId, value]) => {
    const findings = lint({ userId, keyId, value: isSignatureValue(value) ? value : {} });
    if (isOwners && !isMatrixOwn(keyId)) return findings;
    const isUnreadable = !isReadableKeyId(keyId);
    return findings.filter(({ rule }) => rulesForOthers.has(rule) || (isUnreadable && rule === "key-id-malformed"));
  });
}

function isMatrixOwn(keyId: string): boolean {
  return matrixKeyId.test(keyId);
}
