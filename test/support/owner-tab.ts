import type { MatrixClientLike } from "matrix-countersign";
import { createIdentity, cryptoOf, registerUser } from "../../examples/shared/matrix-user.js";

/** What every tab of an owner knows: plain data, so that workers can be tabs. */
export interface OwnerData {
  readonly baseUrl: string;
  readonly userId: string;
  readonly token: string;
  readonly masterKey: string;
  readonly selfSigningKey: string;
}

/** What a tab in a worker is to do: try what waits in the outbox of a database. */
export interface OwnerTabTask {
  readonly owner: OwnerData;
  readonly database: string;
  /** Stays for ever at the first request of this method, before it leaves or once it was answered. */
  readonly stay?: { readonly method: string; readonly moment: "before" | "after" };
}

/** What such a tab tells. */
export type OwnerTabNews = { readonly request: string } | { readonly stays: true } | { readonly receipts: number };

/** A new user with cross-signing keys, made by a real SDK. */
export async function createOwner(baseUrl: string): Promise<OwnerData> {
  const user = await registerUser(baseUrl, `owner-${crypto.randomUUID()}`);
  await createIdentity(user);
  const stack = cryptoOf(user.client);
  const secrets = await stack.exportSecretsBundle?.();
  return {
    baseUrl,
    userId: user.userId,
    token: user.client.getAccessToken() ?? "",
    masterKey: (await stack.getCrossSigningKeyId()) ?? "",
    selfSigningKey: secrets?.cross_signing?.self_signing_key ?? "",
  };
}

/** The owner's client in one tab. */
export function clientOf({ baseUrl, userId, token, masterKey, selfSigningKey }: OwnerData): MatrixClientLike {
  return {
    getUserId: () => userId,
    getHomeserverUrl: () => baseUrl,
    getAccessToken: () => token,
    getCrypto: () => ({
      getCrossSigningKeyId: async () => masterKey,
      getUserVerificationStatus: async () => ({ isCrossSigningVerified: () => true }),
      exportSecretsBundle: async () => ({ cross_signing: { self_signing_key: selfSigningKey } }),
    }),
  };
}
