import { afterEach, describe, expect, it, vi } from "vitest";
import { type Bytes, concatBytes, toHex, utf8 } from "../../src/encoding/bytes.js";
import { publicKeyOfSeed, signEd25519, verifyEd25519 } from "../../src/model/ed25519.js";

const hex = (text: string): Bytes => new Uint8Array(Buffer.from(text, "hex"));

/** RFC 8032, section 7.1: TEST 1, 2 and 3. */
const vectors = [
  {
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
] as const;

const smallOrder = [
  "0100000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000080",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000080",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n;

afterEach(() => vi.restoreAllMocks());

/** A browser from before WebCrypto had Ed25519. */
function forgetEd25519(): void {
  const unsupported = new DOMException("Unrecognized algorithm name", "NotSupportedError");
  vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(unsupported);
}

describe.each<[string, () => void]>([
  ["with WebCrypto", () => undefined],
  ["where WebCrypto has no Ed25519", forgetEd25519],
])("Ed25519 %s", (_where, prepare) => {
  it.each(vectors)("does what RFC 8032 says of message $message", async (vector) => {
    prepare();
    const [seed, message] = [hex(vector.seed), hex(vector.message)];
    expect(toHex(await publicKeyOfSeed(seed))).toBe(vector.publicKey);
    expect(toHex(await signEd25519(seed, message))).toBe(vector.signature);
    expect(await verifyEd25519(hex(vector.publicKey), hex(vector.signature), message)).toBe(true);
  });

  it("refuses another message, key or signature", async () => {
    prepare();
    const [{ publicKey, signature, message }, other] = vectors;
    expect(await verifyEd25519(hex(publicKey), hex(signature), utf8("x"))).toBe(false);
    expect(await verifyEd25519(hex(other.publicKey), hex(signature), hex(message))).toBe(false);
    expect(await verifyEd25519(hex(publicKey), hex(other.signature), hex(message))).toBe(false);
  });

  it("refuses lengths that are not those of a key and a signature", async () => {
    prepare();
    const [{ publicKey, signature, message }] = vectors;
    const longer = (text: string): Bytes => concatBytes(hex(text), Uint8Array.of(0));
    for (const [key, value] of [
      [longer(publicKey), hex(signature)],
      [hex(publicKey).subarray(1), hex(signature)],
      [hex(publicKey), longer(signature)],
      [hex(publicKey), hex(signature).subarray(0, 63)],
      [new Uint8Array(0), new Uint8Array(0)],
    ] as const) {
      expect(await verifyEd25519(key, value, hex(message))).toBe(false);
    }
  });

  it.each(smallOrder)("refuses the point %s as a key and in a signature", async (point) => {
    prepare();
    for (const r of smallOrder) {
      const forged = concatBytes(hex(r), new Uint8Array(32));
      expect(await verifyEd25519(hex(point), forged, utf8("any message"))).toBe(false);
    }
    const [{ publicKey, signature, message }] = vectors;
    const swapped = concatBytes(hex(point), hex(signature).subarray(32));
    expect(await verifyEd25519(hex(publicKey), swapped, hex(message))).toBe(false);
  });

  it("refuses the same signature with the group's order added to S", async () => {
    prepare();
    const [{ publicKey, signature, message }] = vectors;
    const value = hex(signature);
    let s = BigInt(`0x${toHex(value.slice(32).reverse())}`) + groupOrder;
    for (let index = 32; index < 64; index++, s >>= 8n) value[index] = Number(s & 255n);
    expect(await verifyEd25519(hex(publicKey), value, hex(message))).toBe(false);
  });

  it("refuses 32 bytes that are no point of the curve", async () => {
    prepare();
    const [{ signature, message }] = vectors;
    const noPoint = hex(`02${"00".repeat(31)}`);
    expect(await verifyEd25519(noPoint, hex(signature), hex(message))).toBe(false);
  });

  it("refuses a seed of another length", async () => {
    prepare();
    for (const seed of [new Uint8Array(31), new Uint8Array(64)]) {
      await expect(signEd25519(seed, utf8(""))).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
      await expect(publicKeyOfSeed(seed)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    }
  });
});

it("what libraries differ in is refused before one is asked", async () => {
  const importKey = vi.spyOn(crypto.subtle, "importKey");
  const [{ publicKey, signature, message }] = vectors;
  const right = hex(signature);
  const [identity = ""] = smallOrder;
  // y = p + 3, which stands for the point with y = 3.
  const notCanonical = hex(`f0${"ff".repeat(30)}7f`);
  const forgeries: [Bytes, Bytes][] = [
    [notCanonical, right],
    [hex(identity), right],
    [hex(publicKey), concatBytes(hex(identity), right.subarray(32))],
    [hex(publicKey), concatBytes(right.subarray(0, 32), hex("ff".repeat(32)))],
  ];
  for (const [key, value] of forgeries) expect(await verifyEd25519(key, value, hex(message))).toBe(false);
  expect(importKey).not.toHaveBeenCalled();
});

it("where the platform says that a key is no point, nothing is right under it", async () => {
  vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("no point", "DataError"));
  const [{ publicKey, signature, message }] = vectors;
  expect(await verifyEd25519(hex(publicKey), hex(signature), hex(message))).toBe(false);
});

it("the platform alone would take a signature that nobody made", async () => {
  const [identity = ""] = smallOrder;
  const key = await crypto.subtle.importKey("raw", hex(identity), "Ed25519", false, ["verify"]);
  const forged = concatBytes(hex(identity), new Uint8Array(32));
  expect(await crypto.subtle.verify("Ed25519", key, forged, utf8("any message"))).toBe(true);
});

it("a private key is taken in so that it cannot be taken out, and its copy is overwritten", async () => {
  const importKey = vi.spyOn(crypto.subtle, "importKey");
  await signEd25519(hex(vectors[0].seed), utf8("message"));
  const [[, bytes, , extractable] = []] = importKey.mock.calls;
  expect(extractable).toBe(false);
  expect(toHex(bytes as unknown as Bytes)).toBe("00".repeat(48));
});

it("a refusal by the platform that has other reasons is not hidden by the library", async () => {
  vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("no", "OperationError"));
  await expect(signEd25519(hex(vectors[0].seed), utf8(""))).rejects.toThrow("no");
});
