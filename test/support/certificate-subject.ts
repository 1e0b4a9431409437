import { type ConformanceSubject, conformanceUserId } from "matrix-countersign/testing";
import { type CmsSignerOptions, cms, cmsSigner, x509, x509Signer } from "matrix-countersign/x509";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { generalName } from "./certificate-extensions.js";
import { makeWebLeaf, makeWebRoot, type WebCertificate, type WebKeyKind } from "./web-certificates.js";

interface CertifiedSigner {
  readonly root: WebCertificate;
  readonly leaf: WebCertificate;
}

/** Signatures as Element writes them, for the conformance suite: each signer under a root of its own; in browsers and in Node. */
export function x509Subject(): ConformanceSubject<CertifiedSigner> {
  const sign = ({ leaf }: CertifiedSigner, { bytes }: { bytes: Uint8Array<ArrayBuffer> }): Promise<string> =>
    x509Signer({ privateKey: leaf.privateKey, certificates: leaf.der }).sign(bytes);
  return {
    signers: () => makeSigners(rsaKind("RSA-PSS", "SHA-512")),
    create: (signers) => x509({ trustedCertificates: rootsOf(signers) }),
    keyOf: issuerOf,
    keyIsHint: true,
    sign,
    toolOutput: sign,
  };
}

/** Signatures of companies and cards, for the conformance suite, with keys of one kind. */
export function cmsSubject(
  kind: WebKeyKind,
  options: Pick<CmsSignerOptions, "cades"> = {},
): ConformanceSubject<CertifiedSigner> {
  const toolOutput = ({ leaf }: CertifiedSigner, { bytes }: { bytes: Uint8Array<ArrayBuffer> }): Promise<string> =>
    cmsSigner({ privateKey: leaf.privateKey, certificates: leaf.der, ...options }).sign(bytes);
  return {
    signers: () => makeSigners(kind),
    create: (signers) => cms({ trustedCertificates: rootsOf(signers) }),
    keyOf: issuerOf,
    keyIsHint: true,
    toolOutput,
    sign: async (signer, object) => bodyOf(await toolOutput(signer, object)),
    otherForms: (value) => ["CMS", "PKCS7"].map((label) => armored(label, String(value))),
    // The list of digests, and the case of letters in the issuer by which the signer is named.
    hasUnsignedParts: true,
  };
}

/** RSA with 2048 bits. */
export function rsaKind(name: "RSA-PSS" | "RSASSA-PKCS1-v1_5", hash: string): WebKeyKind {
  return { name, hash, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
}

function makeSigners(kind: WebKeyKind): Promise<readonly [CertifiedSigner, CertifiedSigner]> {
  return Promise.all([makeSigner("First", kind), makeSigner("Second", kind)]);
}

async function makeSigner(name: string, kind: WebKeyKind): Promise<CertifiedSigner> {
  const root = await makeWebRoot(`${name} root`);
  const uri = `matrix:u/${conformanceUserId.slice(1)}`;
  return { root, leaf: await makeWebLeaf(name, kind, root, [generalName.uri(uri)]) };
}

function rootsOf(signers: readonly CertifiedSigner[]): Uint8Array[] {
  return signers.map(({ root }) => root.der);
}

function issuerOf({ root }: CertifiedSigner): string {
  return encodeBase64(root.keyId);
}

function bodyOf(pem: string): string {
  return pem.replace(/-----[^-]+-----|\n/g, "").replace(/=+$/, "");
}

function armored(label: string, base64: string): string {
  const lines = base64.padEnd(Math.ceil(base64.length / 4) * 4, "=").match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
