import { type SignatureAlgorithm, verifyObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";

const userId = "@alice:example.org";

async function verifyWith(verify: SignatureAlgorithm["verify"]) {
  const { object } = await makeCrossSigningKey(userId);
  const signed = { ...object, signatures: { [userId]: { "custom:org.example.liar": "eA" } } };
  return verifyObject(signed, userId, { algorithms: [{ id: "org.example.liar", verify }] });
}

it("an algorithm that throws decides nothing", async () => {
  const reports = await verifyWith(() => Promise.reject(new Error("secret detail")));
  expect(reports).toMatchObject([{ status: "indeterminate", code: "verifier-failed" }]);
  expect(JSON.stringify(reports)).not.toContain("secret");
});

it("an algorithm that calls something valid without a signer is not believed", async () => {
  expect(await verifyWith(async () => ({ status: "valid", code: "valid" }))).toMatchObject([
    { status: "indeterminate", code: "verifier-failed" },
  ]);
});

it.each<object>([
  { keyHash: "A".repeat(64) },
  { keyHash: "" },
  { keyHash: undefined },
  { keyHash: "a".repeat(64), valueHash: "B".repeat(64) },
  { keyHash: "a".repeat(64), valueHash: "" },
])("an algorithm that calls something valid which no withdrawal could name is not believed: %j", async (hashes) => {
  const { keyHash, ...rest } = hashes as { readonly keyHash: string };
  const signer = { fingerprint: "f", keyHash, names: [] };
  expect(await verifyWith(async () => ({ status: "valid", code: "valid", signer, ...rest }))).toMatchObject([
    { status: "indeterminate", code: "verifier-failed" },
  ]);
});

it("an algorithm cannot rename what it was asked about", async () => {
  const forged = {
    keyId: "other",
    algorithm: "org.openpgp.signature",
    userId: "@mallory:example.org",
    purpose: "event",
  };
  const verdict = { status: "invalid", code: "malformed", ...forged } as const;
  expect(await verifyWith(async () => verdict)).toMatchObject([
    { keyId: "custom:org.example.liar", algorithm: "org.example.liar", userId, purpose: "master-key" },
  ]);
});

it.each([undefined, null, {}, { status: "VALID", code: "valid" }])("%j is no verdict", async (verdict) => {
  expect(await verifyWith(async () => verdict as never)).toMatchObject([{ code: "verifier-failed" }]);
});

const hash = "a".repeat(64);
const right = { status: "valid", code: "valid", signer: { fingerprint: "f", keyHash: hash, names: [] } } as const;
const path = { certificates: [], emails: [], revocation: [], validFrom: 0, validUntil: 1 };
const certificate = { paths: [path], lapsedPaths: [], timestamps: [], notBefore: 0 };

it("one that says what its form asks for is believed", async () => {
  const verify = async () => ({ ...right, certificate, createdAt: 1 }) as never;
  expect(await verifyWith(verify)).toMatchObject([{ code: "valid" }]);
});

it.each<object>([
  { code: "key-revoked" },
  { code: "constructor" },
  { createdAt: Number.NaN },
  { createdAt: Number.POSITIVE_INFINITY },
  { createdAt: 0.5 },
  { createdAt: "1" },
  { validUntil: null },
  { freshUntil: 2 ** 53 },
  { signer: { ...right.signer, fingerprint: 1 } },
  { signer: { ...right.signer, names: undefined } },
  { signer: { ...right.signer, primaryKeyHash: "A" } },
  { certificate: {} },
  { certificate: { ...certificate, notBefore: Number.NaN } },
  { certificate: { ...certificate, lapsedPaths: undefined } },
  { certificate: { ...certificate, paths: [{}] } },
  { certificate: { ...certificate, paths: [null] } },
  { certificate: { ...certificate, paths: [{ ...path, certificates: [{}] }] } },
  { certificate: { ...certificate, paths: [{ ...path, emails: [1] }] } },
  { certificate: { ...certificate, paths: [{ ...path, validUntil: Number.NaN }] } },
])("one that says what would trip who weighs it is not believed: %j", async (lie) => {
  for (const status of [right, { ...right, status: "indeterminate", code: "cert-expired" }]) {
    expect(await verifyWith(async () => ({ ...status, ...lie }) as never)).toMatchObject([{ code: "verifier-failed" }]);
  }
});

const said = {
  status: "valid",
  code: "valid",
  signer: { fingerprint: "f", keyHash: "a".repeat(64), names: [] },
} as const;

it.each<object>([
  { createdAt: Number.NaN },
  { createdAt: "0" },
  { expiresAt: Number.POSITIVE_INFINITY },
  { validFrom: null },
  { validUntil: Number.NaN },
  { freshUntil: "later" },
  { code: 7 },
  { certificate: {} },
  { certificate: { paths: [null] } },
  { signer: null },
  { signer: { ...said.signer, fingerprint: 7 } },
  { signer: { ...said.signer, names: [7] } },
  { status: "invalid", code: "bad-signature", certificate: 7 },
])("a verdict of another form is none: %j", async (junk) => {
  expect(await verifyWith(async () => said)).toMatchObject([{ status: "valid" }]);
  const verdict = { ...said, ...junk } as never;
  expect(await verifyWith(async () => verdict)).toMatchObject([{ status: "indeterminate", code: "verifier-failed" }]);
});
