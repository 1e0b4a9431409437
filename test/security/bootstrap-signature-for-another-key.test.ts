import { expect, it } from "vitest";
import { masterKeyObject } from "../../src/matrix/own-identity.js";
import { readSignable } from "../../src/model/signable.js";
import { makeCrossSigningKeys } from "../support/homeserver-account.js";
import { masterKeySignatures, setUploadStage, userId } from "../support/key-uploads.js";
import { stampSigner } from "../support/stamp-algorithm.js";

const bytesOf = (owner: string, publicKey: string) => readSignable(masterKeyObject(owner, publicKey), owner).bytes;

it.each([
  ["of another master key of the same user", userId],
  ["of another user's master key", "@mallory:example.org"],
])("a good signature %s goes nowhere", async (_what, owner) => {
  const signer = await stampSigner();
  const other = bytesOf(owner, makeCrossSigningKeys(owner).master.publicKey);
  const { upload, keys, sent } = await setUploadStage({ sign: () => signer.sign(other) });
  await expect(upload(keys.body)).rejects.toMatchObject({ code: "ERR_ACCEPT_NOT_VALID" });
  expect(sent).toEqual([]);
});

it("a page that changes the request while it is signed changes a copy", async () => {
  const signer = await stampSigner();
  const { publicKey } = makeCrossSigningKeys(userId).master;
  const { upload, keys, sent } = await setUploadStage({
    sign: (request) => {
      const object = masterKeyObject(userId, publicKey);
      Object.assign(request, { masterKey: publicKey, object, bytes: bytesOf(userId, publicKey) });
      return signer.sign(request.bytes);
    },
  });
  await expect(upload(keys.body)).rejects.toMatchObject({ code: "ERR_ACCEPT_NOT_VALID" });
  expect(sent).toEqual([]);
});

it("a master key that is changed between the two rounds of user-interactive auth gets no signature of the first", async () => {
  const { upload, keys, asked, lastBody } = await setUploadStage();
  await upload(keys.body);
  const first = Object.values(masterKeySignatures(lastBody()));
  const swapped = makeCrossSigningKeys(userId);
  await upload({ ...keys.body, master_key: swapped.body.master_key, auth: { session: "s" } });
  expect(asked.map(({ masterKey }) => masterKey)).toEqual([keys.master.publicKey, swapped.master.publicKey]);
  const second = Object.values(masterKeySignatures(lastBody()));
  expect([first, second].map(({ length }) => length)).toEqual([1, 1]);
  expect(second).not.toEqual(first);
});

it("a body that names two master keys is signed and sent as one and the same", async () => {
  const { wrapped, keys, asked, lastBody } = await setUploadStage();
  const decoy = makeCrossSigningKeys(userId).body.master_key;
  const body = `{"master_key":${JSON.stringify(decoy)},"master_key":${JSON.stringify(keys.body.master_key)}}`;
  await wrapped("https://hs.example.org/_matrix/client/v3/keys/device_signing/upload", { method: "POST", body });
  expect(asked.map(({ masterKey }) => masterKey)).toEqual([keys.master.publicKey]);
  expect(lastBody()).toMatchObject({ master_key: keys.body.master_key });
});
