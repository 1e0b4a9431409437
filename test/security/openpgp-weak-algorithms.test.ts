import { readKey } from "openpgp";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../src/encoding/bytes.js";
import {
  armored,
  backSignature,
  flags,
  hash,
  makeKey,
  makeValue,
  primaryPackets,
  says,
  subkeyPackets,
  userIdPackets,
} from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

const weakHashes = [
  ["MD5", hash.md5],
  ["SHA-1", hash.sha1],
  ["RIPEMD-160", hash.ripemd160],
] as const;
const refused = { status: "invalid", code: "weak-algorithm" };
const rsa = makeKey("rsa2048");

describe("a weak digest", () => {
  for (const [name, weak] of weakHashes) {
    it(`${name} is refused in the signature`, async () => {
      const verdict = await judge(makeValue(rsa, object, { hash: weak }), { keys: primaryPackets(rsa), key: rsa });
      expect(verdict).toMatchObject(refused);
    });

    it(`${name} is refused in the self-signature, in a keyring of the caller's own too`, async () => {
      const keys = primaryPackets(rsa, { hash: weak });
      expect(await judge(makeValue(rsa, object), { keys, key: rsa })).toMatchObject(refused);
    });

    it(`${name} is refused in a subkey's binding and in its back-signature`, async () => {
      const primary = primaryPackets(rsa);
      const subkey = makeKey("p256");
      const value = makeValue(subkey, object);
      const weakBinding = concatBytes(primary, subkeyPackets(rsa, subkey, { hash: weak }));
      expect(await judge(value, { keys: weakBinding, key: rsa })).toMatchObject(refused);
      const created = 1_700_000_000;
      const rsaSubkey = makeKey("rsa2048", { created });
      const back = backSignature(rsa, rsaSubkey, { hash: weak, created });
      const weakBack = concatBytes(primary, subkeyPackets(rsa, rsaSubkey, { backSignature: back }));
      expect(await judge(makeValue(rsaSubkey, object), { keys: weakBack, key: rsa })).toMatchObject(refused);
    });
  }

  it("is refused although openpgp has already called the certificate good", async () => {
    const keys = primaryPackets(rsa, { hash: hash.sha1 });
    const permissive = await readKey({ armoredKey: armored("PUBLIC KEY BLOCK", keys) });
    await permissive.verifyPrimaryKey();
    expect(await judge(makeValue(rsa, object), { keys, key: rsa })).toMatchObject(refused);
  });

  it("in a newer self-signature does not count beside an older one of accepted strength", async () => {
    const newer = userIdPackets(rsa, "Alice <alice@example.org>", {
      created: 1_770_000_000,
      hash: hash.sha1,
      hashed: [says.flags(flags.certify)],
    });
    const keys = concatBytes(primaryPackets(rsa), newer);
    expect((await judge(makeValue(rsa, object), { keys, key: rsa })).code).toBe("valid");
  });
});

describe("a weak key", () => {
  it("RSA below 2,048 bits is refused as primary key and as subkey", async () => {
    const weak = makeKey("rsa1024");
    expect(await judge(makeValue(weak, object), { keys: primaryPackets(weak), key: weak })).toMatchObject(refused);
    const strong = makeKey();
    const keys = concatBytes(primaryPackets(strong), subkeyPackets(strong, weak));
    expect(await judge(makeValue(weak, object), { keys, key: strong })).toMatchObject(refused);
    const crowned = concatBytes(primaryPackets(weak), subkeyPackets(weak, strong));
    expect(await judge(makeValue(strong, object), { keys: crowned, key: weak })).toMatchObject(refused);
  });

  it("DSA is refused as primary key, as subkey and in the signature", async () => {
    const dsa = makeKey("dsa");
    const strong = makeKey();
    expect(await judge(makeValue(strong, object), { keys: primaryPackets(dsa), key: dsa })).toMatchObject(refused);
    expect(await judge(makeValue(dsa, object), { keys: primaryPackets(strong), key: strong })).toMatchObject(refused);
  });

  it("RSA with the exponent one, which anybody could sign for, is refused", async () => {
    const { body } = rsa;
    const exponentOne = concatBytes(body.subarray(0, body.length - 5), Uint8Array.of(0, 1, 1));
    const key = { ...rsa, body: exponentOne, fingerprint: await fingerprintOf(exponentOne) };
    expect(await judge(makeValue(rsa, object, { anonymous: true }), { keys: primaryPackets(key), key })).toMatchObject(
      refused,
    );
  });

  it("RSA with an exponent that takes seconds to compute with is not computed", async () => {
    const { body } = rsa;
    const huge = new Uint8Array(8190).fill(0xff);
    const exponent = concatBytes(Uint8Array.of(0xff, 0xf0), huge);
    const slow = concatBytes(body.subarray(0, body.length - 5), exponent).subarray(0, 8000);
    const key = { ...rsa, body: slow, fingerprint: await fingerprintOf(slow) };
    const started = performance.now();
    const verdict = await judge(makeValue(rsa, object, { anonymous: true }), { keys: primaryPackets(key), key });
    expect(verdict).toMatchObject({ status: "unsupported", code: "unsupported-key" });
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

async function fingerprintOf(body: Uint8Array): Promise<string> {
  const hashed = concatBytes(Uint8Array.of(0x99, body.length >> 8, body.length & 0xff), body);
  return Buffer.from(await crypto.subtle.digest("SHA-1", hashed))
    .toString("hex")
    .toUpperCase();
}

it("an unknown digest or kind of key is unsupported, never invalid", async () => {
  const key = makeKey();
  const unknown = makeValue({ ...key, algorithm: 99 }, object);
  const verdict = await judge(unknown, { keys: primaryPackets(key), key });
  expect(verdict).toMatchObject({ status: "unsupported", code: "unsupported-key" });
  const strange = makeValue(key, object, { hash: 77 });
  expect(await judge(strange, { keys: primaryPackets(key), key })).toMatchObject({ code: "unsupported-key" });
});
