/**
 * Writes OpenPGP packets by hand with Node's own cryptography: every artefact that an attacker can build, and an oracle that
 * shares no code with the library under test.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { type Bytes, concatBytes, toHex, utf8 } from "../../src/encoding/bytes.js";
import { readSignable, type SignableObject } from "../../src/model/signable.js";

/** The time that the tests judge at: seconds since 1970. */
export const now = Date.UTC(2026, 5, 1) / 1000;
export const daySeconds = 86_400;
/** When keys of the tests are made. */
export const keyCreated = now - 1000 * daySeconds;
/** When signatures of the tests are made. */
export const signed = now - 10 * daySeconds;

export const hash = {
  md5: 1,
  sha1: 2,
  ripemd160: 3,
  sha256: 8,
  sha384: 9,
  sha512: 10,
  sha224: 11,
  sha3_256: 12,
} as const;
const hashNames = new Map<number, string>([
  [1, "md5"],
  [2, "sha1"],
  [3, "ripemd160"],
  [8, "sha256"],
  [9, "sha384"],
  [10, "sha512"],
  [11, "sha224"],
  [12, "sha3-256"],
]);
const saltLengths = new Map([
  [8, 16],
  [9, 24],
  [10, 32],
  [11, 16],
  [12, 16],
]);

export type KeyKind = "ed25519" | "eddsa-legacy" | "ed448" | "p256" | "p384" | "p521" | "rsa1024" | "rsa2048" | "dsa";

