import type { AssessmentReason, IdentityAssessment, ReportCode, TrustAnchor, TrustLevel } from "matrix-countersign";
import { explain } from "matrix-countersign/texts";
import { abbreviate } from "../ui/fingerprint.js";

/** What a badge says. */
export const levels: Readonly<Record<TrustLevel, { readonly mark: string; readonly meaning: string }>> = {
  trusted: { mark: "✓", meaning: "Somebody whom Bob lets vouch has signed this very key." },
  unproven: { mark: "?", meaning: "Nobody whom Bob lets vouch has signed this key: it may be hers, or not." },
  changed: { mark: "!", meaning: "Her key is another one than before, and nobody has signed the new one since." },
  rejected: {
    mark: "✗",
    meaning: "Somebody vouched for this key, and that was taken back or is not to be believed any more.",
  },
};

const codes: Readonly<Record<ReportCode, string>> = {
  valid: "the signature is right",
  "key-unconfirmed": "the signature is right, but its key came with it alone, so nobody can tell whether it is revoked",
  malformed: "it is no signature",
  "too-large": "it is too large to be looked at",
  "bad-signature": "the mathematics is wrong: it was not made for this master key, or it was altered",
  "wrong-object": "what it signs is not this user's master key",
  "wrong-signature-type": "it is another kind of OpenPGP signature",
  "wrong-key": "another key made it than the one it names",
  "key-not-for-signing": "its key may not sign",
  "weak-algorithm": "its key or digest is too weak",
  "unknown-critical": "it demands something that is not understood",
  "key-revoked": "its key is revoked",
  "made-in-future": "it was made in the future",
  "wrong-namespace": "it was made for another purpose",
  "cert-revoked": "its certificate, or one above it, is revoked",
  "not-a-ca": "somebody who is no certification authority issued its certificate",
  "path-length": "its certificate stands further below an authority than that allows",
  "key-usage": "a key was used for what its certificate does not allow",
  "extended-key-usage": "its certificate is for another purpose",
  "unknown-critical-extension": "a certificate demands something that is not understood",
  "name-constraints": "its certificate holds a name that its authority may not give",
  policy: "its certificate was not issued under a policy that its authority demands",
  "name-mismatch": "its certificate does not name this user",
  expired: "it has expired",
  "key-expired": "its key has expired",
  "not-yet-valid": "it is not valid yet",
  "key-revoked-softly": "its key was replaced or retired",
  "cert-expired": "its certificate, or one above it, has expired",
  "cert-not-yet-valid": "its certificate, or one above it, is not valid yet",
  "cert-revoked-softly": "its certificate, or one above it, was replaced, retired or put on hold",
  "revocation-unknown": "nobody says whether its certificate is revoked",
  "no-path": "its certificate leads to no authority that Bob knows",
  "no-key": "Bob has no public key to check it with",
  "resolver-failed": "asking for its public key failed",
  "verifier-failed": "checking it failed",
  "too-many": "there are too many signatures to look at",
  "unknown-algorithm": "Bob's client does not know this kind of signature",
  "unsupported-key": "its kind of key is not supported",
  "ssh-certificate": "it was made with an SSH certificate, and only keys themselves are supported",
};

/** A report's code in words. */
export const wordsOfCode = (code: ReportCode): string => codes[code];

/** Whom an anchor may speak for, in words. */
export function wordsOfScope({ scope }: TrustAnchor): string {
  const servers = (scope.servers ?? []).map((server) => `everybody at ${server}`);
  const users = (scope.users ?? []).map((entry) => (typeof entry === "string" ? entry : entry.users));
  return [...users, ...servers].join(", ") || "nobody";
}

/** One reason of an assessment, as a sentence. */
export function wordsOfReason(
  reason: AssessmentReason,
  assessment: IdentityAssessment,
  anchors: readonly TrustAnchor[],
): string {
  const { code, keyId, anchorId, report } = reason;
  const { userId, reports } = assessment;
  const signer = reports.find((candidate) => candidate.keyId === keyId)?.signer;
  const anchor = anchors.find(({ id }) => id === anchorId);
  const by = signer === undefined ? "" : ` by ${abbreviate(signer.fingerprint)}`;
  const yours = anchor === undefined ? "an anchor of Bob's" : `Bob's anchor “${anchor.label ?? anchor.id}”`;
  const scope = anchor === undefined ? "others" : wordsOfScope(anchor);
  switch (code) {
    case "vouched":
      return `Signed${by}: ${yours}, which may speak for ${scope}.`;
    case "no-master-key":
      return "The homeserver knows no master key of hers.";
    case "malformed-master-key":
      return "What the homeserver serves as her master key is none.";
    case "no-signature":
      return "Nobody has signed her master key outside of Matrix.";
    case "no-anchor":
      return `Signed${by}: the signature is valid, but Bob has not said that this key may vouch for anybody. So it proves nothing to him.`;
    case "out-of-scope":
      return `Signed${by}: ${yours}, and the signature is valid. But this anchor may speak only for ${scope}, so for ${userId} it counts for nothing.`;
    case "key-unconfirmed":
      return `Signed${by}: ${yours}, but ${codes["key-unconfirmed"]}.`;
    case "withdrawn":
      return `She took the signature${by} back.`;
    case "anchor-revoked":
      return `Signed${by}: ${yours}, whose key is revoked.`;
    case "not-valid":
      return `A signature counts for nothing, because ${codes[report ?? "malformed"]}.`;
    default:
      return explain({ ...assessment, reasons: [reason] }, { settings: { anchors } }).reasons.join();
  }
}
