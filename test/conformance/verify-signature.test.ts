import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readAlgorithm } from "../../src/algorithms/shared/algorithm-identifier.js";
import { type PublicKeyInfo, readPublicKeyInfo } from "../../src/algorithms/shared/certificate.js";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { keyHashOf } from "../../src/algorithms/shared/public-key.js";
import { verifySignature } from "../../src/algorithms/shared/verify-signature.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derBitString, derNull, derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";
import {
  algorithmOf,
  hashAlgorithm,
  makeKey,
  pssAlgorithm,
  signBytes,
  spkiOf,
  type TestSignatureScheme,
} from "../support/certificates.js";
import { runWycheproof, type WycheproofFile, wycheproofFiles } from "../support/wycheproof.js";

const data = utf8("to be signed");
const info = (spki: Uint8Array): PublicKeyInfo => readPublicKeyInfo(readDer(spki));

it.each(wycheproofFiles)("Wycheproof's %s comes out as it should", async (name, algorithm) => {
  const path = new URL(`../vectors/wycheproof/${name}.json`, import.meta.url);
  const { count, wrong } = await runWycheproof(JSON.parse(readFileSync(path, "utf8")) as WycheproofFile, algorithm);
  expect(count).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});

interface Wishes extends TestSignatureScheme {
  readonly algorithm?: Uint8Array;
  readonly digest?: Uint8Array;
  readonly spki?: Uint8Array;
}

function verify(kind: Parameters<typeof makeKey>[0], { algorithm, digest, spki, ...scheme }: Wishes = {}) {
  const key = makeKey(kind);
  return verifySignature({
    publicKey: info(spki ?? spkiOf(key)),
    algorithm: readAlgorithm(readDer(algorithm ?? algorithmOf(key, scheme))),
    ...(digest && { digest: readAlgorithm(readDer(digest)) }),
    signature: new Uint8Array(signBytes(key, data, scheme)),
    data,
  });
}

describe("signature algorithms", () => {
  it("PROTOCOL's are right", async () => {
    for (const hash of ["sha256", "sha384", "sha512"] as const) {
      expect(await verify("rsa2048", { hash })).toBe("right");
      expect(await verify("rsa2048", { hash, pssSaltLength: 20 })).toBe("right");
      expect(await verify("rsa-pss2048", { hash, pssSaltLength: 64 })).toBe("right");
      for (const kind of ["p256", "p384", "p521"] as const) expect(await verify(kind, { hash })).toBe("right");
    }
    expect(await verify("ed25519")).toBe("right");
  });

  it("SHA-1, SHA-224, DSA and small RSA keys are weak, other curves unsupported", async () => {
    expect(await verify("rsa2048", { hash: "sha1" })).toBe("weak");
    expect(await verify("rsa2048", { hash: "sha224" })).toBe("weak");
    expect(await verify("rsa2048", { hash: "sha1", pssSaltLength: 20 })).toBe("weak");
    expect(await verify("p256", { hash: "sha1" })).toBe("weak");
    expect(await verify("dsa")).toBe("weak");
    expect(await verify("rsa1024")).toBe("weak");
    expect(await verify("secp256k1")).toBe("unsupported");
    expect(await verify("ed448")).toBe("unsupported");
  });

  it("an RSA key whose exponent is 1 or even signs everything, or nothing", async () => {
    const [, bits] = derMembers(readDer(spkiOf(makeKey("rsa2048"))));
    const [modulus] = derMembers(readDer(bits?.contents.subarray(1) ?? new Uint8Array()));
    for (const exponent of [0, 1, 2, 65536]) {
      const number = derUnsignedInteger(Uint8Array.of(exponent >> 16, exponent >> 8, exponent));
      const key = derBitString(derSequence(modulus?.encoded ?? derNull(), number));
      const spki = derSequence(derSequence(encodedOid(oid.rsaEncryption), derNull()), key);
      expect(await verify("rsa2048", { spki })).toBe("weak");
    }
  });
});

