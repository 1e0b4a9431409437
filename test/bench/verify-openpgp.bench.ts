import { type JsonObject, signedBytes, verifyObject, withExternalSignature } from "matrix-countersign";
import { openpgp, openpgpSigner } from "matrix-countersign/openpgp";
import * as library from "openpgp";
import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";

const users = 1000;
const rounds = 5;

interface Vouched {
  readonly userId: string;
  readonly object: JsonObject;
  readonly bytes: Uint8Array;
  /** The signature as it is published: unpadded base64. */
  readonly value: string;
}

const keys = {
  Ed25519: { type: "ecc", curve: "ed25519Legacy" },
  "P-256": { type: "ecc", curve: "nistP256" },
  "RSA 2048": { type: "rsa", rsaBits: 2048 },
} as const;

it.each(Object.keys(keys) as (keyof typeof keys)[])(
  "1,000 users vouched by one cached OpenPGP key (%s)",
  async (kind) => {
    const userIDs = [{ name: "Example Ltd", email: "trust@example.org" }];
    const { privateKey, publicKey } = await library.generateKey({ ...keys[kind], userIDs, format: "object" });
    const vouched = await vouchForAll(privateKey);
    const armoredKey = publicKey.armor();
    const parsedKey = await library.readKey({ armoredKey });
    const algorithm = openpgp({ keys: armoredKey });

    const peer = async (): Promise<void> => {
      for (const { bytes, value } of vouched) {
        const message = await library.createMessage({ binary: bytes });
        const binarySignature = Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
        const signature = await library.readSignature({ binarySignature });
        const result = await library.verify({ message, signature, verificationKeys: parsedKey });
        if (!(await result.signatures[0]?.verified)) throw new Error("not verified");
      }
    };
    const ours = async (): Promise<void> => {
      const reports = await Promise.all(
        vouched.map(({ object, userId }) => verifyObject(object, userId, { algorithms: [algorithm] })),
      );
      if (!reports.every(([report]) => report?.status === "valid")) throw new Error("not verified");
    };
    const [peerMs = Number.NaN, oursMs = Number.NaN] = await fastestOf(peer, ours);
    const ratio = (peerMs / oursMs).toFixed(2);
    console.log(`${kind}: ${ratio} × as fast as openpgp.js (${oursMs.toFixed(0)} ms against ${peerMs.toFixed(0)} ms)`);
    expect(vouched).toHaveLength(users);
  },
);

async function vouchForAll(privateKey: library.PrivateKey): Promise<Vouched[]> {
  const signer = openpgpSigner(privateKey);
  const algorithm = openpgp();
  return Promise.all(
    Array.from({ length: users }, async (_, index) => {
      const userId = `@user${index}:example.org`;
      const { object, publicKey } = await makeCrossSigningKey(userId);
      const bytes = signedBytes(object);
      const output = await signer.sign(bytes);
      const signable = { purpose: "master-key", userId, bytes, publicKey } as const;
      const accepted = await algorithm.accept?.({ object: signable, output, now: Date.now() });
      if (!accepted) throw new Error("not accepted");
      const signed = withExternalSignature(object, { userId, ...accepted });
      return { userId, object: signed, bytes, value: String(accepted.value) };
    }),
  );
}

/** The best of some rounds of each, in turn, after a warm-up. */
async function fastestOf(...contenders: (() => Promise<void>)[]): Promise<number[]> {
  const best = contenders.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round <= rounds; round++) {
    for (const [index, contender] of contenders.entries()) {
      const start = performance.now();
      await contender();
      const ms = performance.now() - start;
      if (round > 0) best[index] = Math.min(best[index] ?? ms, ms);
    }
  }
  return best;
}
