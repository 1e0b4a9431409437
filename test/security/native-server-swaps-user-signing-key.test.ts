import { expect, it } from "vitest";
import { type Body, makeSigningKey } from "../support/homeserver-account.js";
import { type NativeStage, setNativeStage, uploadsOf } from "../support/native-stage.js";

/** A key of the given usage for the reader, signed by the reader's true master key unless another is given. */
function lesserKey({ reader }: NativeStage, usage: string, publicKey: string, signer = reader.keys.master): Body {
  const { userId } = reader.account;
  const key = { user_id: userId, usage: [usage], keys: { [`ed25519:${publicKey}`]: publicKey } };
  return { ...key, signatures: { [userId]: { [`ed25519:${reader.keys.master.publicKey}`]: signer.sign(key) } } };
}

const evil = makeSigningKey();

it.each<[string, string, (stage: NativeStage) => unknown]>([
  [
    "another, signed by itself",
    "ERR_NATIVE_KEY_UNSIGNED",
    (stage) => lesserKey(stage, "user_signing", evil.publicKey, evil),
  ],
  [
    "the true one without a signature",
    "ERR_NATIVE_KEY_UNSIGNED",
    ({ reader }) => ({ ...reader.keys.body.user_signing_key, signatures: {} }),
  ],
  ["the self-signing key", "ERR_NATIVE_KEY_UNSIGNED", ({ reader }) => reader.keys.body.self_signing_key],
  ["the master key", "ERR_NATIVE_KEY_UNSIGNED", ({ reader }) => reader.keys.body.master_key],
  [
    "another user's",
    "ERR_NATIVE_KEY_UNSIGNED",
    ({ reader }) => ({ ...reader.keys.body.user_signing_key, user_id: "@evil:localhost" }),
  ],
  ["none", "ERR_NATIVE_KEY_UNSIGNED", () => undefined],
  [
    "one that the master key signed and that is not this device's",
    "ERR_NATIVE_KEY_MISSING",
    (stage) => lesserKey(stage, "user_signing", evil.publicKey),
  ],
])("nothing is signed where the server serves as user-signing key %s", async (_what, code, served) => {
  const stage = await setNativeStage();
  const owner = await stage.owner("owner");
  stage.tamper = ({ path }, body) => {
    if (path.endsWith("/keys/query")) body.user_signing_keys = { [stage.reader.account.userId]: served(stage) };
    return body;
  };
  await expect(stage.reading.verifyNatively(owner.account.userId)).rejects.toMatchObject({ code });
  expect(uploadsOf(stage)).toEqual([]);
  expect(await stage.store.conferrals()).toEqual([]);
});

it("nothing is signed where the server swaps the own master key with it", async () => {
  const stage = await setNativeStage();
  const owner = await stage.owner("owner");
  const { userId } = stage.reader.account;
  const key = { user_id: userId, usage: ["master"], keys: { [`ed25519:${evil.publicKey}`]: evil.publicKey } };
  stage.tamper = ({ path }, body) => {
    if (path.endsWith("/keys/query") && body.master_keys?.[userId]) body.master_keys[userId] = key;
    return body;
  };
  const failure = stage.reading.verifyNatively(owner.account.userId);
  await expect(failure).rejects.toMatchObject({ code: "ERR_OWN_IDENTITY_DIFFERS" });
  expect(uploadsOf(stage)).toEqual([]);
});
