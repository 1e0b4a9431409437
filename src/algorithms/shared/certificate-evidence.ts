import { encodeBase64 } from "../../encoding/base64.js";
import { equalBytes } from "../../encoding/bytes.js";
import type { Signer } from "../../model/report.js";
import type {
  RevocationEvidenceShown,
  SignatureTimestamp,
  SignerCertificate,
  SignerPath,
} from "../../model/signer-certificate.js";
import { serverNameOf } from "../../model/user-id.js";
import { type Certificate, serialText } from "./certificate.js";
import { displayName } from "./display-name.js";
import type { GeneralName } from "./general-name.js";
import { maxNameLength, maxNames } from "./limits.js";
import { namingOf } from "./matrix-names.js";
import { matrixServerPasses } from "./name-constraints.js";
import type { CertificationPath } from "./path-types.js";
import { keyHashOf } from "./public-key.js";
import type { RevocationFinding } from "./revocation-types.js";

const maxAlternativeNames = 32;
const maxShownNameLength = 1024;
const maxNamesLength = 4096;

/** What {@link certificateEvidence} shows. */
export interface EvidenceInput {
  readonly certificate: Certificate;
  /** Certificates that came with the signature. */
  readonly presented: readonly Certificate[];
  readonly validPaths: readonly CertificationPath[];
  /** Paths that fail, the one that fails least first. */
  readonly rejectedPaths: readonly CertificationPath[];
  readonly userId: string;
  /** What stands behind the algorithm in the key ID. */
  readonly keyId: string | undefined;
  readonly timestamps: readonly SignatureTimestamp[];
}

/** The signer of a report, by its certificate. Alternative names come first: they are what policies look for. */
export async function signerOf(certificate: Certificate): Promise<Signer> {
  const { subject, extensions, sha256, publicKey } = certificate;
  const texts = extensions.alternativeNames.flatMap((name) => ("text" in name ? (name.text ?? []) : []));
  const all = [...texts, ...subject.mailAddresses, subject.text].map(displayName);
  const names: string[] = [];
  let room = maxNamesLength;
  for (const name of new Set(all)) {
    if (name === "" || name.length > maxNameLength || name.length > room || names.length === maxNames) continue;
    names.push(name);
    room -= name.length;
  }
  return { fingerprint: sha256.toUpperCase(), keyHash: await keyHashOf(publicKey), names };
}

/** What a report shows of the signer's certificate and its valid paths. */
export async function certificateEvidence(input: EvidenceInput): Promise<SignerCertificate> {
  const { certificate, presented, validPaths, rejectedPaths, userId, keyId, timestamps } = input;
  const { sha256, subject, issuer, notBefore, notAfter, extensions } = certificate;
  const anyPath = validPaths[0] ?? rejectedPaths[0];
  return {
    sha256,
    subject: shown(subject.text),
    issuer: shown(issuer.text),
    serialNumber: shown(serialText(certificate)),
    notBefore,
    notAfter,
    alternativeNames: extensions.alternativeNames
      .flatMap(shownName)
      .filter(({ length }) => length <= maxNameLength)
      .slice(0, maxAlternativeNames),
    paths: await Promise.all(validPaths.map((path) => shownPath(path, userId))),
    isIssuerInKeyId: keyId !== undefined && issuerKeyId(anyPath?.chain ?? [certificate], presented) === keyId,
    timestamps,
  };
}

/** How the certificate names the user under this path; `undefined` too where a CA's name constraints leave the name out. */
export function ownerNamedBy({ chain }: Pick<CertificationPath, "chain">, userId: string): "uri" | "email" | undefined {
  const leaf = chain.at(-1);
  return leaf && matrixServerPasses(chain, serverNameOf(userId)) ? namingOf(leaf, userId) : undefined;
}

/**
 * The key ID that a signature stands under: the subject key identifier of the CA above the topmost certificate presented, unpadded
 * base64.
 *
 * @param chain root first
 * @returns `undefined` where no certificate says it
 */
export function issuerKeyId(chain: readonly Certificate[], presented: readonly Certificate[]): string | undefined {
  const isPresented = (certificate: Certificate): boolean =>
    presented.some(({ encoded }) => equalBytes(encoded, certificate.encoded));
  const index = chain.findIndex(isPresented);
  const top = chain[index];
  if (!top) return undefined;
  const isSelfSigned = top.subject.comparable === top.issuer.comparable;
  const above = chain[index - 1] ?? (isSelfSigned ? top : undefined);
  const id = top.extensions.authorityKeyId ?? above?.extensions.subjectKeyId;
  return id && encodeBase64(id);
}

async function shownPath(path: CertificationPath, userId: string): Promise<SignerPath> {
  const { chain, validFrom, validUntil, revocation } = path;
  const namedBy = ownerNamedBy(path, userId);
  return {
    certificates: await Promise.all(
      chain.map(async ({ sha256, publicKey, subject }) => ({
        sha256,
        keyHash: await keyHashOf(publicKey),
        subject: shown(subject.text),
      })),
    ),
    validFrom,
    validUntil,
    ...(namedBy && { ownerNamedBy: namedBy }),
    revocation: revocation.map(shownFinding),
  };
}

function shownFinding({ reason: _reason, ...finding }: RevocationFinding): RevocationEvidenceShown {
  return finding;
}

function shown(name: string): string {
  const text = displayName(name);
  return text.length > maxShownNameLength ? `${text.slice(0, maxShownNameLength - 1)}…` : text;
}

const shownForms: Readonly<Record<string, string>> = {
  rfc822Name: "email",
  dNSName: "DNS",
  uniformResourceIdentifier: "URI",
};

function shownName(name: GeneralName): string[] {
  switch (name.form) {
    case "directoryName":
      return [displayName(`dirName:${name.name.text}`)];
    case "iPAddress":
      return [`IP:${name.octets.join(name.octets.length === 4 ? "." : ",")}`];
    case "otherName":
      return name.text === undefined ? [] : [displayName(`otherName:${name.type};${name.text}`)];
    case "rfc822Name":
    case "dNSName":
    case "uniformResourceIdentifier":
      return [displayName(`${shownForms[name.form]}:${name.text}`)];
    default:
      return [];
  }
}
