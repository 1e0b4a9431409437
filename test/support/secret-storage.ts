import type { MatrixClientLike } from "matrix-countersign";
import { ServerSideSecretStorageImpl } from "matrix-js-sdk/lib/secret-storage.js";
import type { EmbeddedUser } from "./embedded-user.js";
import type { HttpAccount } from "./homeserver-account.js";

/** The SDK's own secret storage over a user's account data, for clients without an SDK. */
export interface SecretStorage {
  /** The user on one more device: it knows the key where `knowsKey` says so. */
  device(knowsKey?: boolean): MatrixClientLike;
  /** A device to which something happens whenever it stores a secret. */
  deviceThat(happening: { beforeStore?(): Promise<unknown>; afterStore?(): Promise<unknown> }): MatrixClientLike;
  /** What the server holds under a name. */
  stored(name: string): Promise<object | undefined>;
  /** What the server does by itself. */
  put(name: string, content: object): Promise<void>;
}

/** Sets up secret storage with a new key. */
export async function secretStorageOf({ account, client }: EmbeddedUser): Promise<SecretStorage> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const data = accountData(account);
  const openFor = (knowsKey: boolean): ServerSideSecretStorageImpl =>
    new ServerSideSecretStorageImpl({ ...data, on: () => {} } as never, {
      getSecretStorageKey: async ({ keys }) => (knowsKey ? [Object.keys(keys)[0] ?? "", key] : null),
    });
  const setup = openFor(true);
  const { keyId } = await setup.addKey("m.secret_storage.v1.aes-hmac-sha2", { key });
  await data.setAccountData("m.secret_storage.default_key", { key: keyId });
  return {
    device: (knowsKey = true) => ({ ...client, secretStorage: openFor(knowsKey) }),
    deviceThat({ beforeStore, afterStore }) {
      const storage = openFor(true);
      const store = async (name: string, secret: string): Promise<void> => {
        await beforeStore?.();
        await storage.store(name as never, secret);
        await afterStore?.();
      };
      return { ...client, secretStorage: { get: (name) => storage.get(name as never), store } };
    },
    stored: async (name) => (await data.getAccountDataFromServer(name)) ?? undefined,
    put: data.setAccountData,
  };
}

function accountData(account: HttpAccount) {
  const path = (type: string): string => `/v3/user/${encodeURIComponent(account.userId)}/account_data/${type}`;
  return {
    async getAccountDataFromServer(type: string): Promise<object | null> {
      const { status, body } = await account.get(path(type));
      if (status === 404) return null;
      if (status !== 200) throw new Error(`account data: ${status}`);
      return body;
    },
    async setAccountData(type: string, content: object): Promise<void> {
      const { status } = await account.put(path(type), content);
      if (status !== 200) throw new Error(`account data: ${status}`);
    },
  };
}
