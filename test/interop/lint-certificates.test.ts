import { canonicalJson, type JsonObject } from "matrix-countersign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { type LintedSignature, lint } from "../../src/model/lint/lint.js";
import { elementsView } from "../support/element-crypto.js";
import { type CrossSigningKey, makeCrossSigningKey } from "../support/matrix-keys.js";
import {
  asElementSigns,
  caExtensions,
  leafExtensions,
  makeOpensslFolder,
  type OpensslFolder,
} from "../support/openssl-certificates.js";

const userId = "@alice:example.org";
const cmsKeyId = "custom:org.ietf.cms:abcd";
let openssl: OpensslFolder;

beforeAll(async () => {
  openssl = await makeOpensslFolder();
  await openssl.make("root", { extensions: caExtensions, key: "rsa2048" });
});
afterAll(() => openssl?.dispose());

const rulesOf = (signature: Omit<LintedSignature, "userId">): string[] =>
  lint({ userId, ...signature }).map(({ rule }) => rule);

describe("the order of certificates", () => {
  const named = [...leafExtensions, "subjectAltName=URI:matrix:u/alice:example.org"];
  const long = `crlDistributionPoints=URI:http://crl.example.org/${"a".repeat(300)}`;
  let master: CrossSigningKey;
  let selfSigning: JsonObject;

  beforeAll(async () => {
    const rsa = { key: "rsa2048" } as const;
    await openssl.make("short-ca", { issuer: "root", extensions: caExtensions, ...rsa });
    await openssl.make("long-ca", { issuer: "root", extensions: [...caExtensions, long], ...rsa });
    await openssl.make("under-short", { issuer: "short-ca", extensions: named, ...rsa });
    await openssl.make("under-long", { issuer: "long-ca", extensions: named, ...rsa });
    await openssl.make("under-root", { issuer: "root", extensions: named, ...rsa });
    master = await makeCrossSigningKey(userId);
    const { object } = await makeCrossSigningKey(userId, "self_signing");
    const signatures = { [userId]: { [`ed25519:${master.publicKey}`]: await master.sign(object) } };
    selfSigning = { ...object, signatures };
  });

  async function elementSays(keyId: string, value: string) {
    const answer = {
      device_keys: { [userId]: {} },
      failures: {},
      master_keys: { [userId]: { ...master.object, signatures: { [userId]: { [keyId]: value } } } },
      self_signing_keys: { [userId]: selfSigning },
    };
    return (await elementsView(answer, [userId], { caCertificates: await openssl.pem("root") })).get(userId);
  }

  it.each([
    ["a leaf that is shorter than its issuer", "under-long", ["long-ca"], true],
    ["a leaf alone", "under-root", [], true],
    ["a leaf that is longer than its issuer", "under-short", ["short-ca"], false],
  ])("counts for Element exactly where the lint finds nothing: %s", async (_what, leaf, chain, isFirst) => {
    const value = (await openssl.sign(canonicalJson(master.object), leaf, chain, asElementSigns)).toString();
    const keyId = "io.element.x509:abcd";
    expect(rulesOf({ keyId, value })).toEqual(isFirst ? [] : ["x509-leaf-order"]);
    expect(await elementSays(keyId, value)).toBe(isFirst ? "verified" : "unverified");
  });

  it.each(["custom:io.element.x509:abcd", "org.ietf.cms:abcd", cmsKeyId])(
    "is nobody's concern under %s, which Element does not read",
    async (keyId) => {
      const first = (
        await openssl.sign(canonicalJson(master.object), "under-long", ["long-ca"], asElementSigns)
      ).toString();
      expect(await elementSays(keyId, first)).toBe("unverified");
      const last = (
        await openssl.sign(canonicalJson(master.object), "under-short", ["short-ca"], asElementSigns)
      ).toString();
      expect(rulesOf({ keyId, value: last })).not.toContain("x509-leaf-order");
    },
  );
});

