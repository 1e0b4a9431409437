import { describe, expect, it } from "vitest";
import { readCertificate, serialText } from "../../src/algorithms/shared/certificate.js";
import { readStrictDer } from "../../src/algorithms/shared/der-gate.js";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { readTime } from "../../src/algorithms/shared/x509-time.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derNull, derSequence, derValue } from "../../src/encoding/der-writer.js";
import { certificateExtension, extension, generalName } from "../support/certificate-extensions.js";
import { day, derTime, makeAuthority, makeCertificate, makeLeaf, read, testTime } from "../support/certificates.js";
import { derAttribute } from "../support/der-name.js";

const malformed = expect.objectContaining({ code: "ERR_DER_MALFORMED" });
const gate = (...bytes: number[]) => readStrictDer(Uint8Array.from(bytes), 1000);

describe("the gate", () => {
  it.each<[string, number[]]>([
    ["a boolean of 1", [1, 1, 1]],
    ["a boolean of two bytes", [1, 2, 0xff, 0xff]],
    ["an integer without contents", [2, 0]],
    ["an integer with a leading zero", [2, 2, 0, 0x7f]],
    ["a negative integer with a leading byte", [2, 2, 0xff, 0x80]],
    ["an enumeration with a leading zero", [0x0a, 2, 0, 1]],
    ["a bit string without contents", [3, 0]],
    ["a bit string with nine unused bits", [3, 2, 9, 0]],
    ["a bit string with unused bits set", [3, 2, 1, 1]],
    ["an empty bit string with unused bits", [3, 1, 1]],
    ["a null with contents", [5, 1, 0]],
    ["an object identifier without contents", [6, 0]],
    ["an object identifier with a leading zero", [6, 2, 0x80, 1]],
    ["UTF-8 that is none", [0x0c, 1, 0xff]],
    ["a string in pieces", [0x24, 2, 4, 0]],
    ["a sequence that is primitive", [0x10, 0]],
    ["an indefinite length", [0x30, 0x80, 0, 0]],
    ["a length in a longer form", [0x30, 0x81, 0]],
    ["something behind", [0x30, 0, 0]],
    ["the end-of-contents type", [0x30, 2, 0, 0]],
    ["a fault far inside", [0x30, 4, 0xa0, 2, 0x01, 0]],
  ])("refuses %s", (_what, bytes) => {
    expect(() => gate(...bytes)).toThrow(malformed);
  });

  it("bounds size and depth", () => {
    expect(() => readStrictDer(derValue(4, new Uint8Array(1000)), 1000)).toThrow(malformed);
    let deep: Uint8Array = derNull();
    for (let level = 0; level < 40; level++) deep = derSequence(deep);
    expect(() => readStrictDer(deep, 1000)).toThrow(malformed);
  });

  it("lets tags of other classes be, primitive ones unread", () => {
    expect(gate(0x80, 1, 1).tag).toBe(0x80);
    expect(() => gate(0xa0, 1, 1)).toThrow(malformed);
  });
});

describe("reading a certificate", () => {
  const root = makeAuthority({ subject: "Root" });
  const refused = (wishes: Parameters<typeof makeCertificate>[0]) =>
    expect(readCertificate(makeCertificate(wishes).der)).rejects.toThrow(malformed);

  it("reads what stands there", async () => {
    const leaf = makeLeaf({
      subject: { O: "Example", CN: "Leaf" },
      issuer: root,
      serialNumber: Uint8Array.of(0, 0xff),
    });
    const certificate = await read(leaf);
    expect(certificate).toMatchObject({
      version: 3,
      notBefore: testTime - 30 * day,
      notAfter: testTime + 30 * day + 999,
    });
    expect([certificate.subject.text, certificate.issuer.text, serialText(certificate)]).toEqual([
      "CN=Leaf, O=Example",
      "CN=Root",
      "00FF",
    ]);
    expect(certificate.extensions.subjectKeyId).toEqual(leaf.keyId);
    expect(certificate.extensions.authorityKeyId).toEqual(root.keyId);
  });

  it("keeps bytes of its own", async () => {
    const { der } = makeLeaf();
    const certificate = await readCertificate(der);
    const { sha256, signedPart } = certificate;
    const before = Buffer.from(signedPart).toString("hex");
    der.fill(0);
    expect([certificate.sha256, Buffer.from(certificate.signedPart).toString("hex")]).toEqual([sha256, before]);
  });

  it.each<[string, Uint8Array]>([
    [
      "basicConstraints with a third member",
      extension(
        "2.5.29.19",
        true,
        derSequence(derValue(1, Uint8Array.of(255)), derValue(2, Uint8Array.of(1)), derNull()),
      ),
    ],
    [
      "a negative path length",
      extension("2.5.29.19", true, derSequence(derValue(1, Uint8Array.of(255)), derValue(2, Uint8Array.of(0xff)))),
    ],
    ["a key usage that is no bit string", extension("2.5.29.15", true, derNull())],
    ["an extended key usage without purposes", extension("2.5.29.37", false, derSequence())],
    ["alternative names without any", extension("2.5.29.17", false, derSequence())],
    ["an alternative name of no kind", certificateExtension.subjectAltName(derValue(0x8f, utf8("a")))],
    ["an alternative name that is not ASCII", certificateExtension.subjectAltName(generalName.dns("exämple.org"))],
    ["name constraints without any", extension("2.5.29.30", true, derSequence())],
    ["policies without any", extension("2.5.29.32", false, derSequence())],
    ["a policy that stands there twice", certificateExtension.policies("1.2.3", "1.2.3")],
    ["policy constraints without any", extension("2.5.29.36", true, derSequence())],
    ["a distribution point of nothing", certificateExtension.crlDistributionPoints({})],
    [
      "an extension with something behind its value",
      extension("2.5.29.15", true, concatBytes(derValue(3, Uint8Array.of(7, 128)), derNull())),
    ],
    ["an extension that is no DER", extension("2.5.29.15", true, Uint8Array.of(3, 0x80))],
  ])("refuses %s", (_what, added) => refused({ extensions: [added] }));

  it("refuses an extension that stands there twice, whatever it is", async () => {
    const { unknown, basicConstraints } = certificateExtension;
    await refused({ extensions: [unknown(false), unknown(false)] });
    await refused({ extensions: [basicConstraints(false), basicConstraints(true)] });
  });

  it("refuses another algorithm outside than inside", async () => {
    const [signedPart, , signature] = derMembers(readDer(makeLeaf().der));
    const other = derSequence(encodedOid("1.2.840.10045.4.3.4"));
    const der = derSequence(signedPart?.encoded ?? derNull(), other, signature?.encoded ?? derNull());
    await expect(readCertificate(der)).rejects.toThrow(malformed);
  });

  it("refuses versions and what they do not have", async () => {
    const parts = derMembers(derMembers(readDer(makeLeaf().der))[0] ?? readDer(derNull())).map(
      ({ encoded }) => encoded,
    );
    const [, , signature] = derMembers(readDer(makeLeaf().der));
    const algorithm = parts[2] ?? derNull();
    const whole = (...signedPart: Uint8Array[]) =>
      readCertificate(derSequence(derSequence(...signedPart), algorithm, signature?.encoded ?? derNull()));
    const version = (number: number) => derValue(0xa0, derValue(2, Uint8Array.of(number)));
    await expect(whole(version(2), ...parts.slice(1))).resolves.toMatchObject({ version: 3 });
    for (const number of [0, 1, 3]) await expect(whole(version(number), ...parts.slice(1))).rejects.toThrow(malformed);
    await expect(whole(...parts.slice(1))).rejects.toThrow(malformed);
    await expect(whole(...parts, derNull())).rejects.toThrow(malformed);
    await expect(whole(...parts.slice(1, -1), derValue(0x81, Uint8Array.of(0, 1)))).rejects.toThrow(malformed);
  });

  it("bounds its size", async () => {
    await refused({ extensions: [extension("1.2.3", false, derValue(4, new Uint8Array(64 * 1024)))] });
  });
});

