import { decodeUtf8 } from "../../encoding/bytes.js";
import { readPem } from "../../encoding/pem.js";
import { CountersignError } from "../../errors.js";
import { type Certificate, readCertificate } from "./certificate.js";

/** Certificates: PEM, any number of blocks and text around them; or one in DER. */
export type CertificateData = string | Uint8Array;

const limits = { maxLength: 16 * 1024 * 1024, maxBlocks: 4096 };
const labels: ReadonlySet<string> = new Set(["CERTIFICATE", "X509 CERTIFICATE"]);

/**
 * Reads certificates that a caller gives: roots, intermediates. Nothing of them is verified.
 *
 * @param data PEM as text or as bytes, at most 16 MiB and 4096 blocks; or DER
 * @returns at least one
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for data that holds no certificate, something else beside certificates, or one that
 *   is malformed
 */
export async function readCertificateData(data: CertificateData): Promise<Certificate[]> {
  try {
    return await Promise.all(certificatesIn(data).map(readCertificate));
  } catch (cause) {
    if (!(cause instanceof CountersignError) || cause.code === "ERR_ALGORITHM_KEYS") throw cause;
    throw new CountersignError("ERR_ALGORITHM_KEYS", "expected certificates in PEM or DER", { cause });
  }
}

function certificatesIn(data: CertificateData): Uint8Array[] {
  const text = typeof data === "string" ? data : pemText(data);
  if (text === undefined) return [data as Uint8Array];
  const { blocks } = readPem(text, limits);
  if (blocks.length === 0 || blocks.some(({ label }) => !labels.has(label))) {
    throw new CountersignError("ERR_ALGORITHM_KEYS", "expected certificates alone");
  }
  return blocks.map(({ bytes }) => bytes);
}

function pemText(data: Uint8Array): string | undefined {
  const text = data.length <= limits.maxLength ? decodeUtf8(data) : undefined;
  return text?.includes("-----BEGIN ") ? text : undefined;
}
