import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { keyCreated, makeKey, makeValue, packet, primaryPackets, signaturePacket, signed } from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

const [ed25519, ed448, legacy] = [27, 28, 22];
const userId = utf8("Mallory <mallory@example.org>");

const points25519 = {
  identity: "0100000000000000000000000000000000000000000000000000000000000000",
  "identity with the sign bit": "0100000000000000000000000000000000000000000000000000000000000080",
  "identity, not canonical": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "identity, not canonical, with the sign bit": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "order 2 with the sign bit": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
  "order 4 with the sign bit": "0000000000000000000000000000000000000000000000000000000000000080",
  "order 4, not canonical": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "order 8 with the sign bit": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "order 8, the other one": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "order 8, the other one with the sign bit": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
};
const points448 = {
  identity: `01${"00".repeat(56)}`,
  "identity with the sign bit": `01${"00".repeat(55)}80`,
  "order 2": `fe${"ff".repeat(27)}fe${"ff".repeat(27)}00`,
  "order 4": "00".repeat(57),
  "order 4, not canonical": `ff${"ff".repeat(27)}fe${"ff".repeat(27)}00`,
};

/** With A and R of small order and S = 0, what signs everything is a matter of luck or of nothing: no private key exists. */
describe("a key that nobody has a private key for signs nothing:", () => {
  for (const algorithm of [ed25519, legacy]) {
    for (const [name, hex] of Object.entries(points25519)) {
      it(`algorithm ${algorithm}, ${name}`, () => expectRefused(algorithm, Buffer.from(hex, "hex")));
    }
  }
  for (const [name, hex] of Object.entries(points448)) {
    it(`Ed448, ${name}`, () => expectRefused(ed448, Buffer.from(hex, "hex")));
  }
});

it("true keys stay what they are", async () => {
  for (const kind of ["ed25519", "eddsa-legacy", "ed448"] as const) {
    for (let count = 0; count < 4; count++) {
      const key = makeKey(kind);
      expect((await judge(makeValue(key, object), { keys: primaryPackets(key), key })).code).toBe("valid");
    }
  }
});

async function expectRefused(algorithm: number, point: Uint8Array): Promise<void> {
  const key = keyBody(algorithm, point);
  const keyData = concatBytes(Uint8Array.of(0x99), uint(key.length, 2), key);
  const fingerprint = createHash("sha1").update(keyData).digest("hex").toUpperCase();
  const certified = concatBytes(keyData, Uint8Array.of(0xb4), uint(userId.length, 4), userId);
  const certification = forge(algorithm, fingerprint, 0x13, certified, [Uint8Array.of(27, 3)]);
  const keys = concatBytes(packet(6, key), packet(13, userId), signaturePacket(certification));
  const value = encodeBase64(signaturePacket(forge(algorithm, fingerprint, 0, object.bytes, [])));
  expect(await judge(value, { keys, key: fingerprint })).toMatchObject({ status: "invalid", code: "weak-algorithm" });
}

function forge(
  algorithm: number,
  fingerprint: string,
  type: number,
  data: Uint8Array,
  more: readonly Uint8Array[],
): Uint8Array {
  const created = concatBytes(Uint8Array.of(2), uint(type === 0 ? signed : keyCreated, 4));
  const issuer = concatBytes(Uint8Array.of(33, 4), Buffer.from(fingerprint, "hex"));
  const area = concatBytes(
    ...[created, issuer, ...more].flatMap((subpacket) => [Uint8Array.of(subpacket.length), subpacket]),
  );
  const head = concatBytes(Uint8Array.of(4, type, algorithm, 10), uint(area.length, 2), area);
  const trailer = concatBytes(Uint8Array.of(4, 0xff), uint(head.length, 4));
  const digest = createHash("sha512")
    .update(concatBytes(data, head, trailer))
    .digest();
  const length = algorithm === ed448 ? 57 : 32;
  const identity = Uint8Array.of(1, ...new Uint8Array(length - 1));
  const numbers =
    algorithm === legacy
      ? concatBytes(uint(249, 2), identity, uint(0, 2))
      : concatBytes(identity, new Uint8Array(length));
  return concatBytes(head, uint(0, 2), digest.subarray(0, 2), numbers);
}

function keyBody(algorithm: number, point: Uint8Array): Uint8Array {
  const curve = Buffer.from("092b06010401da470f01", "hex");
  const material = algorithm === legacy ? concatBytes(curve, uint(263, 2), Uint8Array.of(0x40), point) : point;
  return concatBytes(Uint8Array.of(4), uint(keyCreated, 4), Uint8Array.of(algorithm), material);
}

function uint(value: number, octets: number): Uint8Array {
  return Uint8Array.from({ length: octets }, (_, index) => Math.floor(value / 256 ** (octets - 1 - index)) % 256);
}
