import { describe, expect, it } from "vitest";
import { certificatesOf, readSignedData } from "../../src/algorithms/shared/cms-signed-data.js";
import { verifySignerInfo } from "../../src/algorithms/shared/cms-verify.js";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derNull, derSequence, derValue } from "../../src/encoding/der-writer.js";
import { makeAuthority, makeLeaf, read, type TestCertificate } from "../support/certificates.js";
import { cmsAttribute, makeCms, signingCertificateV2, type TestCmsWishes } from "../support/cms.js";
import { makeList } from "../support/revocation-data.js";

const content = utf8('{"user_id":"@alice:example.org"}');
const root = makeAuthority({ subject: "Root" });
const leaf = makeLeaf({ issuer: root });

async function verify(wishes: Partial<TestCmsWishes> = {}, over = content): Promise<string> {
  const signer = wishes.signer ?? leaf;
  const data = readSignedData(makeCms({ content, signer, ...wishes }));
  const [info] = data.signers;
  if (!info) throw new Error("expected a signer");
  return verifySignerInfo(info, await read(signer), data, over);
}

describe("a CMS signature", () => {
  it("is right by every kind of key, with attributes and without", async () => {
    for (const key of ["p256", "p384", "p521", "ed25519", "rsa2048"] as const) {
      const signer = makeLeaf({ key, issuer: root });
      expect(await verify({ signer }), key).toBe("valid");
      expect(await verify({ signer, attributes: null, identifier: "subjectKeyIdentifier" }), key).toBe("valid");
    }
    const signer = makeLeaf({ key: "rsa2048", issuer: root });
    expect(await verify({ signer, signedBy: { hash: "sha512", pssSaltLength: 64 } })).toBe("valid");
  });

  it("is wrong over anything else, and by anybody else's key", async () => {
    expect(await verify({}, utf8("other"))).toBe("bad-signature");
    expect(await verify({ attributes: null }, utf8("other"))).toBe("bad-signature");
    const data = readSignedData(makeCms({ content, signer: leaf }));
    const [info] = data.signers;
    expect(info && (await verifySignerInfo(info, await read(makeLeaf({ issuer: root })), data, content))).toBe(
      "bad-signature",
    );
  });

  it("is weak by a weak digest or key, unsupported by an unknown one", async () => {
    const rsa = makeLeaf({ key: "rsa2048", issuer: root });
    expect(await verify({ signer: rsa, signedBy: { hash: "sha1" } })).toBe("weak-algorithm");
    expect(await verify({ digest: "sha1" })).toBe("weak-algorithm");
    expect(await verify({ digest: "sha224", attributes: null })).toBe("weak-algorithm");
    expect(await verify({ signer: makeLeaf({ key: "rsa1024", issuer: root }) })).toBe("weak-algorithm");
    expect(await verify({ signer: makeLeaf({ key: "secp256k1", issuer: root }) })).toBe("unsupported-key");
  });
});

describe("signed attributes", () => {
  const type = cmsAttribute(oid.contentType, encodedOid(oid.data));
  const digest = (text: string) =>
    cmsAttribute(oid.messageDigest, derValue(4, new Uint8Array(Buffer.from(text, "hex"))));
  const right = digest("00".repeat(32));

  it("must hold content-type and message-digest, each once, both right", async () => {
    expect(await verify({ attributesWhole: [right] })).toBe("malformed");
    expect(await verify({ attributesWhole: [type] })).toBe("malformed");
    expect(await verify({ attributesWhole: [type, right] })).toBe("bad-signature");
    expect(
      await verify({
        attributesWhole: [cmsAttribute(oid.contentType, encodedOid(oid.data), encodedOid(oid.data)), right],
      }),
    ).toBe("malformed");
    expect(await verify({ attributesWhole: [type, cmsAttribute(oid.messageDigest)] })).toBe("malformed");
    expect(await verify({ attributesWhole: [type, cmsAttribute(oid.messageDigest, derNull())] })).toBe("malformed");
    expect(await verify({ attributesWhole: [cmsAttribute(oid.contentType, encodedOid(oid.signedData)), right] })).toBe(
      "malformed",
    );
  });

  it("that stand there twice, or not at all, are no DER", () => {
    expect(() => readSignedData(makeCms({ content, signer: leaf, attributes: [type] }))).toThrow();
    expect(() => readSignedData(makeCms({ content, signer: leaf, attributesWhole: [] }))).toThrow();
  });

  it("are needed for content of another type", async () => {
    const contentType = "1.2.840.113549.1.9.16.1.4";
    expect(await verify({ contentType })).toBe("valid");
    expect(await verify({ contentType, attributes: null })).toBe("malformed");
  });

  it("name the signer's certificate, where they name one", async () => {
    expect(await verify({ attributes: [signingCertificateV2(leaf)] })).toBe("valid");
    expect(await verify({ attributes: [signingCertificateV2(root)] })).toBe("wrong-key");
    const empty = cmsAttribute(oid.signingCertificateV2, derSequence(derSequence()));
    expect(await verify({ attributes: [empty] })).toBe("malformed");
  });

  it("left out: a signature over them is none over the content that they are", async () => {
    const signed = readSignedData(makeCms({ content, signer: leaf })).signers[0];
    if (!signed?.signedAttributes) throw new Error("expected attributes");
    const over = signed.signedAttributes.encoded;
    expect(await verify({ content: over, attributes: null, signature: signed.signature }, over)).toBe("malformed");
  });
});

describe("signed data", () => {
  it("names its signer by issuer and serial number, or by key", async () => {
    const namesake = makeLeaf({ issuer: root, key: leaf.privateKey });
    const all = await Promise.all([root, leaf, namesake].map(read));
    const named = (wishes: Partial<TestCmsWishes>): string[] => {
      const [info] = readSignedData(makeCms({ content, signer: leaf, ...wishes })).signers;
      return info ? certificatesOf(info.signer, all).map(({ sha256 }) => sha256) : [];
    };
    expect(named({})).toEqual([all[1]?.sha256]);
    expect(named({ identifier: "subjectKeyIdentifier" })).toEqual([all[1]?.sha256, all[2]?.sha256]);
  });

  it("carries certificates, lists and content", () => {
    const list = makeList({ issuer: root });
    const certificates: TestCertificate[] = [leaf, root];
    const data = readSignedData(makeCms({ content, signer: leaf, certificates, lists: [list], attached: content }));
    expect(data.certificates.map((der) => Buffer.from(der).toString("hex"))).toEqual(
      certificates.map(({ der }) => Buffer.from(der).toString("hex")),
    );
    expect(Buffer.compare(data.revocationLists[0] ?? new Uint8Array(), list)).toBe(0);
    expect([data.content, data.hasOtherCertificates, data.ocspAnswers]).toEqual([content, false, []]);
  });

  it("is refused in any form but its own", () => {
    const whole = makeCms({ content, signer: leaf });
    const [type, wrapped] = derMembers(readDer(whole));
    const inner = wrapped?.contents ?? new Uint8Array();
    const refused = [
      derSequence(encodedOid(oid.data), wrapped?.encoded ?? derNull()),
      derSequence(type?.encoded ?? derNull(), derValue(0xa0, inner, inner)),
      derSequence(
        type?.encoded ?? derNull(),
        derValue(0xa0, derSequence(...derMembers(readDer(inner)).map(({ encoded }) => encoded), derNull())),
      ),
      whole.subarray(0, -1),
      new Uint8Array([...whole, 0]),
    ];
    for (const bytes of refused)
      expect(() => readSignedData(bytes)).toThrow(expect.objectContaining({ code: "ERR_DER_MALFORMED" }));
  });
});
