import { type DerValue, readDer } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import { parseKeyId } from "../key-id.js";
import { type CarriedBytes, carriedBytes, looseBase64 } from "./carried-bytes.js";
import { type CertificateFacts, isCertificate, readCertificate } from "./certificate.js";
import { attributesIn, type DerAttribute } from "./der-attributes.js";
import { allRoutes, type LintedSignature, type Rule } from "./finding.js";
import { looksOpenPgp, readOpenPgpNames } from "./openpgp-names.js";
import { holdsPrivateMail } from "./private-mail.js";
import { isNamedBy, isSignedData, readSignedData } from "./signed-data.js";

const openpgp = "org.openpgp.signature";
const certificateAlgorithms: ReadonlySet<string> = new Set(["io.element.x509", "org.ietf.cms"]);
const certificateLabels: ReadonlySet<string> = new Set(["CMS", "PKCS7", "CERTIFICATE"]);
const serialNumber = "2.5.4.5";
/** ETSI EN 319 412-1 §5.1.3: passport, identity card, civic registration, tax (`TAX` is the older name of `TIN`). */
const naturalPersonsNumber = /^\s*(?:PAS|IDC|PNO|TAX|TIN)[A-Z]{2}-/i;
/** Date and place of birth (RFC 3739 §3.2.2). */
const birth: ReadonlySet<string> = new Set(["1.3.6.1.5.5.7.9.1", "1.3.6.1.5.5.7.9.2"]);

/**
 * Finds what a signature would tell everybody about the person who made it, for good: anywhere in a CMS or a certificate,
 * whatever the algorithm, a natural person's number, date or place of birth; a private e-mail address in a certificate; in
 * OpenPGP the signer's user ID with such an address, and a whole public key with its user IDs as key ID.
 *
 * A CA's e-mail address is nobody's private one, unless it signed itself. A serial number without ETSI's prefix could as well
 * be a device's and is not found; nor is what an extension of somebody's own holds.
 */
export const personalData: Rule = {
  rule: "personal-data",
  routes: allRoutes,
  find: (signature) => {
    try {
      return isPersonal(signature)
        ? "The signature carries personal data that anybody could read and nobody recall: a natural person's number, date or place of birth, a private e-mail address, or a whole OpenPGP key with its user IDs. Use another certificate, or have gpg leave out the signer's user ID."
        : undefined;
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      return "The signature carries certificates or OpenPGP packets that cannot be read, so nobody can say whether they hold personal data, which could not be recalled.";
    }
  },
};

function isPersonal({ userId, keyId, value }: LintedSignature): boolean {
  const id = parseKeyId(keyId);
  if (id?.algorithm === openpgp && isNamedKey(id.key ?? "")) return true;
  return carriedBytes(value).some((carried) => isPersonalBytes(carried, id?.algorithm ?? "", userId));
}

/** A key without any user ID says nothing about a person. */
function isNamedKey(key: string): boolean {
  const bytes = looseBase64(key);
  if (!bytes || !looksOpenPgp(bytes)) return false;
  const { isKey, names, hasPhoto } = readOpenPgpNames(bytes);
  return isKey && (hasPhoto || names.length > 0);
}

function isPersonalBytes({ bytes, label = "" }: CarriedBytes, algorithm: string, userId: string): boolean {
  const isClaimed =
    algorithm === openpgp ||
    certificateAlgorithms.has(algorithm) ||
    certificateLabels.has(label) ||
    label.startsWith("PGP ");
  try {
    if (bytes[0] === 0x30) return isPersonalDer(readDer(bytes), userId);
    if (!looksOpenPgp(bytes)) return false;
    const { names, hasPhoto } = readOpenPgpNames(bytes);
    return hasPhoto || names.some((name) => holdsPrivateMail(name, userId));
  } catch (error) {
    // Any bytes may start as DER or OpenPGP does: only where they claim to be that is it bad that they cannot be read.
    if (!(error instanceof CountersignError) || isClaimed) throw error;
    return false;
  }
}

function isPersonalDer(value: DerValue, userId: string): boolean {
  if (attributesIn(value).some(isPersonalAttribute)) return true;
  return privateCertificates(value).some(({ mailAddresses }) =>
    mailAddresses.some((address) => holdsPrivateMail(address, userId)),
  );
}

/** The certificates whose addresses are a person's: the signer's own, whatever it calls itself, and all that are no CA's. */
function privateCertificates(value: DerValue): CertificateFacts[] {
  if (isCertificate(value)) return [readCertificate(value)];
  if (!isSignedData(value)) return [];
  const { certificates, signer } = readSignedData(value);
  return certificates.filter((certificate) => {
    return !certificate.isAuthority || (signer !== undefined && isNamedBy(certificate, signer));
  });
}

function isPersonalAttribute({ type, text }: DerAttribute): boolean {
  return birth.has(type) || (type === serialNumber && naturalPersonsNumber.test(text));
}
