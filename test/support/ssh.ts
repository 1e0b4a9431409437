/**
 * Writes SSH keys and SSHSIG signatures by hand with Node's own cryptography: every artefact that an attacker can build, security
 * keys too, and an oracle that shares no code with what is tested.
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

export type SshKeyKind = "ed25519" | "p256" | "p384" | "p521" | "rsa1024" | "rsa2048" | "sk-ed25519" | "sk-p256";

/** Every kind that counts, of RSA the shortest: longer keys take seconds to make. */
export const goodKinds: readonly SshKeyKind[] = ["ed25519", "p256", "p384", "p521", "rsa2048", "sk-ed25519", "sk-p256"];

export interface SshTestKey {
  readonly kind: SshKeyKind;
  /** What the key says it is. */
  readonly type: string;
  /** In SSH's wire format. */
  readonly blob: Buffer;
  readonly fingerprint: string;
  /** As it stands in a `.pub` file, without a comment. */
  readonly line: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  readonly application: Buffer | undefined;
}

const types: Readonly<Record<SshKeyKind, string>> = {
  ed25519: "ssh-ed25519",
  p256: "ecdsa-sha2-nistp256",
  p384: "ecdsa-sha2-nistp384",
  p521: "ecdsa-sha2-nistp521",
  rsa1024: "ssh-rsa",
  rsa2048: "ssh-rsa",
  "sk-ed25519": "sk-ssh-ed25519@openssh.com",
  "sk-p256": "sk-ecdsa-sha2-nistp256@openssh.com",
};

const pairs = new Map<SshKeyKind, { publicKey: KeyObject; privateKey: KeyObject }>();

/** A key; RSA keys are made once a length. */
export function makeSshKey(kind: SshKeyKind = "ed25519", application = "ssh:"): SshTestKey {
  const pair = kind.startsWith("rsa") ? (pairs.get(kind) ?? generate(kind)) : generate(kind);
  pairs.set(kind, pair);
  const app = kind.startsWith("sk-") ? Buffer.from(application) : undefined;
  const type = types[kind];
  const blob = Buffer.concat([str(type), publicMaterial(pair.publicKey), ...(app ? [str(app)] : [])]);
  return { kind, type, blob, ...namesOf(type, blob), ...pair, application: app };
}

/** Fingerprint and line of whatever stands in a public key's place. */
export function namesOf(type: string, blob: Uint8Array): { fingerprint: string; line: string } {
  const digest = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return { fingerprint: `SHA256:${digest}`, line: `${type} ${Buffer.from(blob).toString("base64")}` };
}

/** What a signature may say otherwise than it should. */
export interface SshSigOptions {
  readonly magic?: string;
  readonly version?: number;
  /** What the blob says. */
  readonly namespace?: string;
  /** What is signed; by default what the blob says. */
  readonly signedNamespace?: string;
  readonly reserved?: Uint8Array | string;
  readonly hash?: string;
  /** The digest that is signed; by default of the hash named. */
  readonly signedHash?: string;
  /** The raw signature's type: of RSA `rsa-sha2-256`, … */
  readonly type?: string;
  /** The digest of RSA and ECDSA. */
  readonly digest?: string;
  readonly flags?: number;
  readonly counter?: number;
  /** Stands in the public key's place. */
  readonly publicKey?: Uint8Array;
  /** Behind the numbers of the raw signature, where they stand. */
  readonly tail?: Uint8Array;
  /** The raw signature whole. */
  readonly signature?: Uint8Array;
  /** Behind the end. */
  readonly trailing?: Uint8Array;
}

