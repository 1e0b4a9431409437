import { equalBytes } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import type { SignatureTimestamp } from "../../model/signer-certificate.js";
import type { Certificate } from "../shared/certificate.js";
import type { CertificatePool } from "../shared/certificate-pool.js";
import { validatePaths } from "../shared/certification-path.js";
import { type CmsMessage, readCmsMessage, signersCertificates } from "../shared/cms-message.js";
import type { CmsSignerInfo } from "../shared/cms-signed-data.js";
import { verifySignerInfo } from "../shared/cms-verify.js";
import { clockSkewMs } from "../shared/limits.js";
import type { PathRequest } from "../shared/path-types.js";
import { readHash } from "../shared/signature-scheme.js";
import type { TimestampFindings } from "../shared/validate-at.js";
import { readTimestampInfo, type TimestampInfo } from "./timestamp-info.js";

const timestampToken = "1.2.840.113549.1.9.16.2.14";
const timestampInfo = "1.2.840.113549.1.9.16.1.4";
const maxTimestamps = 4;

interface Judged extends SignatureTimestamp {
  readonly validUntil?: number;
}

/**
 * Timestamps on a signature (RFC 3161): every one that is over this very signature is shown, and counts if its authority is
 * valid and unrevoked now, under one of `roots`, and for this purpose alone.
 *
 * A timestamp is not signed by the signer, anybody can add one at any later time: it proves that the signature is at least as old
 * as it says, never that it is no older.
 *
 * @param request how the signer's own path is judged; its roots do not count here
 * @throws CountersignError `ERR_ABORTED`; what the platform throws where it cannot compute
 */
export async function readTimestamps(
  signer: CmsSignerInfo,
  request: PathRequest,
  roots: CertificatePool,
): Promise<TimestampFindings> {
  const tokens = (signer.unsignedAttributes?.values.get(timestampToken) ?? []).slice(0, maxTimestamps);
  const judged: Judged[] = [];
  for (const { encoded } of tokens) {
    const timestamp = await readOrNothing(() => judgeToken(encoded, signer, request, roots));
    if (timestamp) judged.push(timestamp);
  }
  const shown = judged.map(({ at, counts }) => ({ at, counts }));
  const [earliest] = judged.filter(({ counts }) => counts).sort((a, b) => a.at - b.at);
  if (!earliest) return { shown };
  const { at, validUntil } = earliest;
  return { shown, at, ...(validUntil !== undefined && { validUntil }) };
}

async function judgeToken(
  der: Uint8Array,
  signer: CmsSignerInfo,
  request: PathRequest,
  roots: CertificatePool,
): Promise<Judged | undefined> {
  const token = await readCmsMessage(der);
  const { contentType, content } = token.signedData;
  if (contentType !== timestampInfo || !content) return undefined;
  const info = readTimestampInfo(content);
  if (!(await isOver(info, signer))) return undefined;
  const now = request.now ?? request.at;
  const validUntil = info.at > now + clockSkewMs ? undefined : await authorityValidUntil(token, request, roots);
  return { at: info.at, counts: validUntil !== undefined, ...(validUntil !== undefined && { validUntil }) };
}

async function isOver({ digest, imprint }: TimestampInfo, { signature }: CmsSignerInfo): Promise<boolean> {
  const hash = readHash(digest);
  if (hash === "weak" || hash === "unsupported") return false;
  return equalBytes(imprint, new Uint8Array(await crypto.subtle.digest(hash, signature)));
}

/** Until when the authority that signed a token is valid; `undefined` where it is none that counts. */
async function authorityValidUntil(
  { signer, certificates, signedData }: CmsMessage,
  request: PathRequest,
  roots: CertificatePool,
): Promise<number | undefined> {
  if (!signer.signedAttributes) return undefined;
  const [leaf, ...others] = signersCertificates(signer, [...certificates, ...missingIn(certificates, roots)]);
  const usage = leaf?.extensions.extendedKeyUsage;
  // RFC 3161 §2.3: for nothing else, and critical. That the purpose is this one is a rule of the path.
  if (!leaf || others.length > 0 || !usage?.isCritical || usage.purposes.size !== 1) return undefined;
  const outcome = await verifySignerInfo(signer, leaf, signedData, signedData.content ?? new Uint8Array());
  if (outcome !== "valid") return undefined;
  const presented = certificates.filter((certificate) => certificate !== leaf);
  const now = request.now ?? request.at;
  const paths = await validatePaths({ ...request, leaf, presented, roots, at: now, purpose: "timestamp" });
  return paths.code === "valid" ? paths.validUntil : undefined;
}

function missingIn(certificates: readonly Certificate[], roots: CertificatePool): readonly Certificate[] {
  return roots.all().filter(({ sha256 }) => !certificates.some((certificate) => certificate.sha256 === sha256));
}

async function readOrNothing<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    // A token that cannot be read proves nothing, and anybody can add one.
    if (error instanceof CountersignError && error.code === "ERR_DER_MALFORMED") return undefined;
    throw error;
  }
}