describe("algorithms that are not each other's", () => {
  const rsaWithSha256 = derSequence(encodedOid(oid.sha256WithRsa), derNull());
  it("a key verifies its own kind alone", async () => {
    expect(await verify("p256", { algorithm: rsaWithSha256 })).toBe("wrong");
    expect(await verify("rsa2048", { algorithm: derSequence(encodedOid(oid.ecdsaWithSha256)) })).toBe("wrong");
    expect(await verify("ed25519", { algorithm: derSequence(encodedOid(oid.ecdsaWithSha256)) })).toBe("wrong");
    expect(await verify("p256", { algorithm: derSequence(encodedOid(oid.ed25519)) })).toBe("wrong");
  });

  it("PSS is not PKCS#1 v1.5, nor PSS of another digest or salt", async () => {
    expect(await verify("rsa2048", { pssSaltLength: 32, algorithm: rsaWithSha256 })).toBe("wrong");
    expect(await verify("rsa2048", { algorithm: pssAlgorithm("sha256", "sha256", 32) })).toBe("wrong");
    expect(await verify("rsa2048", { pssSaltLength: 32, algorithm: pssAlgorithm("sha256", "sha256", 20) })).toBe(
      "wrong",
    );
    expect(await verify("rsa2048", { pssSaltLength: 32, algorithm: pssAlgorithm("sha384", "sha384", 32) })).toBe(
      "wrong",
    );
    expect(await verify("rsa2048", { pssSaltLength: 32, algorithm: pssAlgorithm("sha256", "sha512", 32) })).toBe(
      "unsupported",
    );
    expect(await verify("rsa2048", { pssSaltLength: 32, algorithm: pssAlgorithm("sha256", "sha1", 32) })).toBe("weak");
    expect(await verify("rsa2048", { pssSaltLength: 32, algorithm: derSequence(encodedOid(oid.rsaPss)) })).toBe(
      "wrong",
    );
    expect(
      await verify("rsa2048", { pssSaltLength: 32, algorithm: derSequence(encodedOid(oid.rsaPss), derSequence()) }),
    ).toBe("weak");
  });

  it("a key for PSS verifies nothing else", async () => {
    const key = makeKey("rsa2048");
    const pssKey = (...parameters: Uint8Array[]) => {
      const [, bits] = derMembers(readDer(spkiOf(key)));
      return derSequence(derSequence(encodedOid(oid.rsaPss), ...parameters), bits?.encoded ?? derNull());
    };
    const [, strict] = derMembers(readDer(pssAlgorithm("sha256", "sha256", 32)));
    expect(await verify("rsa2048", { spki: pssKey() })).toBe("wrong");
    expect(await verify("rsa2048", { spki: pssKey(), pssSaltLength: 20 })).toBe("right");
    const bound = pssKey(strict?.encoded ?? derNull());
    expect(await verify("rsa2048", { spki: bound, pssSaltLength: 32 })).toBe("right");
    expect(await verify("rsa2048", { spki: bound, pssSaltLength: 20 })).toBe("wrong");
    expect(await verify("rsa2048", { spki: bound, pssSaltLength: 32, hash: "sha512" })).toBe("wrong");
  });

  it("parameters that an algorithm does not have make it wrong", async () => {
    expect(await verify("p256", { algorithm: derSequence(encodedOid(oid.ecdsaWithSha256), derNull()) })).toBe("wrong");
    expect(await verify("ed25519", { algorithm: derSequence(encodedOid(oid.ed25519), derNull()) })).toBe("wrong");
    expect(await verify("rsa2048", { algorithm: derSequence(encodedOid(oid.sha256WithRsa)) })).toBe("right");
    expect(await verify("rsa2048", { algorithm: derSequence(encodedOid(oid.sha256WithRsa), derValue(0x04)) })).toBe(
      "wrong",
    );
  });

  it("the digest beside the algorithm is its own", async () => {
    const plainRsa = derSequence(encodedOid(oid.rsaEncryption), derNull());
    expect(await verify("rsa2048", { algorithm: plainRsa })).toBe("unsupported");
    expect(await verify("rsa2048", { algorithm: plainRsa, digest: hashAlgorithm("sha256") })).toBe("right");
    expect(await verify("rsa2048", { algorithm: plainRsa, digest: hashAlgorithm("sha512") })).toBe("wrong");
    expect(await verify("rsa2048", { digest: hashAlgorithm("sha512") })).toBe("wrong");
    expect(await verify("rsa2048", { digest: hashAlgorithm("sha1") })).toBe("weak");
    expect(await verify("ed25519", { digest: hashAlgorithm("sha512") })).toBe("right");
    expect(await verify("ed25519", { digest: hashAlgorithm("sha256") })).toBe("wrong");
    expect(await verify("p256", { digest: hashAlgorithm("sha256") })).toBe("right");
  });

  it("Ed25519 keys of small order are weak", async () => {
    const identity = Uint8Array.of(1, ...new Uint8Array(31));
    const publicKey = info(derSequence(derSequence(encodedOid(oid.ed25519)), derBitString(identity)));
    const signature = new Uint8Array([...identity, ...new Uint8Array(32)]);
    const algorithm = readAlgorithm(readDer(derSequence(encodedOid(oid.ed25519))));
    expect(await verifySignature({ publicKey, algorithm, signature, data })).toBe("weak");
  });
});

