import { createPrivateKey, createPublicKey } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { profiles } from "../../examples/homeserver/profiles.js";
import { createHomeserver, type Listening, type ProfileName } from "../../examples/homeserver/server.js";
import { embeddedUser } from "../support/embedded-user.js";

let listening: Listening | undefined;

afterEach(() => listening?.close());

test.each(Object.keys(profiles) as ProfileName[])(
  "on a server like %s a user has the keys that it shows",
  async (profile) => {
    listening = await createHomeserver({ profile }).listen();
    const { account, client, keys } = await embeddedUser(listening.url, "user");
    const { body } = await account.post("/v3/keys/query", { device_keys: { [account.userId]: [] } });
    const crypto = client.getCrypto();
    expect(body.master_keys[account.userId].keys).toHaveProperty(`ed25519:${await crypto?.getCrossSigningKeyId()}`);
    expect(body.master_keys[account.userId].signatures[account.userId]).toHaveProperty(`ed25519:${account.deviceId}`);
    const bundle = await crypto?.exportSecretsBundle?.();
    const publicKey = publicKeyOf(bundle?.cross_signing?.self_signing_key ?? "");
    expect(body.self_signing_keys[account.userId].keys).toEqual({ [`ed25519:${publicKey}`]: publicKey });
    expect(publicKey).toBe(keys.selfSigning.publicKey);
  },
);

/** The public key that belongs to a seed, both in unpadded base64. */
function publicKeyOf(seed: string): string {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  const der = Buffer.concat([prefix, Buffer.from(seed, "base64")]);
  const spki = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return spki.export({ format: "der", type: "spki" }).subarray(-32).toString("base64").replace(/=+$/, "");
}
