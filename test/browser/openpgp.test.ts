import * as library from "openpgp";
import { describe, expect, it } from "vitest";
import { openpgp, openpgpSigner } from "../../src/algorithms/openpgp/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { readSignable } from "../../src/model/signable.js";

const key = encodeBase64(new Uint8Array(32).fill(7));
const userId = "@alice:example.org";
const object = readSignable({ user_id: userId, usage: ["master"], keys: { [`ed25519:${key}`]: key } }, userId);
const generate = library.generateKey as unknown as (options: object) => Promise<{ privateKey: library.PrivateKey }>;

const kinds = [
  { type: "rsa", rsaBits: 2048 },
  { type: "ecc", curve: "curve25519Legacy" },
  { type: "ecc", curve: "nistP256" },
  { type: "ecc", curve: "nistP384" },
  { type: "ecc", curve: "nistP521" },
  { type: "ecc", curve: "secp256k1", config: { rejectCurves: new Set() } },
  { type: "ecc", curve: "brainpoolP256r1" },
  { type: "ecc", curve: "brainpoolP384r1" },
  { type: "ecc", curve: "brainpoolP512r1" },
  { type: "curve25519" },
  { type: "curve448" },
  { type: "curve25519", config: { v6Keys: true } },
  { type: "curve448", config: { v6Keys: true } },
];

describe("in the browser, a signature", () => {
  for (const kind of kinds) {
    const name = [
      kind.type,
      "curve" in kind ? kind.curve : "",
      kind.config && "v6Keys" in kind.config ? "version 6" : "",
    ];
    it(`is made, accepted and verified with ${name.filter(Boolean).join(" ")}`, async () => {
      const userIDs = [{ name: "Alice", email: "alice@example.org" }];
      const { privateKey } = await generate({ userIDs, format: "object", ...kind });
      const output = await openpgpSigner(privateKey).sign(object.bytes);
      const { value, keyId } = await openpgp().accept({ object, output, now: Date.now() });
      const algorithm = openpgp({ keys: privateKey.toPublic().armor() });
      const input = { object, key: keyId.split(":")[2] ?? "", value, now: Date.now() };
      expect(await algorithm.verify(input)).toMatchObject({ status: "valid", code: "valid" });
      const other = readSignable(
        { user_id: userId, usage: ["user_signing"], keys: { [`ed25519:${key}`]: key } },
        userId,
      );
      expect(await algorithm.verify({ ...input, object: other })).toMatchObject({ code: "bad-signature" });
    });
  }

  it("leaves openpgp's own configuration as it was", async () => {
    expect(library.config.rejectCurves.has(library.enums.curve.secp256k1)).toBe(true);
    expect(library.config.minRSABits).toBe(2047);
  });
});
