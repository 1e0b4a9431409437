import { expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { derValue } from "../../src/encoding/der-writer.js";
import { type LintFinding, lint } from "../../src/model/lint/lint.js";
import { bySerialNumber, derCertificate, derSignedData, nameOf } from "../support/der-certificates.js";

const userId = "@alice:matrix.example.org:8448";
const cms = "custom:org.ietf.cms:abcd";
const other = "custom:org.example.other:abcd";
const number = "PNOEE-47101010033";
const mail = "alice@mail.example";
const numbered = derCertificate({ subject: [["2.5.4.5", number]] });
const plain = derCertificate({ subject: [["2.5.4.3", "Alice Example"]] });
const mailed = (isAuthority: boolean): Uint8Array =>
  derCertificate({ subject: [["1.2.840.113549.1.9.1", mail]], isAuthority });

function personal(value: string | { [name: string]: unknown }, keyId = cms): LintFinding | undefined {
  return lint({ userId, keyId, value }).find(({ rule }) => rule === "personal-data");
}

const framed = (bytes: Uint8Array, label: string): string =>
  `-----BEGIN ${label}-----\n${encodeBase64(bytes).replace(/.{64}/g, "$&\n")}\n-----END ${label}-----\n`;
const utf16 = (text: string): Uint8Array => Uint8Array.from([...text].flatMap((char) => [0, char.charCodeAt(0)]));
const directory = (type: string): Uint8Array => derCertificate({ extensions: [["2.5.29.9", directoryOf(type)]] });
const alternative = (...names: Uint8Array[]): Uint8Array =>
  derCertificate({ extensions: [["2.5.29.17", derValue(0x30, ...names)]] });

/** Attributes ::= SEQUENCE OF SEQUENCE { type, SET OF value }, which differs from a Name in where the SET stands. */
function directoryOf(type: string): Uint8Array {
  const [, , ...attribute] = nameOf([[type, "x"]]).subarray(2);
  const body = Uint8Array.from(attribute);
  const typeLength = (body[3] ?? 0) + 2;
  return derValue(
    0x30,
    derValue(0x30, body.subarray(2, 2 + typeLength), derValue(0x31, body.subarray(2 + typeLength))),
  );
}

it("is absent from ordinary certificates", () => {
  for (const bytes of [plain, derSignedData([plain]), derCertificate({ isVersion1: true }), derSignedData([])]) {
    expect(personal(encodeBase64(bytes))).toBeUndefined();
    expect(personal(encodeBase64(bytes), other)).toBeUndefined();
  }
});

it.each<[string, Uint8Array]>([
  ["a bare certificate", numbered],
  ["octets of something else", derValue(0x30, derValue(0x04, numbered))],
  ["a certificate of version 1", derCertificate({ subject: [["2.5.4.5", number]], isVersion1: true })],
  ["a signature", derSignedData([numbered])],
  ["a certificate behind others", derSignedData([plain, plain, numbered])],
  [
    "a certificate that calls itself a CA",
    derSignedData([derCertificate({ subject: [["2.5.4.5", number]], isAuthority: true })]),
  ],
  ["lower case behind a space", derCertificate({ subject: [["2.5.4.5", ` ${number.toLowerCase()}`]] })],
  ["another country", derCertificate({ subject: [["2.5.4.5", "IDCES-00000000T"]] })],
  ["two octets a character", derCertificate({ subject: [["2.5.4.5", derValue(0x1e, utf16(number))]] })],
  [
    "text in pieces",
    derCertificate({
      subject: [["2.5.4.5", derValue(0x2c, derValue(0x0c, utf8("PN")), derValue(0x0c, utf8("OEE-4")))]],
    }),
  ],
  [
    "letters outside UTF-8",
    derCertificate({ subject: [["2.5.4.5", derValue(0x14, utf8(number), Uint8Array.of(0xff))]] }),
  ],
  ["a name among the alternative ones", alternative(derValue(0xa4, nameOf([["2.5.4.5", number]])))],
  ["a birth in the subject", derCertificate({ subject: [["1.3.6.1.5.5.7.9.1", "19470101"]] })],
  ["a date of birth in the directory", directory("1.3.6.1.5.5.7.9.1")],
  ["a place of birth in the directory", directory("1.3.6.1.5.5.7.9.2")],
  [
    "an address in a name among the alternative ones",
    alternative(derValue(0xa4, nameOf([["1.2.840.113549.1.9.1", mail]]))),
  ],
  [
    "an address of somebody beside the signer",
    derSignedData([derCertificate({ serialNumber: 2 }), mailed(false)], bySerialNumber(2)),
  ],
  ["an address", alternative(derValue(0x81, utf8(mail)))],
  ["a second address", alternative(derValue(0x81, utf8("alice@example.org")), derValue(0x81, utf8(mail)))],
  ["an address of a CA that signed itself", derSignedData([mailed(true)])],
])("is found in %s, under any key ID and label, in any base64", (_what, bytes) => {
  const base64 = encodeBase64(bytes);
  const urlSafe = base64.replace(/\+/g, "-").replace(/\//g, "_");
  const values = [
    base64,
    urlSafe,
    `${base64}${"=".repeat((4 - (base64.length % 4)) % 4)}`,
    base64.replace(/.{60}/g, "$& \r\n "),
  ];
  const frames = ["CMS", "PKCS7", "CERTIFICATE", "SSH SIGNATURE", "MESSAGE"].map((label) => framed(bytes, label));
  const objects = [{ signature: base64 }, { deep: [{ deeper: { x5c: [base64] } }] }];
  for (const value of [...values, ...frames, `${framed(plain, "CMS")}${frames[0]}`, ...objects]) {
    expect(personal(value)).toBeDefined();
    expect(personal(value, other)).toBeDefined();
  }
});

it("is not an address of the own server, above or below it, nor what a CA gives for questions", () => {
  for (const host of ["matrix.example.org", "MATRIX.example.org.", "example.org", "chat.matrix.example.org"]) {
    expect(personal(encodeBase64(alternative(derValue(0x81, utf8(`alice@${host}`)))))).toBeUndefined();
  }
  for (const host of ["org", "ample.org", "example.org.evil.example", "xmatrix.example.org"]) {
    expect(personal(encodeBase64(alternative(derValue(0x81, utf8(`alice@${host}`)))))).toBeDefined();
  }
  const underCa = derSignedData([derCertificate({ serialNumber: 2 }), mailed(true)], bySerialNumber(2));
  expect(personal(encodeBase64(underCa))).toBeUndefined();
});

it.each<[string, (whole: Uint8Array) => Uint8Array]>([
  [
    "of other parts than a signature has",
    (whole) => whole.map((octet, at) => (at > 40 && octet === 0xa0 ? 0xa2 : octet)),
  ],
  ["cut off", (whole) => whole.subarray(0, whole.length - 1)],
  ["followed by something", (whole) => concatBytes(whole, Uint8Array.of(5, 0))],
  ["of indefinite length", (whole) => concatBytes(Uint8Array.of(0x30, 0x80), whole.subarray(4), Uint8Array.of(0, 0))],
  ["beyond any size", (whole) => concatBytes(derValue(0x30, whole, new Uint8Array(1 << 16)))],
])("cannot be ruled out in what claims to be a certificate and is %s", (_what, spoil) => {
  const bytes = spoil(derSignedData([mailed(false)]));
  expect(personal(encodeBase64(bytes))).toBeDefined();
  expect(personal(framed(bytes, "CERTIFICATE"), other)).toBeDefined();
});

it("cannot be ruled out in what is too much to look through", () => {
  expect(personal("A".repeat(1 << 20), other)).toBeDefined();
  expect(
    personal(Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`${index}`, "eA"])), other),
  ).toBeDefined();
  expect(personal("-----BEGIN CMS-----\n?\n-----END CMS-----", other)).toBeDefined();
});

it("is not read into a signature that merely begins as DER or OpenPGP does", () => {
  for (const first of [0x30, 0x88, 0xc2]) {
    const raw = new Uint8Array(64).fill(0x55);
    raw[0] = first;
    expect(personal(encodeBase64(raw), other)).toBeUndefined();
  }
});

it("is not repeated by the finding", () => {
  const finding = personal(
    encodeBase64(
      derSignedData([
        derCertificate({
          subject: [
            ["2.5.4.5", number],
            ["1.2.840.113549.1.9.1", mail],
          ],
        }),
      ]),
    ),
  );
  expect(JSON.stringify(finding)).not.toMatch(/47101010033|mail\.example/);
});
