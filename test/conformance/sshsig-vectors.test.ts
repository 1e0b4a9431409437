import { describe, expect, it } from "vitest";
import { Fault } from "../../src/algorithms/shared/fault.js";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { readPublicKey } from "../../src/algorithms/sshsig/public-key.js";
import { isRight, readRawSignature } from "../../src/algorithms/sshsig/raw-signature.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { CountersignError } from "../../src/errors.js";
import { readSignable } from "../../src/model/signable.js";
import { mpint, str } from "../support/ssh.js";
import { nowMs } from "../support/ssh-judge.js";
import { hex, type WycheproofGroup, wycheproof } from "../support/vectors.js";
import sshVectors from "../vectors/sshsig.json" with { type: "json" };

/** A raw signature's data from what Wycheproof has, or `undefined` where SSH has no form for it. */
type Convert = (signature: Uint8Array) => Buffer | undefined;

async function judge(publicKey: Buffer, type: string, data: Buffer | undefined, message: Uint8Array): Promise<boolean> {
  if (!data) return false;
  try {
    const key = readPublicKey(publicKey);
    const signature = readRawSignature(Buffer.concat([str(type), str(data)]), key);
    return await isRight(signature, key, new Uint8Array(message));
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

async function judgeAll<Key>(
  groups: readonly WycheproofGroup<Key>[],
  keyOf: (key: Key) => Buffer,
  type: string,
  convert: Convert,
): Promise<number> {
  let count = 0;
  for (const { publicKey, tests } of groups) {
    for (const { tcId, comment, msg, sig, result } of tests) {
      count++;
      if (result === "acceptable") continue;
      const isValid = await judge(keyOf(publicKey), type, convert(hex(sig)), hex(msg));
      expect(isValid, `${tcId} ${comment}`).toBe(result === "valid");
    }
  }
  return count;
}

/** The numbers word for word, so that what is wrong in their DER stays wrong in SSH's form. */
const ecdsaNumbers: Convert = (signature) => {
  try {
    const sequence = readDer(signature);
    const numbers = derMembers(sequence);
    if (sequence.tag !== 0x30 || numbers.length !== 2 || numbers.some(({ tag }) => tag !== 2)) return undefined;
    return Buffer.concat(numbers.map(({ contents }) => str(isZero(contents) ? "" : contents)));
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
};

const isZero = (contents: Uint8Array): boolean => contents.length === 1 && contents[0] === 0;

describe("SSH's signatures are judged as Wycheproof does", () => {
  it.each([
    ["ecdsa_secp256r1_sha256", "nistp256"],
    ["ecdsa_secp384r1_sha384", "nistp384"],
    ["ecdsa_secp521r1_sha512", "nistp521"],
  ])("%s", async (file, curve) => {
    const type = `ecdsa-sha2-${curve}`;
    const groups = wycheproof<{ uncompressed: string }>(file);
    const keyOf = ({ uncompressed }: { uncompressed: string }): Buffer =>
      Buffer.concat([str(type), str(curve), str(hex(uncompressed))]);
    expect(await judgeAll(groups, keyOf, type, ecdsaNumbers)).toBeGreaterThan(400);
  });

  it.each([
    ["rsa_signature_2048_sha256", "rsa-sha2-256"],
    ["rsa_signature_4096_sha512", "rsa-sha2-512"],
  ])("%s", async (file, type) => {
    const groups = wycheproof<{ modulus: string; publicExponent: string }>(file);
    const keyOf = ({ modulus, publicExponent }: (typeof groups)[0]["publicKey"]): Buffer =>
      Buffer.concat([str("ssh-rsa"), mpint(hex(publicExponent)), mpint(hex(modulus))]);
    expect(await judgeAll(groups, keyOf, type, (signature) => Buffer.from(signature))).toBe(259);
  });
});

it.each(sshVectors.tests)(
  "a signature that ssh-keygen made, or ought to refuse, is what it was: $name",
  async (test) => {
    const { code, fingerprint: key, value } = test;
    const object = readSignable(JSON.parse(sshVectors.object), sshVectors.userId);
    expect(await sshsig().verify({ object, key, value, now: nowMs })).toMatchObject({ code });
  },
);
