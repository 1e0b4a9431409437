import type { ReportCode } from "../../model/report.js";
import { type Certificate, isSelfIssued } from "./certificate.js";
import { keyUsage } from "./certificate-extensions.js";
import { findNameConstraintFault } from "./name-constraints.js";
import { oid } from "./object-identifiers.js";
import type { PathFault, PathPurpose } from "./path-types.js";
import { findPolicyFault } from "./policy-processing.js";

/** Purposes under which a certificate may sign for Matrix. */
const signaturePurposes: ReadonlySet<string> = new Set([oid.clientAuth, oid.emailProtection, oid.documentSigning]);

/**
 * All that is wrong with a chain by RFC 5280 §6.1, signatures and revocation apart; empty where nothing is.
 *
 * Stricter than RFC 5280 in this: the root is bound by its own words too (time, basicConstraints, path length, key usage, name
 * constraints, unknown critical extensions), as OpenSSL has it, except for its policies; and where CAs below the root bear an extended
 * key usage, one purpose must be left that all of them and the leaf allow. A root before version 3 cannot say that it is a CA: being
 * given as one is enough.
 *
 * @param chain root first, each signed by the one before
 * @param at milliseconds since 1970
 */
export function findChainFaults(chain: readonly Certificate[], at: number, purpose: PathPurpose): PathFault[] {
  const leaf = chain.slice(-1);
  const authorities = chain.slice(0, -1);
  const found = (code: ReportCode, certificates: readonly Certificate[]): PathFault[] =>
    certificates.map(({ sha256 }) => ({ code, certificate: sha256 }));
  const one = (certificate: Certificate | undefined): Certificate[] => (certificate ? [certificate] : []);
  return [
    ...found(
      "unknown-critical-extension",
      chain.filter(({ extensions }) => extensions.unknownCritical.length > 0),
    ),
    ...found(
      "not-a-ca",
      authorities.filter((certificate, index) => !isAuthority(certificate, index === 0)),
    ),
    ...found(
      "path-length",
      authorities.filter((certificate, index) => !isWithinPathLength(certificate, authorities.slice(index + 1))),
    ),
    ...found("name-constraints", one(findNameConstraintFault(chain))),
    ...found("policy", one(findPolicyFault(chain))),
    ...found("key-usage", [
      ...authorities.filter((certificate) => !allows(certificate, keyUsage.keyCertSign)),
      ...leaf.filter((certificate) => !usageOf[purpose].some((bit) => allows(certificate, bit))),
    ]),
    ...found("extended-key-usage", one(findPurposeFault(chain, purpose))),
    ...found(
      "cert-expired",
      chain.filter(({ notAfter }) => at > notAfter),
    ),
    ...found(
      "cert-not-yet-valid",
      chain.filter(({ notBefore }) => at < notBefore),
    ),
  ];
}

const usageOf: Readonly<Record<PathPurpose, readonly number[]>> = {
  signature: [keyUsage.digitalSignature, keyUsage.nonRepudiation],
  timestamp: [keyUsage.digitalSignature, keyUsage.nonRepudiation],
  crl: [keyUsage.crlSign],
};

/** Whether the key usage has the bit, or stands nowhere. */
function allows({ extensions }: Certificate, bit: number): boolean {
  return extensions.keyUsage?.has(bit) ?? true;
}

function isAuthority({ version, extensions }: Certificate, isRoot: boolean): boolean {
  return extensions.basicConstraints?.isAuthority ?? (isRoot && version < 3);
}

/** @param below the CAs below it; self-issued ones do not count (RFC 5280 §4.2.1.9) */
function isWithinPathLength({ extensions }: Certificate, below: readonly Certificate[]): boolean {
  const allowed = extensions.basicConstraints?.pathLength ?? Number.POSITIVE_INFINITY;
  return below.filter((certificate) => !isSelfIssued(certificate)).length <= allowed;
}

/** The first certificate below the root at which no purpose is left; a leaf that is itself a root is bound as a leaf. */
function findPurposeFault(chain: readonly Certificate[], purpose: PathPurpose): Certificate | undefined {
  const leaf = chain.at(-1);
  if (purpose === "crl") return undefined;
  if (purpose === "timestamp" && !isForTimestampsAlone(leaf)) return leaf;
  let left: ReadonlySet<string> = purpose === "timestamp" ? new Set([oid.timeStamping]) : signaturePurposes;
  for (const certificate of chain.length === 1 ? chain : chain.slice(1)) {
    const usage = certificate.extensions.extendedKeyUsage;
    if (!usage || usage.purposes.has(oid.anyExtendedKeyUsage)) continue;
    left = new Set([...left].filter((candidate) => usage.purposes.has(candidate)));
    if (left.size === 0) return certificate;
  }
  return undefined;
}

/** RFC 3161 §2.3. */
function isForTimestampsAlone(leaf: Certificate | undefined): boolean {
  const usage = leaf?.extensions.extendedKeyUsage;
  return usage?.isCritical === true && usage.purposes.size === 1 && usage.purposes.has(oid.timeStamping);
}
