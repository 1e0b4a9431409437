import type { MatrixClientLike } from "matrix-countersign";
import {
  type CrossSigningKeys,
  type HttpAccount,
  makeCrossSigningKeys,
  makeSigningKey,
  registerAccount,
} from "./homeserver-account.js";

/** A user of an embedded homeserver who has what Element users have, in Node and without an SDK; made in a few milliseconds. */
export interface EmbeddedUser {
  readonly account: HttpAccount;
  readonly keys: CrossSigningKeys;
  /** Logged in on a verified device that holds the private keys. */
  readonly client: MatrixClientLike;
}

/** Registers the user and uploads device keys and cross-signing keys, the device's signature on the master key among them. */
export async function embeddedUser(url: string, name: string): Promise<EmbeddedUser> {
  const account = await registerAccount(url, name);
  const { userId, deviceId } = account;
  const [keys, device] = [makeCrossSigningKeys(userId), makeSigningKey()];
  const deviceKeys = {
    user_id: userId,
    device_id: deviceId,
    algorithms: ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
    keys: { [`ed25519:${deviceId}`]: device.publicKey },
  };
  const signedBy = (key: { sign(object: object): string }, keyId: string, object: object): object => ({
    ...object,
    signatures: { [userId]: { [`ed25519:${keyId}`]: key.sign(object) } },
  });
  await send(account, "/v3/keys/upload", { device_keys: signedBy(device, deviceId, deviceKeys) });
  const master_key = signedBy(device, deviceId, keys.body.master_key);
  await send(account, "/v3/keys/device_signing/upload", { ...keys.body, master_key });
  const client: MatrixClientLike = {
    getUserId: () => userId,
    getHomeserverUrl: () => url,
    getAccessToken: () => account.token,
    getCrypto: () => ({
      getCrossSigningKeyId: async () => keys.master.publicKey,
      getUserVerificationStatus: async () => ({ isCrossSigningVerified: () => true }),
      exportSecretsBundle: async () => ({
        cross_signing: { self_signing_key: keys.selfSigning.seed, user_signing_key: keys.userSigning.seed },
      }),
    }),
  };
  return { account, keys, client };
}

async function send(account: HttpAccount, path: string, body: object): Promise<void> {
  const answer = await account.post(path, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