describe("personal data in certificates", () => {
  const birth = (attribute: string): string[] => [
    "2.5.29.9=ASN1:SEQUENCE:directory",
    "[directory]",
    "one=SEQUENCE:attribute",
    "[attribute]",
    `type=OID:${attribute}`,
    "values=SET:values",
    "[values]",
    "value=GENTIME:19700101120000Z",
  ];
  const directoryName = ["subjectAltName=dirName:name", "[name]", "serialNumber=IDCBE-590082394654"];
  const smtpUtf8 = "subjectAltName=otherName:1.3.6.1.5.5.7.8.9;UTF8:alice@mail.example";
  const cases: readonly (readonly [
    what: string,
    isPersonal: boolean,
    subject: string,
    extensions: readonly string[],
  ])[] = [
    ["a name", false, "/CN=Alice Example", []],
    ["a civic number", true, "/CN=Alice/serialNumber=PNOEE-47101010033", []],
    ["an identity card", true, "/CN=Alice/serialNumber=IDCBE-590082394654", []],
    ["a passport", true, "/CN=Alice/serialNumber=PASSK-P3000180", []],
    ["a tax number", true, "/CN=Alice/serialNumber=TINIT-XXXYYY00A00A000A", []],
    ["a tax number, as it was called", true, "/CN=Alice/serialNumber=TAXIT-XXXYYY00A00A000A", []],
    ["a company's number", false, "/CN=Example/serialNumber=NTREE-12345678", []],
    ["a device's number", false, "/CN=Reader/serialNumber=12345678", []],
    ["a number in an alternative name", true, "/CN=Alice", directoryName],
    ["a date of birth", true, "/CN=Alice", birth("1.3.6.1.5.5.7.9.1")],
    ["a place of birth", true, "/CN=Alice", birth("1.3.6.1.5.5.7.9.2")],
    ["a private address", true, "/CN=Alice", ["subjectAltName=email:alice@mail.example"]],
    ["a private address in UTF-8", true, "/CN=Alice", [smtpUtf8]],
    ["a private address in the subject", true, "/CN=Alice/emailAddress=alice@mail.example", []],
    ["an address of the server", false, "/CN=Alice/emailAddress=alice@example.org", []],
    ["an address below the server", false, "/CN=Alice", ["subjectAltName=email:alice@mail.example.org"]],
    ["an address of a server that ends alike", true, "/CN=Alice", ["subjectAltName=email:alice@badexample.org"]],
    ["a Matrix URI", false, "/CN=Alice", ["subjectAltName=URI:matrix:u/alice:example.org"]],
  ];

  it.each(cases)("is found in every form of value: %s (%s)", async (_what, isPersonal, subject, extensions) => {
    await openssl.make("leaf", { issuer: "root", subject, extensions: [...leafExtensions, ...extensions] });
    const der = await openssl.sign("data", "leaf", ["root"]);
    const pem = (await openssl.sign("data", "leaf", ["root"], ["-keyid", "-outform", "PEM"])).toString();
    const bare = encodeBase64(await openssl.der("leaf"));
    const carriers = [
      { keyId: cmsKeyId, value: encodeBase64(der) },
      { keyId: "custom:org.example.third-party:abcd", value: encodeBase64(der) },
      { keyId: "custom:org.example.third-party:abcd", value: { certificates: [bare] } },
      { keyId: "custom:org.example.third-party:abcd", value: await openssl.pem("leaf") },
      { keyId: "io.element.x509:abcd", value: pem },
    ];
    for (const carrier of carriers) expect(rulesOf(carrier).includes("personal-data")).toBe(isPersonal);
  });

  it("is not what a CA's address is, unless the CA signed itself", async () => {
    const subject = "/CN=Example CA/emailAddress=ca@mail.example";
    await openssl.make("named-ca", { subject, extensions: caExtensions });
    await openssl.make("plain", { issuer: "named-ca" });
    const under = await openssl.sign("data", "plain", ["named-ca"]);
    expect(rulesOf({ keyId: cmsKeyId, value: encodeBase64(under) })).not.toContain("personal-data");
    for (const how of [[], ["-keyid"]]) {
      const byItself = await openssl.sign("data", "named-ca", [], [...how, "-outform", "DER"]);
      expect(rulesOf({ keyId: cmsKeyId, value: encodeBase64(byItself) })).toContain("personal-data");
    }
  });

  it("cannot be ruled out in BER, which OpenSSL streams", async () => {
    await openssl.make("streaming", { issuer: "root" });
    const ber = await openssl.sign("data", "streaming", [], ["-stream", "-nodetach", "-outform", "DER"]);
    expect([...ber.subarray(0, 2)]).toEqual([0x30, 0x80]);
    expect(rulesOf({ keyId: cmsKeyId, value: encodeBase64(ber) })).toContain("personal-data");
  });
});