describe("names", () => {
  const compare = async (a: Uint8Array, b: Uint8Array) => {
    const [first, second] = await Promise.all([a, b].map((subject) => read(makeCertificate({ subject }))));
    return first?.subject.comparable === second?.subject.comparable;
  };
  const name = (...attributes: Uint8Array[]) => derSequence(...attributes);
  const organisation = (text: string, tag = 0x0c) => derAttribute("2.5.4.10", text, tag);

  it("are equal whatever the string type, case and white space", async () => {
    expect(await compare(name(organisation("Example")), name(organisation("EXAMPLE", 0x13)))).toBe(true);
    expect(await compare(name(organisation(" An  Example ")), name(organisation("an example", 0x13)))).toBe(true);
    expect(await compare(name(organisation("Straße")), name(organisation("STRASSE")))).toBe(true);
    expect(await compare(name(organisation("A\u030a")), name(organisation("Å")))).toBe(true);
    const bmp = derValue(0x31, derSequence(encodedOid("2.5.4.10"), derValue(0x1e, Uint8Array.of(0, 0x41, 0, 0x62))));
    expect(await compare(name(bmp), name(organisation("ab")))).toBe(true);
  });

  it("differ by type, order, nesting and what joins them", async () => {
    const [a, b] = [organisation("A"), organisation("B")];
    expect(await compare(name(a, b), name(b, a))).toBe(false);
    expect(await compare(name(a, b), name(derValue(0x31, a.subarray(2), b.subarray(2))))).toBe(false);
    expect(await compare(name(a), name(derAttribute("2.5.4.11", "A", 0x0c)))).toBe(false);
    expect(await compare(name(organisation('A"],["B')), name(a, b))).toBe(false);
    expect(await compare(name(organisation("An Example")), name(organisation("AnExample")))).toBe(false);
  });

  it("of several values are equal in any order", async () => {
    const [a, b] = [organisation("A").subarray(2), organisation("B").subarray(2)];
    expect(await compare(name(derValue(0x31, a, b)), name(derValue(0x31, b, a)))).toBe(true);
  });
});

describe("times", () => {
  const time = (tag: number, text: string) => readTime(readDer(derValue(tag, utf8(text))));
  it("of both forms are read", () => {
    expect(time(0x17, "491231235959Z")).toBe(Date.UTC(2049, 11, 31, 23, 59, 59));
    expect(time(0x17, "500101000000Z")).toBe(Date.UTC(1950, 0, 1));
    expect(time(0x18, "20500101000000Z")).toBe(Date.UTC(2050, 0, 1));
    expect(time(0x18, "00010101000000Z")).toBe(Date.parse("0001-01-01T00:00:00Z"));
    expect(readTime(readDer(derTime(testTime)))).toBe(testTime);
  });

  it.each([
    [0x17, "2601010000Z"],
    [0x17, "260101000000+0100"],
    [0x17, "20260101000000Z"],
    [0x17, "260230000000Z"],
    [0x17, "260101240000Z"],
    [0x17, "260101006000Z"],
    [0x18, "20260101000000"],
    [0x18, "20260101000000.5Z"],
    [0x18, "20261301000000Z"],
    [0x16, "260101000000Z"],
  ])("of tag %i, %s, are refused", (tag, text) => {
    expect(() => time(tag, text)).toThrow(malformed);
  });
});
