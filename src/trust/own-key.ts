import type { SignatureReport } from "../model/report.js";
import { normalFingerprint } from "./anchors/anchor-key.js";
import { keysAbove } from "./certificates.js";
import { isNameOf } from "./names-user.js";
import { type Standing, signerKeys } from "./standing.js";
import type { AnchoredKey, Trust } from "./trust.js";

/**
 * The anchors whose own key signed: under `scope` it speaks for everybody there, unless the reader gave it names; else for whom these say. What
 * an X.509 certificate or an OpenPGP certificate says about itself is looked at elsewhere.
 */
export function ownKeyStandings(trust: Trust, report: SignatureReport, userId: string): Standing[] {
  const fingerprint = normalFingerprint(report.signer?.fingerprint ?? "");
  const anchored = trust.byFingerprint.get(fingerprint) ?? [];
  return anchored
    .filter(({ anchor }) => anchor.algorithm === report.algorithm)
    .map(({ anchor, names }) => ({
      anchor,
      hindrance: speaksByOwnKey({ anchor, names }, userId) ? undefined : "not-named",
      isOwnKey: true,
      amount: 120,
      hops: [],
      validFrom: 0,
      validUntil: Number.POSITIVE_INFINITY,
      anchorKeys: signerKeys(report),
      below: [],
      above: report.certificate ? keysAbove(report.certificate, report.signer?.keyHash ?? "") : [],
    }));
}

function speaksByOwnKey({ anchor, names }: AnchoredKey, userId: string): boolean {
  if (anchor.speaksFor === "scope" && names.length === 0) return true;
  if (anchor.speaksFor === "directory") return false;
  return names.some((name) => name === userId || isNameOf(name, userId, anchor));
}
