import { encodeBase64 } from "../../encoding/base64.js";
import { equalBytes } from "../../encoding/bytes.js";
import type { Signer } from "../../model/report.js";
import type { SignatureTimestamp, SignerCertificate } from "../../model/signer-certificate.js";
import { type Certificate, serialText } from "./certificate.js";
import { displayName } from "./display-name.js";
import type { DistinguishedName } from "./distinguished-name.js";
import type { GeneralName } from "./general-name.js";
import type { LapsedPath } from "./lapsed-path.js";
import { maxNameLength, maxNames } from "./limits.js";
import type { Naming } from "./matrix-names.js";
import { nameText } from "./name-text.js";
import { pathEvidence } from "./path-evidence.js";
import type { CertificationPath } from "./path-types.js";
import { keyHashOf } from "./public-key.js";

const maxAlternativeNames = 32;
const maxNamesLength = 4096;
const maxSerialLength = 1024;

/** What {@link certificateEvidence} shows. */
export interface EvidenceInput {
  readonly certificate: Certificate;
  /** Certificates that came with the signature. */
  readonly presented: readonly Certificate[];
  readonly validPaths: readonly CertificationPath[];
  readonly lapsedPaths: readonly LapsedPath[];
  /** A path, valid or not, by which to tell whose key ID it is; absent where there is none. */
  readonly anyPath: CertificationPath | undefined;
  /** How the certificate names the owner under a path. */
  readonly nameOwner: (path: CertificationPath) => Naming | undefined;
  /** What stands behind the algorithm in the key ID. */
  readonly keyId: string | undefined;
  /** Whether the signature names the certificate; that it is this one is verified. */
  readonly isNamedInSignature: boolean;
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

/** What a report shows of the signer's certificate and its paths. */
export async function certificateEvidence(input: EvidenceInput): Promise<SignerCertificate> {
  const { certificate, presented, validPaths, lapsedPaths, anyPath, nameOwner, keyId, isNamedInSignature, timestamps } =
    input;
  const { sha256, subject, issuer, notBefore, notAfter, extensions } = certificate;
  const subjectSerialNumber = serialNumberIn(subject);
  return {
    sha256,
    subject: await nameText(subject),
    issuer: await nameText(issuer),
    serialNumber: shortened(serialText(certificate)),
    ...(subjectSerialNumber !== undefined && { subjectSerialNumber }),
    notBefore,
    notAfter,
    alternativeNames: extensions.alternativeNames
      .flatMap(shownName)
      .filter(({ length }) => length <= maxNameLength)
      .slice(0, maxAlternativeNames),
    paths: await Promise.all(validPaths.map((path) => pathEvidence(path, nameOwner(path)))),
    lapsedPaths: await Promise.all(
      lapsedPaths.map(async (path) => ({ ...(await pathEvidence(path, nameOwner(path))), code: path.code })),
    ),
    isIssuerInKeyId: keyId !== undefined && issuerKeyId(anyPath?.chain ?? [certificate], presented) === keyId,
    isNamedInSignature,
    timestamps,
  };
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

function shortened(text: string): string {
  return text.length > maxSerialLength ? `${text.slice(0, maxSerialLength - 1)}…` : text;
}

/** Exact, or not at all: of X.520's alphabet and more, but nothing that is not seen; several are none. */
function serialNumberIn({ serialNumbers }: DistinguishedName): string | undefined {
  const [only = "", ...others] = serialNumbers;
  const isExact = /^[\x20-\x7e]+$/.test(only) && only.length <= maxNameLength;
  return isExact && others.length === 0 ? only : undefined;
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
