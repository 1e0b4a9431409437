import { type Bytes, concatBytes, utf8 } from "../../encoding/bytes.js";
import { type AlgorithmIdentifier, readAlgorithm } from "./algorithm-identifier.js";
import { keysError } from "./certificate-material.js";
import { countOf, DerFields, malformedDer } from "./der-fields.js";
import { tag } from "./der-tags.js";

const pbes2 = "1.2.840.113549.1.5.13";
const pbkdf2 = "1.2.840.113549.1.5.12";
const hmacSha1 = "1.2.840.113549.2.7";
const hmacs: ReadonlyMap<string, string> = new Map([
  [hmacSha1, "SHA-1"],
  ["1.2.840.113549.2.9", "SHA-256"],
  ["1.2.840.113549.2.10", "SHA-384"],
  ["1.2.840.113549.2.11", "SHA-512"],
]);
const aesBits: ReadonlyMap<string, number> = new Map([
  ["2.16.840.1.101.3.4.1.2", 128],
  ["2.16.840.1.101.3.4.1.22", 192],
  ["2.16.840.1.101.3.4.1.42", 256],
]);
/** A minute's work for a browser. */
const maxIterations = 10_000_000;

/**
 * Decrypts what a password protects: PBES2 with PBKDF2 and AES-CBC, as OpenSSL 3 writes keys and PKCS#12.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for a wrong password and for the older methods, which WebCrypto does not know;
 *   `ERR_DER_MALFORMED`
 * @see RFC 8018, section 6.2
 */
export async function decryptByPassword(
  { oid: type, parameters }: AlgorithmIdentifier,
  encrypted: Uint8Array,
  password: string,
): Promise<Bytes> {
  if (type !== pbes2 || !parameters) throw tooOld();
  const fields = new DerFields(parameters);
  const derivation = readAlgorithm(fields.take());
  const encryption = readAlgorithm(fields.take());
  fields.end();
  const bits = aesBits.get(encryption.oid);
  const { parameters: iv } = encryption;
  if (derivation.oid !== pbkdf2 || bits === undefined || iv?.tag !== tag.octetString) throw tooOld();
  const key = await deriveKey(derivation, password, bits);
  try {
    const decrypted = await crypto.subtle.decrypt(
      { name: "AES-CBC", iv: concatBytes(iv.contents) },
      key,
      concatBytes(encrypted),
    );
    return new Uint8Array(decrypted);
  } catch {
    throw keysError("the password of this private key");
  }
}

async function deriveKey({ parameters }: AlgorithmIdentifier, password: string, bits: number): Promise<CryptoKey> {
  if (!parameters) throw malformedDer("parameters of PBKDF2");
  const fields = new DerFields(parameters);
  const salt = fields.take(tag.octetString).contents;
  const iterations = countOf(fields.take(tag.integer));
  fields.optional(tag.integer);
  const prf = fields.optional(tag.sequence);
  fields.end();
  const hash = hmacs.get(prf ? readAlgorithm(prf).oid : hmacSha1);
  if (hash === undefined || iterations < 1 || iterations > maxIterations) throw tooOld();
  const secret = await crypto.subtle.importKey("raw", utf8(password), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash, salt: concatBytes(salt), iterations };
  return crypto.subtle.deriveKey(how, secret, { name: "AES-CBC", length: bits }, false, ["decrypt"]);
}

function tooOld(): Error {
  return keysError("a key that is encrypted by PBES2 with PBKDF2 and AES: write it anew with OpenSSL 3");
}
