import { type Bytes, sha256, toHex } from "../../encoding/bytes.js";
import { CountersignError } from "../../errors.js";
import { throwIfAborted } from "../../model/abort.js";
import type { ReportCode, Verdict } from "../../model/report.js";
import type { SignatureTimestamp } from "../../model/signer-certificate.js";
import type { VerifyInput } from "../algorithm.js";
import type { Certificate } from "./certificate.js";
import { certificateEvidence, signerOf } from "./certificate-evidence.js";
import type { CertificateConfig } from "./certificate-options.js";
import { validatePaths } from "./certification-path.js";
import { type CmsMessage, readCmsMessage, signersCertificates } from "./cms-message.js";
import type { CmsSignerInfo } from "./cms-signed-data.js";
import { verifySignerInfo } from "./cms-verify.js";
import { Fault, verdictOf } from "./fault.js";
import type { CertificationPath, PathRequest, PathVerdict } from "./path-types.js";

/** While revocation could not be found out and the addresses may answer later, a verdict is asked for again after this. */
const askAgainMs = 10 * 60_000;

/** Timestamps on a signature. */
export interface TimestampFindings {
  readonly shown: readonly SignatureTimestamp[];
  /** The earliest moment that one which counts proves. */
  readonly at?: number;
  /** Until when that one can be verified. */
  readonly validUntil?: number;
}

/** In what the algorithms differ. */
export interface SignerRules {
  /** The CMS in a value. @throws Fault */
  decode(value: VerifyInput["value"]): Bytes;
  /** What is wrong with the form; `undefined` where nothing is. @throws CountersignError `ERR_DER_MALFORMED` */
  findFormFault(message: CmsMessage): ReportCode | undefined;
  /** Timestamps on the signature. */
  readTimestamps?(signer: CmsSignerInfo, request: PathRequest): Promise<TimestampFindings>;
  /** The valid paths that count for this user, and why none does where none does; all of them where absent. */
  choosePaths?(
    certificate: Certificate,
    paths: readonly CertificationPath[],
    userId: string,
  ): { readonly counting: readonly CertificationPath[]; readonly otherwise: ReportCode };
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
  const { code, ...interval } = verdictByPaths(paths, leaf, object.userId, rules);
  return verdictOf(code, {
    ...interval,
    ...freshness(paths, input, config),
    signer: await signerOf(leaf),
    certificate: await certificateEvidence({
      certificate: leaf,
      presented,
      validPaths: code === "valid" ? paths.validPaths : [],
      rejectedPaths: [...paths.validPaths, ...paths.rejectedPaths],
      userId: object.userId,
      keyId: input.key,
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

/**
 * Now, or where that is too late and a timestamp counts, at its time: a certificate that has expired since, or was taken back for
 * no cause, was good when the signature was there already.
 *
 * Lists leave certificates out that have expired, so one of today proves nothing of them: under `hard-fail` there must be lists or
 * answers that were good at the timestamp's time. What says today that they were revoked counts all the same.
 */
async function validateAt(request: PathRequest, { at, validUntil }: TimestampFindings): Promise<PathVerdict> {
  const paths = await validatePaths(request);
  const isTooLate = paths.code === "cert-expired" || paths.code === "cert-revoked-softly";
  if (!isTooLate || at === undefined) return paths;
  const { mode = "none", evidence } = request.revocation ?? {};
  const known = evidence ? { evidence } : {};
  if (mode === "hard-fail") {
    const atThatTime = await validatePaths({ ...request, at, now: at, revocation: { mode, ...known } });
    if (atThatTime.code !== "valid") return paths;
  }
  const softly = mode === "none" ? mode : "soft-fail";
  const then = await validatePaths({ ...request, at, revocation: { mode: softly, ...known } });
  if (then.code !== "valid") return paths;
  const ends = { validUntil: validUntil ?? at, freshUntil: validUntil ?? at };
  return { ...then, ...ends, validPaths: then.validPaths.map((path) => ({ ...path, validUntil: ends.validUntil })) };
}

function verdictByPaths(
  { code, validPaths, validFrom, validUntil }: PathVerdict,
  leaf: Certificate,
  userId: string,
  rules: SignerRules,
): Pick<Verdict, "code" | "validFrom" | "validUntil"> {
  const chosen = code === "valid" ? rules.choosePaths?.(leaf, validPaths, userId) : undefined;
  const [longest] = [...(chosen?.counting ?? [])].sort((a, b) => b.validUntil - a.validUntil);
  if (longest) return { code, validFrom: longest.validFrom, validUntil: longest.validUntil };
  return {
    code: chosen?.otherwise ?? code,
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
