import * as library from "openpgp";
import { describe, expect, it } from "vitest";
import { openpgp, openpgpSigner } from "../../src/algorithms/openpgp/index.js";
import { object } from "../support/openpgp-judge.js";

const passphrase = "correct horse battery staple";
const userIDs = [{ name: "Alice", email: "alice@example.org" }];
/** openpgp's types want the options of each kind of key apart. */
const generate = library.generateKey as unknown as (
  options: object,
) => Promise<{ privateKey: library.PrivateKey; publicKey: library.PublicKey }>;
const fastConfig = { s2kType: library.enums.s2k.iterated, s2kIterationCountByte: 1 };

describe("a signer in the page", () => {
  const kinds = [
    { type: "curve25519" },
    { type: "curve448" },
    { type: "ecc", curve: "nistP256" },
    { type: "ecc", curve: "curve25519Legacy" },
    { type: "curve25519", config: { v6Keys: true } },
    { type: "curve25519", subkeys: [{ sign: true }] },
  ] as const;
  for (const kind of kinds) {
    it(`makes a signature with its public key that accept takes: ${JSON.stringify(kind)}`, async () => {
      const { privateKey } = await generate({ userIDs, format: "object", ...structuredClone(kind) });
      const signer = openpgpSigner(privateKey);
      expect(signer.algorithm).toBe("org.openpgp.signature");
      const output = await signer.sign(object.bytes);
      const accepted = await openpgp().accept({ object, output, now: Date.now() });
      expect(accepted.verdict).toMatchObject({ code: "valid", signer: { names: ["Alice <alice@example.org>"] } });
      expect(accepted.keyId).toBe(`custom:org.openpgp.signature:${privateKey.getFingerprint().toUpperCase()}`);
    });
  }

  it("unlocks a key with its passphrase, armored or binary, and leaves no private key in what it gives", async () => {
    const { privateKey } = await generate({ userIDs, passphrase, format: "object", config: fastConfig });
    for (const key of [privateKey.armor(), privateKey.write() as Uint8Array]) {
      const output = await openpgpSigner({ key, passphrase }).sign(object.bytes);
      expect(output).not.toContain("PRIVATE");
      expect((await openpgp().accept({ object, output, now: Date.now() })).verdict.code).toBe("valid");
    }
    expect(privateKey.isDecrypted()).toBe(false);
  });

  it("takes a key that is not locked as data, again and again", async () => {
    const { privateKey } = await generate({ userIDs, format: "object" });
    const signer = openpgpSigner({ key: privateKey.armor() });
    for (let round = 0; round < 2; round++) {
      const output = await signer.sign(object.bytes);
      expect((await openpgp().accept({ object, output, now: Date.now() })).verdict.code).toBe("valid");
    }
  });

  it("signs at the time of the clock that it is given", async () => {
    const { privateKey } = await library.generateKey({ userIDs, format: "object", date: new Date(0) });
    const output = await openpgpSigner(privateKey, { now: () => 86_400_000 }).sign(object.bytes);
    const { verdict } = await openpgp().accept({ object, output, now: 86_500_000 });
    expect(verdict.createdAt).toBe(86_400_000);
  });

  it("refuses a key that is locked, wrong, public or no key, without repeating anything", async () => {
    const { privateKey: locked } = await generate({ userIDs, passphrase, format: "object", config: fastConfig });
    const [privateKey, publicKey] = [locked.armor(), locked.toPublic().armor()];
    const refused = [
      openpgpSigner({ key: privateKey }),
      openpgpSigner({ key: privateKey, passphrase: "a guess" }),
      openpgpSigner({ key: publicKey, passphrase }),
      openpgpSigner({ key: "very secret number" }),
      openpgpSigner(locked),
      openpgpSigner(locked.toPublic() as never),
    ];
    for (const signer of refused) {
      const refusal: unknown = await signer.sign(object.bytes).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
      expect(String(refusal)).not.toMatch(/secret number|guess|horse/);
    }
  });

  it("forgets its key", async () => {
    const { privateKey } = await library.generateKey({ userIDs, format: "object" });
    const signer = openpgpSigner(privateKey);
    await signer.sign(object.bytes);
    signer.forget();
    await expect(signer.sign(object.bytes)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
    expect(privateKey.isDecrypted()).toBe(true);
  });

  it("says where the library is missing", async () => {
    const load = (): Promise<unknown> => Promise.reject(new Error("no such module"));
    const signer = openpgpSigner({ key: "" }, { load });
    await expect(signer.sign(object.bytes)).rejects.toMatchObject({ code: "ERR_ALGORITHM_LIBRARY" });
  });
});
