import { readWrappedBase64 } from "../../encoding/armor.js";
import { encodeBase64 } from "../../encoding/base64.js";
import { type Bytes, concatBytes } from "../../encoding/bytes.js";
import { looksPem, readPem } from "../../encoding/pem.js";
import { CountersignError } from "../../errors.js";
import { AcceptError } from "../../model/accept-error.js";
import { formatKeyId } from "../../model/key-id.js";
import type { AcceptedSignature, AcceptInput, SignatureAlgorithm } from "../algorithm.js";
import type { Certificate } from "./certificate.js";
import { issuerKeyId } from "./certificate-evidence.js";
import { type CmsMessage, readCmsMessage, signersCertificates } from "./cms-message.js";
import { maxCmsValueBytes } from "./cms-value.js";
import { pemText } from "./pem-text.js";
import { isTextOrBytes, textOrDer } from "./text-of.js";

/** How an algorithm publishes a CMS. */
export interface CmsPublishing {
  readonly algorithm: string;
  readonly form: "bare" | "custom";
  readonly writes: "pem" | "base64";
  readonly verify: SignatureAlgorithm["verify"];
}

const labels = ["CMS", "PKCS7"];
const maxOutputLength = 2 * maxCmsValueBytes;

/**
 * Turns what `openssl cms`, a card's program or a signer of this package wrote into the signature to publish: PEM with any text
 * around it, base64 in lines, or DER.
 *
 * The key ID is the identifier of the CA above the topmost certificate in it, so it must hold the chain up to a certificate that
 * says so.
 *
 * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY` for one without the signer's certificate or its issuer's
 *   identifier, `ERR_ABORTED`; {@link AcceptError}
 */
export async function acceptCms(input: AcceptInput, publishing: CmsPublishing): Promise<AcceptedSignature> {
  const { algorithm, form, writes, verify } = publishing;
  const { output, ...about } = input;
  const der = readOutput(output);
  const key = await keyIdOf(der);
  const keyId = formatKeyId({ form, algorithm, key });
  const value = writes === "pem" ? pemText("CMS", der) : encodeBase64(der);
  const verdict = await verify({ ...about, key, value });
  if (verdict.status !== "valid") throw new AcceptError(verdict);
  return { keyId, value, verdict };
}

function readOutput(output: string | Uint8Array): Bytes {
  if (!isTextOrBytes(output) || output.length > maxOutputLength) throw malformed("a CMS signature as text or bytes");
  const text = textOrDer(output);
  try {
    if (typeof text !== "string") return concatBytes(text);
    if (!looksPem(text)) return readWrappedBase64(text);
    const { blocks } = readPem(text, { maxLength: maxOutputLength, maxBlocks: 16 });
    if (blocks.some(({ label }) => label.includes("PRIVATE"))) {
      throw malformed("a signature, never a private key: it must not leave the place where it is kept");
    }
    const [block, ...others] = blocks.filter(({ label }) => labels.includes(label));
    if (!block || others.length > 0) throw malformed("one block of PEM with the label CMS or PKCS7");
    return block.bytes;
  } catch (cause) {
    if (cause instanceof CountersignError && cause.code === "ERR_ACCEPT_MALFORMED") throw cause;
    throw malformed("a CMS signature in PEM, base64 or DER", cause);
  }
}

async function keyIdOf(der: Bytes): Promise<string> {
  const { signer, certificates } = await readOrRefuse(der);
  const [leaf] = signersCertificates(signer, certificates);
  if (!leaf) throw noKey("the signer's certificate inside of the signature");
  const chain = climb([leaf], certificates);
  const key = issuerKeyId(chain, certificates);
  if (key === undefined)
    throw noKey("a certificate that names its issuer's key, or that issuer's certificate beside it");
  return key;
}

async function readOrRefuse(der: Bytes): Promise<CmsMessage> {
  try {
    return await readCmsMessage(der);
  } catch (cause) {
    if (!(cause instanceof CountersignError)) throw cause;
    throw malformed("a CMS signature in DER", cause);
  }
}

/** From the leaf up by names alone: what is verified is verified afterwards. @returns root first */
function climb(
  chain: readonly [Certificate, ...Certificate[]],
  certificates: readonly Certificate[],
): readonly Certificate[] {
  const [top] = chain;
  const above = certificates.find(
    (certificate) => certificate.subject.comparable === top.issuer.comparable && !chain.includes(certificate),
  );
  return above ? climb([above, ...chain], certificates) : chain;
}

function malformed(expected: string, cause?: unknown): CountersignError {
  const options = cause === undefined ? {} : { cause };
  return new CountersignError("ERR_ACCEPT_MALFORMED", `expected ${expected}, got something else`, options);
}

function noKey(expected: string): CountersignError {
  return new CountersignError("ERR_ACCEPT_NO_KEY", `expected ${expected}, found none`);
}
