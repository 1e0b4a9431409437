import { afterEach, describe, expect, it, vi } from "vitest";
import { type Bytes, concatBytes, toHex, utf8 } from "../../src/encoding/bytes.js";
import { publicKeyOfSeed, seedOfPkcs8, signEd25519, verifyEd25519 } from "../../src/model/ed25519.js";
import { degeneratePoints } from "../support/degenerate-points.js";
import { hex, type Rfc8032Test, rfc8032, wycheproof } from "../support/vectors.js";

const [first, second] = rfc8032 as readonly [Rfc8032Test, Rfc8032Test];

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
  it.each(rfc8032)("does what RFC 8032 says in $name", async (vector) => {
    prepare();
    const [seed, message] = [hex(vector.seed), hex(vector.message)];
    expect(toHex(await publicKeyOfSeed(seed))).toBe(vector.publicKey);
    expect(toHex(await signEd25519(seed, message))).toBe(vector.signature);
    expect(await verifyEd25519(hex(vector.publicKey), hex(vector.signature), message)).toBe(true);
  });

  it("judges as Wycheproof does", async () => {
    prepare();
    for (const { publicKey, tests } of wycheproof<{ pk: string }>("ed25519")) {
      for (const { tcId, comment, msg, sig, result } of tests) {
        const isRight = await verifyEd25519(hex(publicKey.pk), hex(sig), hex(msg));
        expect(isRight, `${tcId} ${comment}`).toBe(result === "valid");
      }
    }
  });

  it("refuses another message, key or signature", async () => {
    prepare();
    const { publicKey, signature, message } = first;
    expect(await verifyEd25519(hex(publicKey), hex(signature), utf8("x"))).toBe(false);
    expect(await verifyEd25519(hex(second.publicKey), hex(signature), hex(message))).toBe(false);
    expect(await verifyEd25519(hex(publicKey), hex(second.signature), hex(message))).toBe(false);
  });

  it("refuses lengths that are not those of a key and a signature", async () => {
    prepare();
    const { publicKey, signature, message } = first;
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

  it.each(degeneratePoints)("refuses the point %s as a key and in a signature", async (point) => {
    prepare();
    for (const r of degeneratePoints) {
      const forged = concatBytes(hex(r), new Uint8Array(32));
      expect(await verifyEd25519(hex(point), forged, utf8("any message"))).toBe(false);
    }
    const { publicKey, signature, message } = first;
    const swapped = concatBytes(hex(point), hex(signature).subarray(32));
    expect(await verifyEd25519(hex(publicKey), swapped, hex(message))).toBe(false);
  });

  it("refuses the same signature with the group's order added to S", async () => {
    prepare();
    const { publicKey, signature, message } = first;
    const value = hex(signature);
    let s = BigInt(`0x${toHex(value.slice(32).reverse())}`) + groupOrder;
    for (let index = 32; index < 64; index++, s >>= 8n) value[index] = Number(s & 255n);
    expect(await verifyEd25519(hex(publicKey), value, hex(message))).toBe(false);
  });

  it("refuses 32 bytes that are no point of the curve", async () => {
    prepare();
    const { signature, message } = first;
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
  const { publicKey, signature, message } = first;
  const right = hex(signature);
  const [identity = ""] = degeneratePoints;
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
  const { publicKey, signature, message } = first;
  expect(await verifyEd25519(hex(publicKey), hex(signature), hex(message))).toBe(false);
});

it("the platform alone would take a signature that nobody made", async () => {
  const [identity = ""] = degeneratePoints;
  const key = await crypto.subtle.importKey("raw", hex(identity), "Ed25519", false, ["verify"]);
  const forged = concatBytes(hex(identity), new Uint8Array(32));
  expect(await crypto.subtle.verify("Ed25519", key, forged, utf8("any message"))).toBe(true);
});

it("a private key is taken in so that it cannot be taken out, and its copy is overwritten", async () => {
  const importKey = vi.spyOn(crypto.subtle, "importKey");
  await signEd25519(hex(first.seed), utf8("message"));
  const [[, bytes, , extractable] = []] = importKey.mock.calls;
  expect(extractable).toBe(false);
  expect(toHex(bytes as unknown as Bytes)).toBe("00".repeat(48));
});

it("a refusal by the platform that has other reasons is not hidden by the library", async () => {
  vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("no", "OperationError"));
  await expect(signEd25519(hex(first.seed), utf8(""))).rejects.toThrow("no");
});

it("a seed is taken out of the one form of PKCS#8 that holds nothing else, as a copy", () => {
  const seed = hex(first.seed);
  const pkcs8 = concatBytes(hex("302e020100300506032b657004220420"), seed);
  const taken = seedOfPkcs8(pkcs8);
  pkcs8.fill(0);
  expect(taken).toEqual(seed);
  const others = [
    "302e020100300506032b656e04220420",
    "302e020101300506032b657004220420",
    "302e020100300506032b65700422",
  ];
  for (const prefix of others) expect(seedOfPkcs8(concatBytes(hex(prefix), seed))).toBeUndefined();
  expect(seedOfPkcs8(concatBytes(hex("302e020100300506032b657004220420"), seed, seed))).toBeUndefined();
});
