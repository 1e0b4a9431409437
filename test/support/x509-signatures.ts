import type { VerifyInput } from "../../src/algorithms/algorithm.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import type { Verdict } from "../../src/model/report.js";
import { readSignable, type SignableObject } from "../../src/model/signable.js";
import { certificateExtension, generalName } from "./certificate-extensions.js";
import {
  makeAuthority,
  makeKey,
  makeLeaf,
  pemOf,
  type TestCertificate,
  type TestCertificateWishes,
  testTime,
} from "./certificates.js";
import { makeCms, type TestCmsWishes } from "./cms.js";

export const alice = "@alice:example.org";

/** A master key of `userId` to be signed. */
export function masterKeyOf(userId: string = alice, seed = 7): SignableObject {
  const key = encodeBase64(new Uint8Array(32).fill(seed));
  return readSignable({ user_id: userId, usage: ["master"], keys: { [`ed25519:${key}`]: key } }, userId);
}

/** The Matrix URI of a plain user ID. */
export const uriOf = (userId: string): string => `matrix:u/${userId.slice(1)}`;

/** A root with an RSA key of its own, as Element wants it. */
export function makeRoot(wishes: TestCertificateWishes = {}): TestCertificate {
  return makeAuthority({ subject: "Root", ...wishes });
}

/** A signer's certificate with an RSA key that names `userId`, and `extensions` behind. */
export function makeSigner(
  issuer: TestCertificate,
  { names = [generalName.uri(uriOf(alice))], extensions = [], ...wishes }: SignerWishes = {},
): TestCertificate {
  const named = names.length > 0 ? [certificateExtension.subjectAltName(...names)] : [];
  return makeLeaf({
    subject: "Alice",
    issuer,
    key: makeKey("rsa2048"),
    ...wishes,
    extensions: [...named, ...extensions],
  });
}

export interface SignerWishes extends TestCertificateWishes {
  /** Alternative names; Alice's Matrix URI where absent. */
  readonly names?: readonly Uint8Array[];
}

/** A CMS as Element writes it, in DER; right but for what `wishes` spoil. */
export function elementCms(signer: TestCertificate, wishes: Partial<TestCmsWishes> = {}): Uint8Array<ArrayBuffer> {
  return makeCms({
    content: masterKeyOf().bytes,
    signer,
    identifier: "subjectKeyIdentifier",
    attributes: null,
    signedBy: { hash: "sha512", pssSaltLength: 64 },
    ...wishes,
  });
}

/** The value of `io.element.x509`. */
export const cmsPem = (der: Uint8Array): string => pemOf("CMS", der);

/** Base64 without padding, the value of `org.ietf.cms`. */
export const cmsBase64 = (der: Uint8Array): string => encodeBase64(der);

/** Judges a value on Alice's master key at the tests' own time. */
export function judge(
  algorithm: { verify(input: VerifyInput): Promise<Verdict> },
  value: VerifyInput["value"],
  changes: Partial<VerifyInput> = {},
): Promise<Verdict> {
  return algorithm.verify({ object: masterKeyOf(), value, now: testTime, ...changes });
}

/** A private key in PEM, PKCS#8. */
export function privateKeyPem({ privateKey }: Pick<TestCertificate, "privateKey">): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
