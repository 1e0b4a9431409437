import { expect, it } from "vitest";
import { cms, x509 } from "../../src/algorithms/x509.js";
import { type DerValue, derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derValue } from "../../src/encoding/der-writer.js";
import type { SignableObject } from "../../src/model/signable.js";
import { makeKey } from "../support/certificates.js";
import { makeCms } from "../support/cms.js";
import { cmsBase64, cmsPem, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

/**
 * Where there are attributes, they are what is signed. Whoever leaves them out of the message has a signature over a document that is
 * those attributes; whoever adds some makes a signed document into attributes.
 */
const root = makeRoot();
const options = { trustedCertificates: root.pem };

function attributesOf(der: Uint8Array): Uint8Array {
  const find = (value: DerValue, tag: number, from: "first" | "last"): DerValue => {
    const members = derMembers(value).filter((member) => member.tag === tag);
    const found = from === "first" ? members[0] : members.at(-1);
    if (!found) throw new Error("no such member");
    return found;
  };
  const [signedData] = derMembers(find(readDer(der), 0xa0, "first"));
  if (!signedData) throw new Error("no signed data");
  const [signer] = derMembers(find(signedData, 0x31, "last"));
  if (!signer) throw new Error("no signer");
  return derValue(0x31, find(signer, 0xa0, "first").contents);
}

it.each(["rsa2048", "p256"] as const)("attributes replayed as a document are refused: %s", async (kind) => {
  const signer = makeSigner(root, { key: makeKey(kind) });
  const signedBy = kind === "rsa2048" ? ({ hash: "sha512", pssSaltLength: 64 } as const) : {};
  const identifier = "subjectKeyIdentifier";
  const honest = makeCms({ content: masterKeyOf().bytes, signer, signedBy, identifier });
  expect((await judge(cms(options), cmsBase64(honest))).code).toBe("valid");
  const bytes = new Uint8Array(attributesOf(honest));
  const replay = makeCms({ content: bytes, signer, signedBy, identifier, attributes: null });
  const object: SignableObject = { ...masterKeyOf(), bytes };
  expect((await judge(cms(options), cmsBase64(replay), { object })).code).toBe("malformed");
  if (kind === "rsa2048") expect((await judge(x509(options), cmsPem(replay), { object })).code).toBe("malformed");
});

it("a signature over the object is none over attributes that were added to it", async () => {
  const signer = makeSigner(root, { key: "ed25519" });
  const content = masterKeyOf().bytes;
  const bare = makeCms({ content, signer, attributes: null });
  expect((await judge(cms(options), cmsBase64(bare))).code).toBe("valid");
  const signature = bare.subarray(-64);
  expect((await judge(cms(options), cmsBase64(makeCms({ content, signer, signature })))).code).toBe("bad-signature");
});

it("attributes about another object, another type of content or nothing at all do not stand for this one", async () => {
  const signer = makeSigner(root, { key: "p256" });
  const other = masterKeyOf("@mallory:example.org");
  const codeOf = async (wishes: object): Promise<string> =>
    (await judge(cms(options), cmsBase64(makeCms({ content: masterKeyOf().bytes, signer, ...wishes })))).code;
  expect(await codeOf({ content: other.bytes })).toBe("bad-signature");
  expect(await codeOf({ attributesWhole: [] })).toBe("malformed");
});
