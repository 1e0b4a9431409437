import type { JsonObject, MatrixClientLike } from "matrix-countersign";
import { type CrossSigningKey, makeCrossSigningKey } from "./matrix-keys.js";
import { json, matrixError, type SeenRequest, scriptedFetch } from "./scripted-fetch.js";

const field = "org.matrix.msc2961.signatures";

/** One user's account on a {@link scriptedHomeserver}. */
export interface ScriptedAccount {
  readonly userId: string;
  readonly client: MatrixClientLike;
  /** What the client's crypto stack says. A test may change it. */
  crypto: { masterKey: string | null; verified: boolean };
}

/** The three endpoints that a publish and a fetch touch, at the HTTP boundary, for faults that no real server has on call. */
export interface ScriptedHomeserver {
  readonly fetch: typeof fetch;
  readonly seen: SeenRequest[];
  /** The master key served, by user. */
  readonly masterKeys: Map<string, JsonObject>;
  /** The manifest in the profile, by user. */
  readonly manifests: Map<string, unknown>;
  /** Answers before the server does: a fault. */
  intercept: (request: SeenRequest) => Response | undefined;
  /** Whether `/keys/signatures/upload` stores what it is given. */
  storesUploads: boolean;
  account(userId: string): Promise<ScriptedAccount & { readonly key: CrossSigningKey }>;
}

export function scriptedHomeserver(): ScriptedHomeserver {
  const masterKeys = new Map<string, JsonObject>();
  const manifests = new Map<string, unknown>();
  const { fetch, seen } = scriptedFetch((request) => server.intercept(request) ?? answer(request));

  function answer({ method, path, body }: SeenRequest): Response {
    if (path.endsWith("/keys/query")) {
      const asked = Object.keys((body as { device_keys: object }).device_keys);
      const known = asked.flatMap((userId) => (masterKeys.has(userId) ? [[userId, masterKeys.get(userId)]] : []));
      return json({ master_keys: Object.fromEntries(known), device_keys: {} });
    }
    if (path.endsWith("/keys/signatures/upload")) return upload(body as Record<string, Record<string, JsonObject>>);
    const userId = decodeURIComponent(path.split("/")[5] ?? "");
    if (method === "PUT") manifests.set(userId, (body as JsonObject)[field]);
    if (!manifests.has(userId)) return matrixError(404, "M_NOT_FOUND");
    return json(method === "PUT" ? {} : { [field]: manifests.get(userId) });
  }

  function upload(body: Record<string, Record<string, JsonObject>>): Response {
    for (const [userId, objects] of Object.entries(server.storesUploads ? body : {})) {
      for (const object of Object.values(objects)) {
        const served = masterKeys.get(userId) ?? {};
        const before = (served.signatures as Record<string, object> | undefined)?.[userId];
        const added = (object.signatures as Record<string, object>)[userId];
        masterKeys.set(userId, { ...served, signatures: { [userId]: { ...before, ...added } } });
      }
    }
    return json({ failures: {} });
  }

  const server: ScriptedHomeserver = {
    fetch,
    seen,
    masterKeys,
    manifests,
    intercept: () => undefined,
    storesUploads: true,
    async account(userId) {
      const key = await makeCrossSigningKey(userId);
      masterKeys.set(userId, key.object);
      const account = { userId, key, crypto: { masterKey: key.publicKey as string | null, verified: true } };
      const client: MatrixClientLike = {
        getUserId: () => userId,
        getHomeserverUrl: () => "https://hs.example.org",
        getAccessToken: () => "token",
        getCrypto: () => ({
          getCrossSigningKeyId: async () => account.crypto.masterKey,
          getUserVerificationStatus: async () => ({ isCrossSigningVerified: () => account.crypto.verified }),
        }),
      };
      return Object.assign(account, { client });
    },
  };
  return server;
}
