import { sshsig } from "matrix-countersign/sshsig";
import type { ConformanceSubject } from "matrix-countersign/testing";
import { decodeBase64, encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, sha256, utf8 } from "../../src/encoding/bytes.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** Kinds of SSH keys that WebCrypto makes. */
export type WebSshKind = "ed25519" | "p256" | "rsa2048";

interface WebSshKey {
  readonly pair: CryptoKeyPair;
  /** In SSH's wire format. */
  readonly blob: Bytes;
  readonly fingerprint: string;
  /** As it stands in a `.pub` file, without a comment. */
  readonly line: string;
}

/** What SSH says, and what WebCrypto is told. */
interface Kind {
  readonly keyType: string;
  readonly signatureType: string;
  readonly key: EcKeyGenParams | RsaHashedKeyGenParams;
  readonly signing: EcdsaParams | Algorithm;
}

const kinds: Readonly<Record<WebSshKind, Kind>> = {
  ed25519: {
    keyType: "ssh-ed25519",
    signatureType: "ssh-ed25519",
    key: { name: "Ed25519" } as EcKeyGenParams,
    signing: { name: "Ed25519" },
  },
  p256: {
    keyType: "ecdsa-sha2-nistp256",
    signatureType: "ecdsa-sha2-nistp256",
    key: { name: "ECDSA", namedCurve: "P-256" },
    signing: { name: "ECDSA", hash: "SHA-256" },
  },
  rsa2048: {
    keyType: "ssh-rsa",
    signatureType: "rsa-sha2-512",
    key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-512", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    signing: { name: "RSASSA-PKCS1-v1_5" },
  },
};

/** SSH keys of one kind for the conformance suite, with signatures as ssh-keygen makes them; in browsers and in Node. */
export function sshsigSubject(kind: WebSshKind): ConformanceSubject<WebSshKey> {
  const sign = (key: WebSshKey, { bytes }: { bytes: Bytes }): Promise<string> => signatureBy(kind, key, bytes);
  return {
    signers: () => Promise.all([generate(kind), generate(kind)]),
    create: (signers) => sshsig(signers.length > 0 ? { keys: signers.map(({ line }) => line) } : {}),
    keyOf: ({ fingerprint }) => fingerprint,
    sign,
    toolOutput: async (key, object) => armored(await sign(key, object)),
    otherForms: (value) => [armored(String(value))],
  };
}

async function generate(kind: WebSshKind): Promise<WebSshKey> {
  const { key, keyType } = kinds[kind];
  const pair = (await crypto.subtle.generateKey(key, false, ["sign", "verify"])) as CryptoKeyPair;
  const blob = concatBytes(text(keyType), publicMaterial(await crypto.subtle.exportKey("jwk", pair.publicKey)));
  const fingerprint = `SHA256:${encodeBase64(await sha256(blob))}`;
  return { pair, blob, fingerprint, line: `${keyType} ${padded(encodeBase64(blob))}` };
}

function publicMaterial({ crv = "", x = "", y = "", n = "", e = "" }: JsonWebKey): Bytes {
  if (n !== "") return concatBytes(mpint(fromUrl(e)), mpint(fromUrl(n)));
  if (crv === "Ed25519") return string(fromUrl(x));
  return concatBytes(text("nistp256"), string(concatBytes(Uint8Array.of(4), fromUrl(x), fromUrl(y))));
}

async function signatureBy(kind: WebSshKind, { pair, blob }: WebSshKey, message: Bytes): Promise<string> {
  const { signatureType, signing } = kinds[kind];
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", message));
  const purpose = [text("msc2961@matrix.org"), text(""), text("sha512")];
  const signed = concatBytes(utf8("SSHSIG"), ...purpose, string(digest));
  const made = new Uint8Array(await crypto.subtle.sign(signing, pair.privateKey, signed));
  const numbers = kind === "p256" ? concatBytes(mpint(made.subarray(0, 32)), mpint(made.subarray(32))) : made;
  const signature = concatBytes(text(signatureType), string(numbers));
  const version = Uint8Array.of(0, 0, 0, 1);
  return encodeBase64(concatBytes(utf8("SSHSIG"), version, string(blob), ...purpose, string(signature)));
}

/** As ssh-keygen writes it to a file. */
function armored(base64: string): string {
  const lines = padded(base64).match(/.{1,70}/g) ?? [];
  return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
}

function padded(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
}

function string(content: Uint8Array): Bytes {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, content.length);
  return concatBytes(length, content);
}

function text(content: string): Bytes {
  return string(utf8(content));
}

/** A number that is not negative, in its shortest form. */
function mpint(bigEndian: Uint8Array): Bytes {
  const digits = bigEndian.subarray(bigEndian.findIndex((byte) => byte !== 0));
  return string((digits[0] ?? 0) >= 0x80 ? concatBytes(Uint8Array.of(0), digits) : digits);
}

function fromUrl(base64url: string): Bytes {
  return decodeBase64(base64url.replaceAll("-", "+").replaceAll("_", "/"));
}
