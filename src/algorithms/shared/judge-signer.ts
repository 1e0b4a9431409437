import { type Bytes, sha256, toHex } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { throwIfAborted } from "../../model/abort.js";
import { type ReportCode, statusOfCode, type Verdict } from "../../model/report.js";
import type { VerifyInput } from "../algorithm.js";
import type { Certificate } from "./certificate.js";
import { certificateEvidence, signerOf } from "./certificate-evidence.js";
import type { CertificateConfig } from "./certificate-options.js";
import { type CmsMessage, readCmsMessage, signersCertificates } from "./cms-message.js";
import type { CmsSignerInfo } from "./cms-signed-data.js";
import { verifySignerInfo } from "./cms-verify.js";
import { Fault, verdictOf } from "./fault.js";
import { lapsedPaths } from "./lapsed-path.js";
import type { Naming } from "./matrix-names.js";
import { oid } from "./object-identifiers.js";
import type { CertificationPath, PathRequest, PathVerdict } from "./path-types.js";
import { type TimestampFindings, validateAt } from "./validate-at.js";

/** While revocation could not be found out and the addresses may answer later, a verdict is asked for again after this. */
const askAgainMs = 10 * 60_000;

/** In what the algorithms differ. */
export interface SignerRules {
  /** The CMS in a value. @throws Fault */
  decode(value: VerifyInput["value"]): Bytes;
  /** What is wrong with the form; `undefined` where nothing is. @throws CountersignError `ERR_DER_MALFORMED` */
  findFormFault(message: CmsMessage): ReportCode | undefined;
  /** Timestamps on the signature. */
  readTimestamps?(signer: CmsSignerInfo, request: PathRequest): Promise<TimestampFindings>;
  /** How the certificate names the user under this path, as far as the algorithm goes by such a name. */
  nameOwner(path: CertificationPath, userId: string): Naming | undefined;
  /** Why no path counts that does not name the user; absent where it does not matter whom a certificate names. */
  nameFault?(certificate: Certificate, userId: string): ReportCode;
}

/**
 * Judges one CMS signature: form, mathematics, certification path, name.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function judgeSigner(input: VerifyInput, config: CertificateConfig, rules: SignerRules): Promise<Verdict> {
  throwIfAborted(input.signal);
  try {
    return await judge(input, config, rules);
  } catch (error) {
    throwIfAborted(input.signal);
    if (error instanceof Fault) return verdictOf(error.code);
    const isMalformed = error instanceof CountersignError && error.code === "ERR_DER_MALFORMED";
    return verdictOf(isMalformed ? "malformed" : "verifier-failed");
  }
}

async function judge(input: VerifyInput, config: CertificateConfig, rules: SignerRules): Promise<Verdict> {
  const { object, value, now, offline, signal } = input;
  const bytes = rules.decode(value);
  const message = await readCmsMessage(bytes);
  const { signer, signedData, certificates: presented } = message;
  const formFault = rules.findFormFault(message);
  if (formFault) return verdictOf(formFault);
  const { roots, evidence } = await config.contents();
  const leaf = signersCertificate(signer, presented, roots.all());
  const outcome = await verifySignerInfo(signer, leaf, signedData, object.bytes);
  if (outcome !== "valid") return verdictOf(outcome);
  const request: PathRequest = {
    leaf,
    presented: presented.filter((certificate) => certificate !== leaf),
    roots,
    at: config.verificationTime ?? now,
    now: config.verificationTime ?? now,
    revocation: { mode: config.mode, evidence, ...(config.fetch && !offline && { fetch: config.fetch }) },
    ...(signal && { signal }),
  };
  const timestamps = (await rules.readTimestamps?.(signer, request)) ?? { shown: [] };
  const paths = await validateAt(request, timestamps);
  const nameOwner = (path: CertificationPath): Naming | undefined => rules.nameOwner(path, object.userId);
  const isCounting = (path: CertificationPath): boolean => !rules.nameFault || nameOwner(path) !== undefined;
  const lapsed = lapsedPaths(paths.rejectedPaths, config.mode, request.at).filter(isCounting);
  const ended = lapsed.filter((path) => path.code === paths.code);
  const counting = paths.code === "valid" ? paths.validPaths.filter(isCounting) : ended;
  const otherwise = paths.code === "valid" ? rules.nameFault?.(leaf, object.userId) : undefined;
  const { code, ...interval } = verdictByPaths(paths, counting, otherwise ?? paths.code);
  return verdictOf(code, {
    ...interval,
    ...freshness(paths, input, config),
    signer: await signerOf(leaf),
    certificate: await certificateEvidence({
      certificate: leaf,
      presented,
      validPaths: code === "valid" ? paths.validPaths : [],
      lapsedPaths: statusOfCode[code] === "invalid" ? [] : lapsed,
      anyPath: paths.validPaths[0] ?? paths.rejectedPaths[0],
      nameOwner,
      keyId: input.key,
      isNamedInSignature: signer.signedAttributes?.values.has(oid.signingCertificateV2) ?? false,
      timestamps: timestamps.shown,
    }),
    valueHash: toHex(await sha256(bytes)),
  });
}

/** Two that fit: nobody can say which of them it is, and a reader elsewhere may take the other one. */
function signersCertificate(
  signer: CmsSignerInfo,
  presented: readonly Certificate[],
  known: readonly Certificate[],
): Certificate {
  const [certificate, ...others] = signersCertificates(signer, presented);
  if (others.length > 0) throw new Fault("malformed");
  if (certificate) return certificate;
  const [pinned, ...more] = signersCertificates(signer, known);
  if (!pinned || more.length > 0) throw new Fault("no-key");
  return pinned;
}

/** The code, and the interval of the longest-lived path that counts; of what has ended, only where a path says when. */
function verdictByPaths(
  { code, validFrom, validUntil }: PathVerdict,
  counting: readonly CertificationPath[],
  otherwise: ReportCode,
): Pick<Verdict, "code" | "validFrom" | "validUntil"> {
  const [longest] = [...counting].sort((a, b) => b.validUntil - a.validUntil);
  if (longest) return { code, validFrom: longest.validFrom, validUntil: longest.validUntil };
  if (code === "cert-expired" || code === "cert-revoked-softly") return { code };
  return {
    code: otherwise,
    ...(validFrom !== undefined && { validFrom }),
    ...(validUntil !== undefined && { validUntil }),
  };
}

function freshness(
  { freshUntil, validPaths }: PathVerdict,
  { now }: VerifyInput,
  { mode, fetch, verificationTime }: CertificateConfig,
): Pick<Verdict, "freshUntil"> {
  const isGuess =
    mode === "soft-fail" &&
    fetch !== undefined &&
    validPaths.some(({ revocation }) => revocation.some(({ status }) => status === "unknown"));
  // A time that the caller fixed does not pass.
  const ends = [...(verificationTime === undefined ? [freshUntil] : []), ...(isGuess ? [now + askAgainMs] : [])];
  const known = ends.filter((end) => end !== undefined);
  return known.length > 0 ? { freshUntil: Math.min(...known) } : {};
}
