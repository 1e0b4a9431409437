import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { subjectPublicKeyInfo } from "../../src/algorithms/openpgp/key-hash.js";
import type { KeyPacket } from "../../src/algorithms/openpgp/library.js";
import { toHex } from "../../src/encoding/bytes.js";
import { derBitString, derNull, derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";

type PublicParams = KeyPacket["publicParams"];

function packetOf(algorithm: number, publicParams: PublicParams): KeyPacket {
  return { algorithm, publicParams } as KeyPacket;
}

function derOf(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}

function oidOf(hex: string): PublicParams["oid"] {
  return { oid: Buffer.from(hex, "hex") };
}

/** OpenSSL, inside of Node, reads the bytes and writes them again. */
function throughOpenSsl(der: Uint8Array): Buffer {
  return derOf(createPublicKey({ key: Buffer.from(der), type: "spki", format: "der" }));
}

describe("the SubjectPublicKeyInfo of an OpenPGP key is OpenSSL's", () => {
  for (const bits of [2048, 3072]) {
    it(`for RSA of ${bits} bits, with leading zeros in its numbers too`, () => {
      const { publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
      const { n = "", e = "" } = publicKey.export({ format: "jwk" });
      const [modulus, exponent] = [Buffer.from(n, "base64url"), Buffer.from(e, "base64url")];
      const padded = Buffer.concat([Buffer.alloc(2), modulus]);
      for (const params of [
        { n: modulus, e: exponent },
        { n: padded, e: exponent },
      ]) {
        const info = subjectPublicKeyInfo(packetOf(1, params));
        expect(info && Buffer.from(info)).toEqual(derOf(publicKey));
        expect(subjectPublicKeyInfo(packetOf(3, params))).toEqual(info);
      }
      expect(throughOpenSsl(derOf(publicKey))).toEqual(derOf(publicKey));
    });
  }

  const curves = [
    ["prime256v1", "2a8648ce3d030107", 65],
    ["secp384r1", "2b81040022", 97],
    ["secp521r1", "2b81040023", 133],
    ["secp256k1", "2b8104000a", 65],
    ["brainpoolP256r1", "2b2403030208010107", 65],
    ["brainpoolP384r1", "2b240303020801010b", 97],
    ["brainpoolP512r1", "2b240303020801010d", 129],
  ] as const;
  for (const [namedCurve, oid, pointLength] of curves) {
    it(`for ${namedCurve}`, () => {
      const { publicKey } = generateKeyPairSync("ec", { namedCurve });
      const expected = derOf(publicKey);
      const point = { oid: oidOf(oid), Q: expected.subarray(-pointLength) } as PublicParams;
      const info = subjectPublicKeyInfo(packetOf(19, point));
      expect(info && Buffer.from(info)).toEqual(expected);
      expect(throughOpenSsl(info ?? new Uint8Array())).toEqual(expected);
    });
  }

  it("for Ed25519 in both forms, and for Ed448", () => {
    const ed25519 = generateKeyPairSync("ed25519").publicKey;
    const raw = derOf(ed25519).subarray(-32);
    const legacy = { oid: oidOf("2b06010401da470f01"), Q: Buffer.concat([Buffer.of(0x40), raw]) } as PublicParams;
    expect(toHex(subjectPublicKeyInfo(packetOf(27, { A: raw })) ?? new Uint8Array())).toBe(toHex(derOf(ed25519)));
    expect(toHex(subjectPublicKeyInfo(packetOf(22, legacy)) ?? new Uint8Array())).toBe(toHex(derOf(ed25519)));
    const ed448 = generateKeyPairSync("ed448").publicKey;
    const info = subjectPublicKeyInfo(packetOf(28, { A: derOf(ed448).subarray(-57) })) ?? new Uint8Array();
    expect(createPublicKey({ key: Buffer.from(info), type: "spki", format: "der" }).equals(ed448)).toBe(true);
  });

  it("is none for what X.509 has no form for, or that is not there", () => {
    for (const algorithm of [16, 17, 18, 25, 99]) expect(subjectPublicKeyInfo(packetOf(algorithm, {}))).toBeUndefined();
    for (const algorithm of [1, 19, 22, 27]) expect(subjectPublicKeyInfo(packetOf(algorithm, {}))).toBeUndefined();
  });
});

describe("DER", () => {
  it("writes lengths in their shortest form", () => {
    const headerOf = (length: number): string =>
      toHex(derValue(4, new Uint8Array(length)).slice(0, -length || undefined));
    const headers = [0, 127, 128, 255, 256, 65_535, 65_536].map(headerOf);
    expect(headers).toEqual(["0400", "047f", "048180", "0481ff", "04820100", "0482ffff", "0483010000"]);
  });

  it("writes integers without a sign and in their shortest form", () => {
    const integers = [[0], [], [0, 0, 1], [0x7f], [0x80], [0, 0xff, 1]].map((bytes) =>
      toHex(derUnsignedInteger(Uint8Array.from(bytes))),
    );
    expect(integers).toEqual(["020100", "020100", "020101", "02017f", "02020080", "020300ff01"]);
  });

  it("writes sequences, bit strings and null", () => {
    expect(toHex(derSequence(derNull(), derBitString(Uint8Array.of(0xaa))))).toBe("30060500030200aa");
  });
});
