import { type Certificate, readCertificate } from "./certificate.js";
import { type CmsSignedData, type CmsSignerInfo, certificatesOf, readSignedData } from "./cms-signed-data.js";
import { malformedDer } from "./der-fields.js";

const maxCertificates = 65;

/** A CMS with one signer. Nothing of it is verified. */
export interface CmsMessage {
  readonly signedData: CmsSignedData;
  readonly signer: CmsSignerInfo;
  /** The certificates in it, each once, in the order in which they stand. */
  readonly certificates: readonly Certificate[];
}

/**
 * Reads a CMS SignedData that has exactly one signer, and all certificates in it.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`, for a certificate that cannot be read too, and for more than 65
 */
export async function readCmsMessage(der: Uint8Array): Promise<CmsMessage> {
  const signedData = readSignedData(der);
  const [signer, ...others] = signedData.signers;
  if (!signer || others.length > 0) throw malformedDer("exactly one signer");
  // RFC 5652 §5.3: the version says how the certificate is named.
  if (signer.version !== ("subjectKeyId" in signer.signer ? 3 : 1)) throw malformedDer("the version of the identifier");
  if (![1, 3, 4, 5].includes(signedData.version)) throw malformedDer("a version of signed data");
  if (signedData.certificates.length > maxCertificates) throw malformedDer("fewer certificates");
  const read = await Promise.all(signedData.certificates.map(readCertificate));
  const once = new Map(read.map((certificate) => [certificate.sha256, certificate]));
  return { signedData, signer, certificates: [...once.values()] };
}

/** The certificates in `certificates` that the signer names as its own: one, where all is well. */
export function signersCertificates({ signer }: CmsSignerInfo, certificates: readonly Certificate[]): Certificate[] {
  return certificatesOf(signer, certificates);
}
