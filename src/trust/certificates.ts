import type { TrustHop } from "../model/assessment.js";
import type { SignatureReport } from "../model/report.js";
import type { PathCertificate, SignerCertificate, SignerPath } from "../model/signer-certificate.js";
import { authorityName } from "./anchors/anchor-key.js";
import type { ReadAnchor } from "./anchors/read-anchors.js";
import { isAddressOf } from "./names-user.js";
import type { Standing } from "./standing.js";
import type { AnchoredKey, Trust } from "./trust.js";

const none: readonly AnchoredKey[] = [];

/**
 * The anchors that a certificate in a path of the signer is: the signer's own or that of an authority. A path that has ended stands for
 * the interval in which it was valid.
 *
 * Certificates are found by their SHA-256, authorities also by key and name, never by a name alone. An end-entity introduces nobody, so
 * under `scope` only its own signature counts.
 *
 * @see PROTOCOL, "For whom a signer may speak"
 */
export function certificateStandings(trust: Trust, report: SignatureReport, userId: string): Standing[] {
  const { certificate } = report;
  if (!certificate) return [];
  // What a policy forgives, it forgives for the reason that the verdict gives.
  const lapsed = certificate.lapsedPaths.filter(({ code }) => code === report.code);
  return [...certificate.paths, ...lapsed].flatMap((path) =>
    path.certificates.flatMap((authority, index) =>
      anchorsOf(trust, authority)
        .filter(({ anchor }) => anchor.algorithm === report.algorithm)
        .map(({ anchor }) => standingOf(anchor, index, path, certificate, userId)),
    ),
  );
}

function anchorsOf({ byCertificate, byAuthority }: Trust, certificate: PathCertificate): readonly AnchoredKey[] {
  const { sha256, keyHash, subject } = certificate;
  const byHash = byCertificate.get(sha256) ?? none;
  const byName = byAuthority.size > 0 ? byAuthority.get(authorityName(keyHash, subject)) : undefined;
  return byName ? [...byHash, ...byName] : byHash;
}

function standingOf(
  anchor: ReadAnchor,
  index: number,
  path: SignerPath,
  certificate: SignerCertificate,
  userId: string,
): Standing {
  const below = path.certificates.slice(index + 1);
  const isOwnKey = below.length === 0;
  const isTooDeep = anchor.depth !== undefined && below.length - 1 > anchor.depth;
  const maySpeak = isOwnKey && anchor.speaksFor === "scope" ? true : namesUser(anchor, path, certificate, userId);
  return {
    anchor,
    hindrance: isTooDeep ? "too-deep" : maySpeak ? undefined : "not-named",
    isOwnKey,
    amount: 120,
    hops: below.map((one, position) => hopOf(one, position === below.length - 1, path)),
    validFrom: path.validFrom,
    validUntil: path.validUntil,
    anchorKeys: namesOf(path.certificates.slice(index, index + 1)),
    below: namesOf(below),
    above: keysAbove(certificate, path.certificates[index]?.keyHash ?? ""),
  };
}

/** Every key above this one in any path: whichever path lasts longest, all of them lead down to it. */
export function keysAbove({ paths, lapsedPaths }: SignerCertificate, keyHash: string): string[] {
  const above = [...paths, ...lapsedPaths].flatMap(({ certificates }) =>
    certificates.slice(
      0,
      Math.max(
        0,
        certificates.findIndex((one) => one.keyHash === keyHash),
      ),
    ),
  );
  return [...new Set(namesOf(above))];
}

function namesUser(anchor: ReadAnchor, path: SignerPath, certificate: SignerCertificate, userId: string): boolean {
  switch (anchor.speaksFor) {
    case "scope":
      return false;
    case "named":
      return path.ownerNamedBy === "uri";
    case "email":
      return path.ownerNamedBy === "uri" || path.emails.some((address) => isAddressOf(address, userId, anchor));
    case "directory":
      return isInDirectory(anchor, certificate, userId);
  }
}

/** An attribute says nothing without who gave it: the issuer is compared too, and the path ends at the anchor. */
function isInDirectory({ directory = [] }: ReadAnchor, certificate: SignerCertificate, userId: string): boolean {
  const values = {
    subject: certificate.subject,
    "serial-number": certificate.subjectSerialNumber,
    fingerprint: certificate.sha256,
  };
  return directory.some(
    (entry) =>
      entry.userId === userId &&
      entry.issuer === certificate.issuer &&
      values[entry.attribute] === (entry.attribute === "fingerprint" ? entry.value.toLowerCase() : entry.value),
  );
}

function hopOf({ sha256, subject }: PathCertificate, isSigner: boolean, { validUntil }: SignerPath): TrustHop {
  return { kind: isSigner ? "certificate" : "authority", who: sha256, name: subject, amount: 120, validUntil };
}

/** A renewed certificate has the same key, so the key is among the names. */
function namesOf(certificates: readonly PathCertificate[]): string[] {
  return certificates.flatMap(({ sha256, keyHash }) => [sha256, keyHash]);
}