describe("what a stranger writes is wrong, weak or unsupported, and never throws:", () => {
  it("salts that no key has room for", async () => {
    for (const [salt, outcome] of [
      [222, "wrong"],
      [223, "wrong"],
      [4000, "wrong"],
      [65535, "wrong"],
    ] as const) {
      expect(await verify("rsa2048", { pssSaltLength: 32, algorithm: pssAlgorithm("sha256", "sha256", salt) })).toBe(
        outcome,
      );
    }
    expect(await verify("rsa2048", { pssSaltLength: 222 })).toBe("right");
  });

  it("points that are on no curve", async () => {
    for (const kind of ["p256", "p384", "p521"] as const) {
      const spki = Uint8Array.from(spkiOf(makeKey(kind)));
      spki[spki.length - 1] = (spki.at(-1) ?? 0) ^ 1;
      expect(await verify(kind, { spki })).toBe("wrong");
      spki.fill(0xff, spki.length - 32);
      expect(await verify(kind, { spki })).toBe("wrong");
    }
  });

  it("RSA keys of odd sizes", async () => {
    const odd = (length: number, exponent: Uint8Array) => {
      const modulus = new Uint8Array(length).fill(0xab);
      const key = derBitString(derSequence(derUnsignedInteger(modulus), derUnsignedInteger(exponent)));
      return derSequence(derSequence(encodedOid(oid.rsaEncryption), derNull()), key);
    };
    for (const length of [0, 1, 256, 257, 1024]) {
      for (const exponent of [
        [],
        [3],
        [1, 0, 1],
        [255, 255, 255, 255, 255],
        new Array<number>(8).fill(255),
        new Array<number>(256).fill(255),
      ]) {
        const spki = odd(length, Uint8Array.from(exponent));
        expect(await verify("rsa2048", { spki })).not.toBe("right");
        expect(await verify("rsa2048", { spki, pssSaltLength: 32 })).not.toBe("right");
      }
    }
  });
});

it("a key hashes the same however its RSA is spelled", async () => {
  const spki = spkiOf(makeKey("rsa2048"));
  const [, bits] = derMembers(readDer(spki));
  const spelled = (...algorithm: Uint8Array[]) =>
    info(derSequence(derSequence(...algorithm), bits?.encoded ?? derNull()));
  const plain = await keyHashOf(info(spki));
  expect(await keyHashOf(spelled(encodedOid(oid.rsaPss)))).toBe(plain);
  expect(await keyHashOf(spelled(encodedOid(oid.rsaEncryption)))).toBe(plain);
  expect(await keyHashOf(info(spkiOf(makeKey("p256"))))).not.toBe(plain);
});