export interface TestKey {
  readonly kind: KeyKind;
  readonly version: 4 | 6;
  readonly body: Bytes;
  /** Upper-case hexadecimal. */
  readonly fingerprint: string;
  readonly algorithm: number;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const rsaKeys = new Map<number, { publicKey: KeyObject; privateKey: KeyObject }>();

/** A new key; RSA keys are made once a length and share their numbers. */
export function makeKey(kind: KeyKind = "ed25519", options: { created?: number; version?: 4 | 6 } = {}): TestKey {
  const { created = keyCreated, version = 4 } = options;
  const pair = generate(kind);
  const { algorithm, material } = publicMaterial(kind, pair.publicKey);
  const body = concatBytes(
    Uint8Array.of(version),
    uint(created, 4),
    Uint8Array.of(algorithm),
    version === 6 ? uint(material.length, 4) : new Uint8Array(),
    material,
  );
  const digest = version === 6 ? "sha256" : "sha1";
  const fingerprint = toHex(createHash(digest).update(keyData(body, version)).digest()).toUpperCase();
  return { kind, version, body, fingerprint, algorithm, ...pair };
}

export interface Subpacket {
  readonly type: number;
  readonly body: Uint8Array;
  readonly critical?: boolean;
}

/** Subpackets by what they say. */
export const says = {
  created: (seconds: number): Subpacket => ({ type: 2, body: uint(seconds, 4) }),
  expiresAfter: (seconds: number): Subpacket => ({ type: 3, body: uint(seconds, 4), critical: true }),
  keyLifetime: (seconds: number): Subpacket => ({ type: 9, body: uint(seconds, 4), critical: true }),
  flags: (flags: number): Subpacket => ({ type: 27, body: Uint8Array.of(flags), critical: true }),
  trust: (depth: number, amount: number): Subpacket => ({ type: 5, body: Uint8Array.of(depth, amount) }),
  /** A regular expression with the zero at its end. */
  regularExpression: (text: string): Subpacket => ({ type: 6, body: concatBytes(utf8(text), Uint8Array.of(0)) }),
  notExportable: (): Subpacket => ({ type: 4, body: Uint8Array.of(0) }),
  primaryUserId: (): Subpacket => ({ type: 25, body: Uint8Array.of(1) }),
  reason: (code: number): Subpacket => ({ type: 29, body: concatBytes(Uint8Array.of(code), utf8("because")) }),
  issuer: (key: TestKey): Subpacket => ({
    type: 33,
    body: concatBytes(Uint8Array.of(key.version), Buffer.from(key.fingerprint, "hex")),
  }),
  issuerKeyId: (key: TestKey): Subpacket => ({ type: 16, body: Buffer.from(keyIdOf(key), "hex") }),
  embedded: (body: Uint8Array): Subpacket => ({ type: 32, body }),
  notation: (name: string, critical: boolean): Subpacket => ({
    type: 20,
    critical,
    body: concatBytes(Uint8Array.of(0x80, 0, 0, 0), uint(name.length, 2), uint(1, 2), utf8(name), utf8("x")),
  }),
};

export interface SignatureOptions {
  readonly type: number;
  /** What is hashed before the trailer. */
  readonly data: Uint8Array;
  readonly created?: number;
  readonly hash?: number;
  readonly hashed?: readonly Subpacket[];
  readonly unhashed?: readonly Subpacket[];
  /** Leaves the issuer out of the hashed area. */
  readonly anonymous?: boolean;
}

/** Body of a signature packet by `key`. */
export function makeSignature(key: TestKey, options: SignatureOptions): Bytes {
  const { type, data, created = signed, hash: digest = hash.sha512, anonymous = false } = options;
  const hashed = [says.created(created), ...(anonymous ? [] : [says.issuer(key)]), ...(options.hashed ?? [])];
  const octets = key.version === 6 ? 4 : 2;
  const head = concatBytes(Uint8Array.of(key.version, type, key.algorithm, digest), area(hashed, octets));
  const salt = key.version === 6 ? randomBytes(saltLengths.get(digest) ?? 0) : new Uint8Array();
  const trailer = concatBytes(head, Uint8Array.of(key.version, 0xff), uint(head.length, 4));
  const toHash = concatBytes(salt, data, trailer);
  const hashName = hashNames.get(digest) ?? "sha512";
  const value = createHash(hashName).update(toHash).digest();
  return concatBytes(
    head,
    area(options.unhashed ?? [], octets),
    value.subarray(0, 2),
    key.version === 6 ? concatBytes(Uint8Array.of(salt.length), salt) : new Uint8Array(),
    signatureMaterial(key, hashName, toHash, value),
  );
}

/** What a signature about keys hashes: each key with its header. */
export function keysData(signer: TestKey, ...keys: readonly TestKey[]): Bytes {
  return concatBytes(...keys.map((key) => keyData(key.body, signer.version)));
}

/** What a certification of a user ID hashes. */
export function userIdData(key: TestKey, userId: Uint8Array): Bytes {
  return concatBytes(keyData(key.body, key.version), Uint8Array.of(0xb4), uint(userId.length, 4), userId);
}

/** A packet in the new format. */
export function packet(tag: number, body: Uint8Array): Bytes {
  const length =
    body.length < 192
      ? Uint8Array.of(body.length)
      : body.length < 8384
        ? Uint8Array.of(((body.length - 192) >> 8) + 192, (body.length - 192) & 0xff)
        : concatBytes(Uint8Array.of(0xff), uint(body.length, 4));
  return concatBytes(Uint8Array.of(0xc0 | tag), length, body);
}

export const signaturePacket = (body: Uint8Array): Bytes => packet(2, body);

/** Usage flags. */
export const flags = { certify: 1, sign: 2, encrypt: 12 } as const;

export interface PrimaryOptions {
  readonly userIds?: readonly string[];
  readonly hash?: number;
  readonly created?: number;
  readonly flags?: number;
  readonly hashed?: readonly Subpacket[];
  /** Further signatures directly on the key: revocations. */
  readonly direct?: readonly Uint8Array[];
}

/** A primary key with self-signatures: of version 4 on its user IDs, of version 6 directly on the key. */
export function primaryPackets(key: TestKey, options: PrimaryOptions = {}): Bytes {
  const { userIds = ["Alice <alice@example.org>"], created = keyCreated, direct = [] } = options;
  const about = {
    created,
    hash: options.hash ?? hash.sha512,
    hashed: [says.flags(options.flags ?? flags.certify | flags.sign), ...(options.hashed ?? [])],
  };
  const directKey = makeSignature(key, { ...about, type: 0x1f, data: keysData(key, key) });
  return concatBytes(
    packet(6, key.body),
    ...direct.map(signaturePacket),
    key.version === 6 ? signaturePacket(directKey) : new Uint8Array(),
    ...userIds.map((text) => userIdPackets(key, text, about)),
  );
}

/** A user ID with its self-certification. */
export function userIdPackets(key: TestKey, text: string, options: Omit<SignatureOptions, "type" | "data">): Bytes {
  const userId = utf8(text);
  const certification = makeSignature(key, { ...options, type: 0x13, data: userIdData(key, userId) });
  return concatBytes(packet(13, userId), signaturePacket(certification));
}

export interface SubkeyOptions {
  readonly created?: number;
  readonly hash?: number;
  readonly flags?: number;
  readonly hashed?: readonly Subpacket[];
  /** The back-signature's body; `null` leaves it out. */
  readonly backSignature?: Uint8Array | null;
  readonly revocations?: readonly Uint8Array[];
}

/** A subkey bound to its primary key, by default for signing and with a back-signature. */
export function subkeyPackets(primary: TestKey, subkey: TestKey, options: SubkeyOptions = {}): Bytes {
  const { created = keyCreated, revocations = [] } = options;
  const back =
    options.backSignature === undefined ? backSignature(primary, subkey, { created }) : options.backSignature;
  const binding = makeSignature(primary, {
    type: 0x18,
    data: keysData(primary, primary, subkey),
    created,
    hash: options.hash ?? hash.sha512,
    hashed: [says.flags(options.flags ?? flags.sign), ...(options.hashed ?? [])],
    unhashed: back ? [says.embedded(back)] : [],
  });
  return concatBytes(packet(14, subkey.body), ...revocations.map(signaturePacket), signaturePacket(binding));
}

/** The subkey's own word that it belongs to the primary key. */
export function backSignature(primary: TestKey, subkey: TestKey, options: Partial<SignatureOptions> = {}): Bytes {
  return makeSignature(subkey, {
    type: 0x19,
    data: keysData(subkey, primary, subkey),
    created: keyCreated,
    ...options,
  });
}

/** A revocation of a primary key, or of a subkey where one is given. */
export function revocation(
  primary: TestKey,
  options: { readonly reason?: number; readonly created?: number; readonly subkey?: TestKey; readonly hash?: number },
): Bytes {
  const { reason, created = now - daySeconds, subkey } = options;
  return makeSignature(primary, {
    type: subkey ? 0x28 : 0x20,
    data: subkey ? keysData(primary, primary, subkey) : keysData(primary, primary),
    created,
    hash: options.hash ?? hash.sha512,
    hashed: reason === undefined ? [] : [says.reason(reason)],
  });
}

/** Alice's master key, the object that the tests sign. */
export function masterKey(userId = "@alice:example.org", fill = 7): SignableObject {
  const key = encodeBase64(new Uint8Array(32).fill(fill));
  return readSignable({ user_id: userId, usage: ["master"], keys: { [`ed25519:${key}`]: key } }, userId);
}

/** A detached signature on `object`, as the value stands in a key. */
export function makeValue(key: TestKey, object: SignableObject, options: Partial<SignatureOptions> = {}): string {
  return encodeBase64(signaturePacket(makeSignature(key, { type: 0, data: object.bytes, ...options })));
}

export function armored(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN PGP ${label}-----`, "", ...lines, `-----END PGP ${label}-----`, ""].join("\n");
}

function keyIdOf(key: TestKey): string {
  return key.version === 6 ? key.fingerprint.slice(0, 16) : key.fingerprint.slice(-16);
}

function keyData(body: Uint8Array, version: 4 | 6): Bytes {
  return version === 6
    ? concatBytes(Uint8Array.of(0x9b), uint(body.length, 4), body)
    : concatBytes(Uint8Array.of(0x99), uint(body.length, 2), body);
}

function generate(kind: KeyKind): { publicKey: KeyObject; privateKey: KeyObject } {
  switch (kind) {
    case "ed25519":
    case "eddsa-legacy":
      return generateKeyPairSync("ed25519");
    case "ed448":
      return generateKeyPairSync("ed448");
    case "p256":
      return generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    case "p384":
      return generateKeyPairSync("ec", { namedCurve: "secp384r1" });
    case "p521":
      return generateKeyPairSync("ec", { namedCurve: "secp521r1" });
    case "dsa":
      return generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
    default:
      return rsaPair(kind === "rsa1024" ? 1024 : 2048);
  }
}

function rsaPair(bits: number): { publicKey: KeyObject; privateKey: KeyObject } {
  const pair = rsaKeys.get(bits) ?? generateKeyPairSync("rsa", { modulusLength: bits });
  rsaKeys.set(bits, pair);
  return pair;
}

const curveIds = new Map<string, string>([
  ["p256", "2a8648ce3d030107"],
  ["p384", "2b81040022"],
  ["p521", "2b81040023"],
]);

function publicMaterial(kind: KeyKind, key: KeyObject): { algorithm: number; material: Bytes } {
  if (kind === "dsa")
    return { algorithm: 17, material: concatBytes(...[1, 2, 3, 4].map((n) => mpi(Uint8Array.of(n)))) };
  const jwk = key.export({ format: "jwk" });
  const part = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");
  const curve = curveIds.get(kind);
  if (curve !== undefined) {
    const point = concatBytes(Uint8Array.of(4), part(jwk.x), part(jwk.y));
    return { algorithm: 19, material: concatBytes(oid(curve), mpi(point)) };
  }
  if (kind === "ed25519") return { algorithm: 27, material: concatBytes(part(jwk.x)) };
  if (kind === "ed448") return { algorithm: 28, material: concatBytes(part(jwk.x)) };
  if (kind === "eddsa-legacy") {
    const point = concatBytes(Uint8Array.of(0x40), part(jwk.x));
    return { algorithm: 22, material: concatBytes(oid("2b06010401da470f01"), mpi(point)) };
  }
  return { algorithm: 1, material: concatBytes(mpi(part(jwk.n)), mpi(part(jwk.e))) };
}

function signatureMaterial(key: TestKey, hashName: string, toHash: Uint8Array, digest: Uint8Array): Bytes {
  if (key.algorithm === 1) return mpi(sign(hashName, toHash, key.privateKey));
  if (key.algorithm === 17) return concatBytes(mpi(Uint8Array.of(5)), mpi(Uint8Array.of(6)));
  if (key.algorithm === 19) {
    const both = sign(hashName, toHash, { key: key.privateKey, dsaEncoding: "ieee-p1363" });
    return concatBytes(mpi(both.subarray(0, both.length / 2)), mpi(both.subarray(both.length / 2)));
  }
  const signature = sign(null, digest, key.privateKey);
  if (key.algorithm !== 22) return concatBytes(signature);
  return concatBytes(mpi(signature.subarray(0, 32)), mpi(signature.subarray(32)));
}

function area(subpackets: readonly Subpacket[], octets: number): Bytes {
  const parts = subpackets.map(({ type, body, critical = false }) => {
    const length = body.length + 1;
    const prefix =
      length < 192 ? Uint8Array.of(length) : Uint8Array.of(((length - 192) >> 8) + 192, (length - 192) & 0xff);
    return concatBytes(prefix, Uint8Array.of((critical ? 0x80 : 0) | type), body);
  });
  const joined = concatBytes(...parts);
  return concatBytes(uint(joined.length, octets), joined);
}

function mpi(bigEndian: Uint8Array): Bytes {
  const start = bigEndian.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? new Uint8Array() : bigEndian.subarray(start);
  const bits = digits.length === 0 ? 0 : digits.length * 8 - Math.clz32(digits[0] ?? 0) + 24;
  return concatBytes(uint(bits, 2), digits);
}

function oid(hex: string): Bytes {
  const bytes = Buffer.from(hex, "hex");
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}

function uint(value: number, octets: number): Bytes {
  const bytes = new Uint8Array(octets);
  for (let index = octets - 1, rest = value; index >= 0; index--, rest = Math.floor(rest / 256))
    bytes[index] = rest % 256;
  return bytes;
}
