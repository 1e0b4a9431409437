import { expect, it } from "vitest";
import { withSignature } from "../../src/client/bootstrap/with-signature.js";
import { makeCrossSigningKeys } from "../support/homeserver-account.js";

const userId = "@owner:example.org";
const { master, body } = makeCrossSigningKeys(userId);
const signature = { userId, masterKey: master.publicKey, keyId: "custom:org.example.stamp:AAAA", value: "c2ln" };

it("puts a signature into an upload and changes neither", () => {
  const before = structuredClone(body);
  const signed = withSignature(body, signature);
  expect(signed).toEqual({
    ...body,
    master_key: { ...body.master_key, signatures: { [userId]: { [signature.keyId]: signature.value } } },
  });
  expect(body).toEqual(before);
});

it("puts several beside each other", () => {
  const second = { ...signature, keyId: "custom:org.example.other:BBBB" };
  const signed = withSignature(withSignature(body, signature), second);
  expect(signed).toMatchObject({
    master_key: { signatures: { [userId]: { [signature.keyId]: "c2ln", [second.keyId]: "c2ln" } } },
  });
});

it.each([
  ["of another key", makeCrossSigningKeys(userId).body, "ERR_OWN_IDENTITY_CHANGED"],
  ["of another user", makeCrossSigningKeys("@other:example.org").body, "ERR_OBJECT_SHAPE"],
  ["of no master key", {}, "ERR_OBJECT_SHAPE"],
  ["of one member more", { master_key: { ...body.master_key, note: "x" } }, "ERR_OWN_IDENTITY_CHANGED"],
])("refuses an upload %s", (_what, upload, code) => {
  expect(() => withSignature(upload, signature)).toThrow(expect.objectContaining({ code }));
});
