import { canonicalJson } from "matrix-countersign";
import { x509 } from "matrix-countersign/x509";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseKeyId } from "../../src/model/key-id.js";
import { lint } from "../../src/model/lint/lint.js";
import { readSignable } from "../../src/model/signable.js";
import { elementsView } from "../support/element-crypto.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import type { OpensslFolder } from "../support/openssl-certificates.js";
import { type ElementCase, elementCases, makeElementCas, signCase } from "../support/x509-element-cases.js";

let openssl: OpensslFolder;
const rows: string[] = [];

beforeAll(async () => {
  openssl = await makeElementCas("example.org");
});
afterAll(async () => {
  await openssl?.dispose();
  console.log(["certificate or signature | here | Element | why they differ", ...rows].join("\n"));
});

it.each(elementCases.map((one) => [one.name, one] as const))("%s", async (name, one: ElementCase) => {
  const userId = "@alice:example.org";
  const master = await makeCrossSigningKey(userId);
  const { object } = await makeCrossSigningKey(userId, "self_signing");
  const selfSigning = {
    ...object,
    signatures: { [userId]: { [`ed25519:${master.publicKey}`]: await master.sign(object) } },
  };
  const { keyId, value } = await signCase(openssl, one, { name, userId, signed: canonicalJson(master.object) });
  const caCertificates = await openssl.pem("root");
  const answer = {
    device_keys: { [userId]: {} },
    failures: {},
    master_keys: { [userId]: { ...master.object, signatures: { [userId]: { [keyId]: value } } } },
    self_signing_keys: { [userId]: selfSigning },
  };
  const element = (await elementsView(answer, [userId], { caCertificates })).get(userId);
  const { key } = parseKeyId(keyId) ?? {};
  const input = {
    object: readSignable(master.object, userId),
    ...(key !== undefined && { key }),
    value,
    now: Date.now(),
  };
  const { code, status } = await x509({ trustedCertificates: caCertificates }).verify(input);
  rows.push(`${name} | ${code} | ${element} | ${one.why ?? ""}`);
  expect([code, element]).toEqual([one.code, one.isVerified ? "verified" : "unverified"]);
  expect((status === "valid") === one.isVerified).toBe(one.why === undefined);
  const rules = lint({ userId, keyId, value }).map(({ rule }) => rule as string);
  if (status === "valid") expect(rules).toEqual(one.lint === undefined ? [] : [one.lint]);
});
