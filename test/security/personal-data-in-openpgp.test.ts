import { expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { lint } from "../../src/model/lint/lint.js";

const userId = "@alice:example.org";
const fingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
const mail = "Alice <alice@mail.example>";

function isFound(value: string, key = fingerprint): boolean {
  const keyId = `custom:org.openpgp.signature:${key}`;
  return lint({ userId, keyId, value }).some(({ rule }) => rule === "personal-data");
}

const packet = (type: number, body: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(0xc0 | type, 0xff, 0, 0, body.length >> 8, body.length & 0xff), body);
const oldPacket = (type: number, body: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(0x80 | (type << 2) | 1, body.length >> 8, body.length & 0xff), body);
const subpacket = (type: number, body: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(body.length + 1, type), body);
const longSubpacket = (type: number, body: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(0xff, 0, 0, 0, body.length + 1, type), body);
const area = (octets: number, bytes: Uint8Array): Uint8Array =>
  concatBytes(new Uint8Array(octets - 2), Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes);

/** The body of a signature with these subpackets, signed and not. */
function signature(hashed: Uint8Array, unhashed: Uint8Array = new Uint8Array(), version = 4): Uint8Array {
  const octets = version === 6 ? 4 : 2;
  return concatBytes(
    Uint8Array.of(version, 0, 22, 10),
    area(octets, hashed),
    area(octets, unhashed),
    new Uint8Array(8),
  );
}

const armored = (bytes: Uint8Array): string =>
  `-----BEGIN PGP SIGNATURE-----\nComment: by mail\n\n${encodeBase64(bytes)}\n=abcd\n-----END PGP SIGNATURE-----\n`;

const created = subpacket(2, new Uint8Array(4));
const signer = subpacket(28, utf8(mail));
const nothing = new Uint8Array();

it("is absent where the signer is not named, or by an address of the server", () => {
  for (const body of [
    signature(created),
    signature(nothing),
    signature(subpacket(28, utf8("Alice <alice@example.org>"))),
  ]) {
    expect(isFound(encodeBase64(packet(2, body)))).toBe(false);
  }
  expect(isFound(encodeBase64(packet(2, signature(subpacket(28, utf8("<matrix:u/alice:example.org>"))))))).toBe(false);
  expect(isFound("c2lnbmF0dXJl")).toBe(false);
  expect(isFound(armored(packet(2, signature(created))))).toBe(false);
});

it.each<[string, Uint8Array]>([
  ["the signed part", packet(2, signature(signer))],
  ["the unsigned part", packet(2, signature(created, signer))],
  ["a critical subpacket", packet(2, signature(subpacket(0x80 | 28, utf8(mail))))],
  ["a subpacket of the long form", packet(2, signature(longSubpacket(28, utf8(mail))))],
  ["a subpacket that is not UTF-8", packet(2, signature(subpacket(28, concatBytes(Uint8Array.of(0xff), utf8(mail)))))],
  ["version 6", packet(2, signature(created, signer, 6))],
  ["a packet of the old form", oldPacket(2, signature(signer))],
  ["the second signature", concatBytes(packet(2, signature(created)), packet(2, signature(signer)))],
  ["a user ID beside the signature", concatBytes(packet(2, signature(created)), packet(13, utf8(mail)))],
  ["a photograph beside the signature", concatBytes(packet(2, signature(created)), packet(17, new Uint8Array(9)))],
])("is found in %s, armored or not", (_what, bytes) => {
  expect(isFound(encodeBase64(bytes))).toBe(true);
  expect(isFound(armored(bytes))).toBe(true);
});

it.each<[string, Uint8Array]>([
  ["is cut off", packet(2, signature(signer)).subarray(0, 20)],
  ["has a subpacket that is too long", packet(2, signature(Uint8Array.of(9, 28, 1)))],
  ["has a partial length", Uint8Array.of(0xc2, 0xe1, 4, 0)],
  ["has an open length", Uint8Array.of(0x8b, 4, 0)],
])("cannot be ruled out in a signature that %s", (_what, bytes) => {
  expect(isFound(encodeBase64(bytes))).toBe(true);
});

it("is found in a key ID that is a public key with a user ID", () => {
  const key = packet(6, new Uint8Array(40).fill(4));
  const whole = "c2lnbmF0dXJl";
  expect(isFound(whole, encodeBase64(concatBytes(key, packet(13, utf8("Alice")))))).toBe(true);
  expect(isFound(whole, encodeBase64(concatBytes(key, packet(17, new Uint8Array(9)))))).toBe(true);
  expect(isFound(whole, encodeBase64(concatBytes(key, packet(2, signature(created)))))).toBe(false);
  expect(isFound(whole, encodeBase64(key.subarray(0, 20)))).toBe(true);
  for (const other of [fingerprint, "F".repeat(64), "9".repeat(40)]) expect(isFound(whole, other)).toBe(false);
});
