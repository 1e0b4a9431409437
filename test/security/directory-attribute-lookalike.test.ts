import { expect, it } from "vitest";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { cms } from "../../src/algorithms/x509.js";
import { toHex, utf8 } from "../../src/encoding/bytes.js";
import { derSequence, derValue } from "../../src/encoding/der-writer.js";
import type { SignerCertificate } from "../../src/model/signer-certificate.js";
import { derAttribute, type TestName } from "../support/der-name.js";
import { cmsBase64, elementCms, judge, makeRoot, makeSigner } from "../support/x509-signatures.js";

/**
 * A directory says whose card has which subject or serial number. Mallory, who may choose some words of her own certificate, has it look
 * like the one of Alice's card in every text that is compared.
 */
const root = makeRoot();
const number = "PNODE-L01X00T47";
const alices = { C: "DE", CN: "Alice", serialNumber: number };
const attribute = { CN: "2.5.4.3", O: "2.5.4.10", serialNumber: "2.5.4.5" };

async function certificateOf(subject: TestName): Promise<SignerCertificate> {
  const value = cmsBase64(elementCms(makeSigner(root, { subject })));
  const { certificate } = await judge(cms({ trustedCertificates: root.pem }), value);
  if (!certificate) throw new Error("expected a certificate");
  return certificate;
}

/** One relative name of several attributes; UTF8Strings. */
const together = (...pairs: readonly (readonly [string, string])[]): Uint8Array =>
  derValue(0x31, ...pairs.map(([type, text]) => derSequence(encodedOid(type), derValue(0x0c, utf8(text)))));

it("a card's own number and name stand there exactly", async () => {
  const { subject, subjectSerialNumber } = await certificateOf(alices);
  expect([subject, subjectSerialNumber]).toEqual([`serialNumber=${number}, CN=Alice, C=DE`, number]);
});

it.each<[string, TestName]>([
  ["nowhere", "Mallory"],
  ["in another attribute", { CN: `Mallory, serialNumber=${number}` }],
  ["twice", derSequence(...[number, "other"].map((text) => derAttribute(attribute.serialNumber, text, 0x13)))],
  [
    "twice in one relative name",
    derSequence(together([attribute.serialNumber, number], [attribute.serialNumber, "x"])),
  ],
  [
    "beside one that is no string",
    derSequence(derAttribute(attribute.serialNumber, number, 0x13), derAttribute(attribute.serialNumber, "x", 0x04)),
  ],
  ["no string", derSequence(derAttribute(attribute.serialNumber, number, 0x04))],
  ["with a character that is not seen", { serialNumber: `${number}\u200b` }],
  ["with a zero byte", { serialNumber: `${number}\0` }],
  ["empty", { serialNumber: "" }],
  ["too long to show", { serialNumber: "9".repeat(5000) }],
])("a serial number that is %s is not Alice's", async (_what, subject) => {
  expect((await certificateOf(subject)).subjectSerialNumber ?? "").not.toContain(number);
});

it("no other name has the text of Alice's", async () => {
  const { CN, O, serialNumber } = attribute;
  const named = (...relative: readonly Uint8Array[]): Uint8Array => derSequence(...relative);
  const one = (type: string, text: string, tag = 0x0c): Uint8Array => derAttribute(type, text, tag);
  const opaque = derValue(0x04, utf8("x"));
  const long = "x".repeat(2000);
  const names: TestName[] = [
    named(one(O, "Example"), one(CN, "Alice")),
    named(one(CN, "Alice"), one(O, "Example")),
    named(one(CN, "Alice, O=Example")),
    named(one(CN, "Alice\\, O=Example")),
    named(one(CN, "Alice+O=Example")),
    named(together([CN, "Alice"], [O, "Example"])),
    named(one(CN, "Alice"), one(CN, "Alice")),
    named(one(CN, "Alice ")),
    named(one(CN, " Alice")),
    named(one(CN, "Alice")),
    named(one(CN, '"Alice"')),
    named(one(CN, "Alice\0")),
    named(one(CN, "Alice\\u{0}")),
    named(one(CN, "Alice\u200b")),
    named(one(CN, "Alice\\u{200b}")),
    named(one(CN, "Alice\ufffd")),
    named(one(CN, "x", 0x04)),
    named(one(CN, `#${toHex(opaque)}`)),
    named(one(CN, `\\#${toHex(opaque)}`)),
    named(one("2.5.4.999", "Alice")),
    named(one(CN, "2.5.4.999=Alice")),
    named(one(serialNumber, "CN=Alice")),
    named(one(CN, `${long}a`)),
    named(one(CN, `${long}b`)),
    named(one(CN, `…${long}`)),
  ];
  const texts = await Promise.all(names.map(async (name) => (await certificateOf(name)).subject));
  expect(new Set(texts).size).toBe(names.length);
  // What a long name is cut to is the name of nobody else: none begins like that.
  const cut = (await certificateOf(named(one(CN, `${long}a`)))).subject;
  expect(cut).toMatch(/^…[0-9a-f]{64} CN=xxx/);
  expect((await certificateOf(named(one(CN, cut)))).subject).not.toBe(cut);
});

it("the issuer of a look-alike is another, whatever it calls itself", async () => {
  const fake = makeRoot({ subject: { CN: "Root", O: "" } });
  const value = cmsBase64(elementCms(makeSigner(fake, { subject: alices })));
  const { certificate } = await judge(cms({ trustedCertificates: fake.pem }), value);
  const own = await certificateOf(alices);
  expect(certificate?.subject).toBe(own.subject);
  expect(certificate?.issuer).not.toBe(own.issuer);
});
