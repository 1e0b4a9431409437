import { beforeAll, describe, expect, it } from "vitest";
import { type Certificate, readCertificate } from "../../src/algorithms/shared/certificate.js";
import { CertificatePool } from "../../src/algorithms/shared/certificate-pool.js";
import { validatePaths } from "../../src/algorithms/shared/certification-path.js";
import { certificatesOf, readSignedData } from "../../src/algorithms/shared/cms-signed-data.js";
import { verifySignerInfo } from "../../src/algorithms/shared/cms-verify.js";
import { RevocationEvidence } from "../../src/algorithms/shared/revocation-evidence.js";
import { CountersignError } from "../../src/errors.js";
import { type ReportCode, statusOfCode } from "../../src/model/report.js";
import { type PkitsMessage, readPkits } from "../support/pkits.js";

const at = Date.UTC(2026, 0, 1);

/** Files of the suite whose signature bits were flipped so that they are no whole bytes any more. */
const unreadable = ["BadSignedCACert", "InvalidDSASignatureTest6EE", "BadCRLSignatureCACRL"];

/** DSA: refused by PROTOCOL. */
const refusedHere = ["ValidDSAParameterInheritanceTest5", "ValidDSASignaturesTest4"];

/** Of the 22 whose names say nothing those that are not valid under any-policy, no flags; OpenSSL 3.0 says the same. */
const notValid: Readonly<Record<string, ReportCode>> = {
  DifferentPoliciesTest4: "policy",
  DifferentPoliciesTest5: "policy",
  DifferentPoliciesTest7: "policy",
  DifferentPoliciesTest8: "policy",
  DifferentPoliciesTest9: "policy",
  DifferentPoliciesTest12: "policy",
  MissingCRLTest1: "revocation-unknown",
};

interface Verdict extends PkitsMessage {
  readonly code: ReportCode;
}

let verdicts: readonly Verdict[];
const skipped: string[] = [];

/** Malformed files are named, not passed over. */
async function unlessMalformed<T>(name: string, read: () => T | Promise<T>): Promise<T[]> {
  try {
    return [await read()];
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    skipped.push(name);
    return [];
  }
}

beforeAll(async () => {
  const { messages, certificates, lists } = await readPkits();
  const intermediates = new CertificatePool();
  for (const [name, der] of certificates) {
    for (const certificate of await unlessMalformed(name, () => readCertificate(der))) intermediates.add(certificate);
  }
  const evidence = new RevocationEvidence();
  for (const [name, der] of lists) await unlessMalformed(name, () => evidence.addList(der));
  const roots = new CertificatePool([
    await readCertificate(certificates.get("TrustAnchorRootCertificate") ?? new Uint8Array()),
  ]);
  const judge = async (message: PkitsMessage): Promise<ReportCode> => {
    const data = readSignedData(message.signature);
    const presented: Certificate[] = [];
    for (const der of data.certificates) {
      const [certificate] = await unlessMalformed("", () => readCertificate(der));
      if (!certificate) return "malformed";
      presented.push(certificate);
    }
    const [signer, ...others] = data.signers;
    const [leaf, ...namesakes] = signer ? certificatesOf(signer.signer, presented) : [];
    if (!signer || !leaf || others.length + namesakes.length > 0) return "malformed";
    const mathematics = await verifySignerInfo(signer, leaf, data, message.content);
    if (mathematics !== "valid") return mathematics;
    const revocation = { mode: "hard-fail", evidence } as const;
    return (await validatePaths({ leaf, presented, intermediates, roots, at, revocation })).code;
  };
  verdicts = await Promise.all(messages.map(async (message) => ({ ...message, code: await judge(message) })));
  const rows = verdicts.map(
    ({ name, expected = "", code }) =>
      `${name.padEnd(48)} ${expected.padEnd(8)} ${statusOfCode[code].padEnd(14)} ${code}`,
  );
  console.log(["NIST PKITS, all messages: name, what it is to be, status, code", ...rows].join("\n"));
});

const named = (expected?: "Valid" | "Invalid"): readonly Verdict[] =>
  verdicts.filter((verdict) => verdict.expected === expected);
const notFound = (list: readonly Verdict[], code: ReportCode): string[] =>
  list.filter((verdict) => verdict.code !== code).map(({ name }) => name);

describe("NIST PKITS, hard-fail, any-policy, no flags, on 2026-01-01:", () => {
  it("has 224 messages, 88 Valid, 114 Invalid and 22 without a word", () => {
    expect([verdicts.length, named("Valid").length, named("Invalid").length, named().length]).toEqual([
      224, 88, 114, 22,
    ]);
  });

  it("holds three files alone that are no DER of their kind", () => {
    expect([...new Set(skipped.filter((name) => name !== ""))].sort()).toEqual([...unreadable].sort());
  });

  it("none of the Invalid is valid", () => {
    expect(named("Invalid").filter(({ code }) => statusOfCode[code] === "valid")).toEqual([]);
  });

  it("all of the Valid are, delta and indirect lists included, except for DSA", () => {
    expect(notFound(named("Valid"), "valid").sort()).toEqual(refusedHere);
    for (const { name, code } of named("Valid")) if (refusedHere.includes(name)) expect(code).toBe("weak-algorithm");
  });

  it("of the others 15 are valid, 6 lack a policy, one lacks a list", () => {
    const codes = Object.fromEntries(named().map(({ name, code }) => [name, code]));
    expect(codes).toMatchObject(notValid);
    expect(Object.values(codes).filter((code) => code === "valid")).toHaveLength(15);
  });

  it.each<[ReportCode, RegExp]>([
    ["name-constraints", /nameConstraints/],
    ["path-length", /pathLenConstraint/],
    [
      "policy",
      /^Invalid(.*(inhibitAnyPolicy|inhibitPolicyMapping|[rR]equireExplicitPolicy|PolicyMapping|MappingTo|MappingFrom))/,
    ],
    ["unknown-critical-extension", /UnknownCritical/],
    ["not-a-ca", /cAFalse|MissingbasicConstraints/],
    ["key-usage", /keyCertSignFalse/],
    ["no-path", /NameChaining/],
    ["cert-not-yet-valid", /notBeforeDate/],
    ["cert-expired", /notAfterDate/],
  ])("says %s where that is the fault", (code, names) => {
    const faulty = named("Invalid").filter(({ name }) => names.test(name));
    expect(faulty.length).toBeGreaterThan(0);
    expect(notFound(faulty, code)).toEqual([]);
  });
});
