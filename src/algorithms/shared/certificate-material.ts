import { readWrappedBase64 } from "../../encoding/armor.js";
import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { looksPem, readPem } from "../../encoding/pem.js";
import { CountersignError } from "../../errors.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { isTextOrBytes, textOrDer } from "./text-of.js";

/** Certificates, revocation lists or OCSP answers: PEM (any number of blocks), base64 of one in DER, or DER. */
export type DerMaterial = string | Uint8Array;

/** One kind of data that stands in PEM. */
export interface MaterialKind {
  readonly labels: readonly string[];
  /** What it is called in an error. */
  readonly name: string;
}

export const certificateKind: MaterialKind = { labels: ["CERTIFICATE", "X509 CERTIFICATE"], name: "certificates" };
export const revocationListKind: MaterialKind = { labels: ["X509 CRL"], name: "revocation lists" };
export const ocspAnswerKind: MaterialKind = { labels: ["OCSP RESPONSE"], name: "OCSP answers" };

const maxMaterialLength = 16 * 1024 * 1024;
const maxBlocks = 2000;

/**
 * The DER values in `material`; PEM blocks of other kinds beside them are left out.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for a private key, and for data that holds none
 */
export function derValuesIn(material: DerMaterial | readonly DerMaterial[], kind: MaterialKind): Bytes[] {
  return [material].flat().flatMap((data: DerMaterial) => valuesIn(data, kind));
}

/** @throws CountersignError `ERR_ALGORITHM_KEYS` */
function valuesIn(data: DerMaterial, { labels, name }: MaterialKind): Bytes[] {
  if (!isTextOrBytes(data) || data.length > maxMaterialLength) throw keysError(name);
  const text = textOrDer(data);
  if (typeof text !== "string") return [concatBytes(text)];
  try {
    if (!looksPem(text)) return [readWrappedBase64(text)];
    const { blocks } = readPem(text, { maxLength: maxMaterialLength, maxBlocks });
    if (blocks.some(({ label }) => label.includes("PRIVATE"))) throw keysError(`${name}, never a private key`);
    const wanted = blocks.filter(({ label }) => labels.includes(label));
    if (wanted.length === 0) throw keysError(name);
    return wanted.map(({ bytes }) => bytes);
  } catch (cause) {
    if (cause instanceof CountersignError && cause.code === "ERR_ALGORITHM_KEYS") throw cause;
    throw keysError(name, cause);
  }
}

/** Reads certificates. @throws CountersignError `ERR_ALGORITHM_KEYS` */
export async function readCertificates(values: readonly Uint8Array[]): Promise<Certificate[]> {
  try {
    return await Promise.all(values.map(readCertificate));
  } catch (cause) {
    throw keysError(certificateKind.name, cause);
  }
}

/** The error for data that is not what it should be. */
export function keysError(expected: string, cause?: unknown): CountersignError {
  return new CountersignError("ERR_ALGORITHM_KEYS", `expected ${expected}`, cause === undefined ? {} : { cause });
}