/** An SSHSIG blob by `key` over `message`. */
export function makeSshSig(key: SshTestKey, message: Uint8Array, options: SshSigOptions = {}): Buffer {
  const { magic = "SSHSIG", version = 1, namespace = "msc2961@matrix.org", hash = "sha512" } = options;
  const digest = createHash(options.signedHash ?? (/^sha(256|512)$/.test(hash) ? hash : "sha512"))
    .update(message)
    .digest();
  const signed = Buffer.concat([
    Buffer.from("SSHSIG"),
    str(options.signedNamespace ?? namespace),
    str(""),
    str(hash),
    str(digest),
  ]);
  return Buffer.concat([
    Buffer.from(magic),
    uint32(version),
    str(options.publicKey ?? key.blob),
    str(namespace),
    str(options.reserved ?? ""),
    str(hash),
    str(options.signature ?? rawSignature(key, signed, options)),
    options.trailing ?? Buffer.alloc(0),
  ]);
}

/** The raw signature of `key` over `data`, in SSH's wire format. */
export function rawSignature(key: SshTestKey, data: Uint8Array, options: SshSigOptions = {}): Buffer {
  const { flags = 1, counter = 7, tail = Buffer.alloc(0) } = options;
  const state = Buffer.concat([Buffer.of(flags), uint32(counter)]);
  const isRsa = key.kind.startsWith("rsa");
  const type = options.type ?? (isRsa ? "rsa-sha2-512" : key.type);
  const signed = key.application ? Buffer.concat([sha256(key.application), state, sha256(data)]) : data;
  const digest = options.digest ?? (isRsa ? type.replace(/^rsa-sha2-/, "sha") : digestOf(key.kind));
  return Buffer.concat([
    str(type),
    str(Buffer.concat([primitive(key, signed, digest), tail])),
    ...(key.application ? [state] : []),
  ]);
}

/** As ssh-keygen writes it to a file. */
export function armoredSsh(bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,70}/g) ?? [];
  return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join("\n");
}

/** SHA-256 of the SubjectPublicKeyInfo, as Node writes it. */
export function keyHashOf(key: { readonly publicKey: KeyObject }): string {
  return createHash("sha256")
    .update(key.publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

export function str(content: Uint8Array | string): Buffer {
  const bytes = Buffer.from(content as Uint8Array);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A number that is not negative, in its shortest form. */
export function mpint(bigEndian: Uint8Array): Buffer {
  const start = bigEndian.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(0) : Buffer.from(bigEndian.subarray(start));
  return str((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function primitive(key: SshTestKey, data: Uint8Array, digest: string | null): Buffer {
  switch (key.publicKey.asymmetricKeyType) {
    case "ed25519":
      return sign(null, data, key.privateKey);
    case "rsa":
      return sign(digest, data, key.privateKey);
    default: {
      const numbers = sign(digest, data, { key: key.privateKey, dsaEncoding: "ieee-p1363" });
      const half = numbers.length / 2;
      return Buffer.concat([mpint(numbers.subarray(0, half)), mpint(numbers.subarray(half))]);
    }
  }
}

function digestOf(kind: SshKeyKind): string {
  return kind === "p384" ? "sha384" : kind === "p521" ? "sha512" : "sha256";
}

function publicMaterial(publicKey: KeyObject): Buffer {
  const { crv = "", x = "", y = "", n = "", e = "" } = publicKey.export({ format: "jwk" });
  const bytes = (text: string): Buffer => Buffer.from(text, "base64url");
  if (n) return Buffer.concat([mpint(bytes(e)), mpint(bytes(n))]);
  if (crv === "Ed25519") return str(bytes(x));
  return Buffer.concat([str(`nistp${crv.slice(2)}`), str(Buffer.concat([Buffer.of(4), bytes(x), bytes(y)]))]);
}

function generate(kind: SshKeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  const name = kind.replace("sk-", "");
  if (name === "ed25519") return generateKeyPairSync("ed25519");
  if (name.startsWith("rsa")) return generateKeyPairSync("rsa", { modulusLength: Number(name.slice(3)) });
  return generateKeyPairSync("ec", { namedCurve: name.replace("p", "P-") });
}

function sha256(data: Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}
