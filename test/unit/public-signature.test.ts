import { expect, it } from "vitest";
import { readKeys } from "../../src/matrix/key-query.js";
import { publicSignatures } from "../../src/model/public-signature.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";

const carol = "@carol:example.org";

it("finds what the users asked for signed in Matrix's own form, and nothing else", () => {
  const entry = { "ed25519:A": "x", "ed25519:B": 5, "ed25519:C": "y".repeat(129), "custom:org.example.stamp:D": "z" };
  const object = { signatures: { [carol]: entry, "@other:example.org": { "ed25519:A": "x" } } };
  expect(publicSignatures(object, [carol, "@nobody:example.org", "__proto__", "constructor"])).toEqual([
    { signer: carol, publicKey: "A", value: "x" },
  ]);
  for (const signatures of [undefined, null, [], "text", { [carol]: null }, { [carol]: "text" }, { [carol]: [] }]) {
    expect(publicSignatures({ signatures }, [carol])).toEqual([]);
  }
});

it("reads no more than 16 of one signer", () => {
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`ed25519:${index}`, "x"]));
  expect(
    publicSignatures({ signatures: { [carol]: many, "@dave:example.org": { "ed25519:A": "x" } } }, [
      carol,
      "@dave:example.org",
    ]),
  ).toHaveLength(17);
});

it("finds the keys to vouch with under both names, whatever they are", async () => {
  const { object } = await makeCrossSigningKey(carol);
  const [one, two] = [{ user_id: "@mallory:example.org" }, {}];
  const served = (stable: unknown, unstable: unknown) => {
    const keys = {
      master_keys: { [carol]: object },
      public_user_signing_keys: stable,
      "org.matrix.msc2882.public_user_signing_keys": unstable,
    };
    return readKeys(keys, [carol]).get(carol)?.publicUserKeys;
  };
  expect(served({ [carol]: one }, { [carol]: two })).toEqual([one, two]);
  expect(served("text", { [carol]: two })).toEqual([two]);
  expect(served({ [carol]: [] }, { "@dave:example.org": two })).toBeUndefined();
});
