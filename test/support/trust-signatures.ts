import { type ReportCode, type SignatureReport, statusOfCode } from "../../src/model/report.js";
import type { LapsedSignerPath, SignerCertificate, SignerPath } from "../../src/model/signer-certificate.js";
import { algorithmOf, fingerprintOf, type Keys, keyHashOf, keyOf, parentsOf, subjectOf } from "./trust-keys.js";
import { caseNow, hashOf, timeOf } from "./trust-words.js";

/** A signature as a table describes it: valid now, and with neither time nor end, unless it says otherwise. */
export interface SignatureWords {
  readonly by: string;
  /** Tells signatures of one key apart. */
  readonly called?: string;
  readonly says?: ReportCode;
  readonly made?: string;
  readonly ends?: string;
  readonly "key began"?: string;
  readonly "key ends"?: string;
  readonly on?: "an older key" | "an event" | "the self-signing key" | "another user's key";
  readonly proven?: string;
  readonly "key came along"?: boolean;
  readonly kept?: boolean;
  readonly "verdict holds until"?: string;
}

const members = Object.keys({
  by: true,
  called: true,
  says: true,
  made: true,
  ends: true,
  "key began": true,
  "key ends": true,
  on: true,
  proven: true,
  "key came along": true,
  kept: true,
  "verdict holds until": true,
} satisfies Record<keyof SignatureWords, true>);

/** Where nobody knows the signer: no key, or mathematics that are wrong. */
const withoutSigner: readonly ReportCode[] = ["bad-signature", "malformed", "no-key", "unknown-algorithm", "too-many"];

/** Hash of the signature itself. */
export function valueHashOf({ by, called = by }: SignatureWords): string {
  return hashOf(`signature ${called}`);
}

/** The report on a signature, as a verifier would give it. */
export function reportOf(keys: Keys, words: SignatureWords, userId: string, object: string): SignatureReport {
  const unknown = Object.keys(words).find((member) => !members.includes(member));
  if (unknown !== undefined) throw new Error(`no signature has ${unknown}`);
  const algorithm = algorithmOf(keys, words.by);
  const fingerprint = fingerprintOf(keys, words.by);
  const certificate = isCertificate(keys, words.by) ? certificateOf(keys, words, userId) : undefined;
  const ends = [words["key ends"] === undefined ? undefined : timeOf(words["key ends"]), endOf(certificate)];
  const validUntil = ends.find((end) => end !== undefined);
  const expiresAt = words.ends === undefined ? undefined : timeOf(words.ends);
  const code = words.says ?? codeBy(expiresAt, validUntil, certificate);
  const isOther = words.on === "another user's key";
  return {
    keyId: `custom:${algorithm}:${words.called ?? words.by}`,
    algorithm,
    userId: isOther ? `@somebody${userId.slice(1)}` : userId,
    object: words.on === "an older key" || isOther ? "another key" : object,
    purpose:
      words.on === "an event" ? "event" : words.on === "the self-signing key" ? "self-signing-key" : "master-key",
    status: statusOfCode[code],
    code,
    valueHash: valueHashOf(words),
    ...(!withoutSigner.includes(code) && { signer: { fingerprint, keyHash: keyHashOf(keys, words.by), names: [] } }),
    ...(words.made !== undefined && { createdAt: timeOf(words.made) }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(words["key began"] !== undefined && { validFrom: timeOf(words["key began"]) }),
    ...(validUntil !== undefined && { validUntil }),
    ...(certificate && statusOfCode[code] !== "unsupported" && { certificate }),
    ...(words["key came along"] && { keyUnconfirmed: true }),
    ...(words["verdict holds until"] !== undefined && { freshUntil: timeOf(words["verdict holds until"]) }),
    ...(words.kept && { heldBy: ["the manifest"] }),
  };
}

function codeBy(expiresAt = Infinity, validUntil = Infinity, certificate: SignerCertificate | undefined): ReportCode {
  if (expiresAt <= caseNow) return "expired";
  if (validUntil <= caseNow) return certificate ? "cert-expired" : "key-expired";
  return "valid";
}

function isCertificate(keys: Keys, name: string): boolean {
  return ["cms", "x509"].includes(keyOf(keys, name).kind);
}

function certificateOf(keys: Keys, { by, says, proven }: SignatureWords, userId: string): SignerCertificate {
  const own = keyOf(keys, by);
  const [issuer] = parentsOf(own);
  const all = pathsTo(keys, by).map((names) => pathOf(keys, names, userId));
  const isSoft = says === "cert-revoked-softly";
  const current = isSoft ? [] : all.filter(({ validUntil }) => caseNow < validUntil);
  const lapsed = all.filter((path) => !current.includes(path));
  const code: LapsedSignerPath["code"] = isSoft ? "cert-revoked-softly" : "cert-expired";
  return {
    sha256: fingerprintOf(keys, by),
    subject: subjectOf(keys, by),
    issuer: subjectOf(keys, issuer ?? by),
    serialNumber: "01",
    isNamedInSignature: true,
    ...(own["serial number"] !== undefined && { subjectSerialNumber: own["serial number"] }),
    notBefore: timeOf(own.began ?? "1 year ago"),
    notAfter: timeOf(own.ends ?? "in 1 year"),
    alternativeNames: [],
    paths: current,
    lapsedPaths: lapsed.map((path) => ({ ...path, code })),
    isIssuerInKeyId: true,
    timestamps: proven === undefined ? [] : [{ at: timeOf(proven), counts: true }],
  };
}

function endOf(certificate: SignerCertificate | undefined): number | undefined {
  const paths = certificate ? [...certificate.paths, ...certificate.lapsedPaths] : [];
  return paths.length > 0 ? Math.max(...paths.map(({ validUntil }) => validUntil)) : undefined;
}

/** Every way from a root down to a certificate. */
function pathsTo(keys: Keys, name: string): string[][] {
  const parents = parentsOf(keyOf(keys, name));
  if (parents.length === 0) return [[name]];
  return parents.flatMap((parent) => pathsTo(keys, parent)).map((path) => [...path, name]);
}

function pathOf(keys: Keys, names: readonly string[], userId: string): SignerPath {
  const own = keyOf(keys, names.at(-1) ?? "");
  const certificates = names.map((name) => ({
    sha256: fingerprintOf(keys, name),
    keyHash: keyHashOf(keys, name),
    subject: subjectOf(keys, name),
  }));
  return {
    certificates,
    validFrom: Math.max(...names.map((name) => timeOf(keyOf(keys, name).began ?? "1 year ago"))),
    validUntil: Math.min(...names.map((name) => timeOf(keyOf(keys, name).ends ?? "in 1 year"))),
    ...(own.names?.includes(userId) && { ownerNamedBy: "uri" as const }),
    emails: own.names ? [] : (own.emails ?? []),
    revocation: [],
  };
}
