import type { ProfileName } from "../../examples/homeserver/profiles.js";
import { createHomeserver, type Homeserver, type Listening } from "../../examples/homeserver/server.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import type { MatrixClientLike } from "../../src/matrix/client-like.js";
import { createHttp, type HttpOptions, type MatrixHttp } from "../../src/matrix/http.js";
import { masterKeyObject } from "../../src/matrix/own-identity.js";
import type { RouteContext, ServedMasterKey } from "../../src/matrix/routes/route.js";
import type { ExternalSignature } from "../../src/model/external-signature.js";
import { readSignable } from "../../src/model/signable.js";
import { type Body, type HttpAccount, makeCrossSigningKeys, registerAccount } from "./homeserver-account.js";

/** An owner whose master key is on an embedded homeserver already, with a signature of the key's own. */
export interface ReuploadStage {
  readonly homeserver: Homeserver;
  readonly server: Listening;
  readonly owner: HttpAccount;
  readonly reader: HttpAccount;
  readonly masterKey: ServedMasterKey;
  /** As uploaded first. */
  readonly keys: Body;
  readonly signature: ExternalSignature;
  readonly context: RouteContext;
  /** The signatures by the owner on her master key that somebody is served. */
  signaturesSeenBy(account: HttpAccount): Promise<JsonObject>;
}

/** @param fetchFn stands between the owner and her server */
export async function setReuploadStage(
  profile: ProfileName,
  { fetch: fetchFn = fetch }: HttpOptions = {},
): Promise<ReuploadStage> {
  const homeserver = createHomeserver({ profile });
  const server = await homeserver.listen();
  const owner = await registerAccount(server.url, "owner");
  const reader = await registerAccount(server.url, "reader");
  const { master, body: keys } = makeCrossSigningKeys(owner.userId);
  const object = masterKeyObject(owner.userId, master.publicKey);
  const bySelf = { [`ed25519:${master.publicKey}`]: master.sign(object) };
  const uploaded = { ...keys, master_key: { ...object, signatures: { [owner.userId]: bySelf } } };
  await owner.post("/v3/keys/device_signing/upload", uploaded);
  return {
    homeserver,
    server,
    owner,
    reader,
    keys: uploaded,
    masterKey: { signable: readSignable(object, owner.userId), object },
    signature: { userId: owner.userId, keyId: "custom:org.example.stamp:AAAA", value: "c2lnbmF0dXJl" },
    context: routeContext(httpOf(owner, server.url, { fetch: fetchFn })),
    async signaturesSeenBy(account) {
      const { body } = await account.post("/v3/keys/query", { device_keys: { [owner.userId]: [] } });
      return body.master_keys[owner.userId].signatures[owner.userId];
    },
  };
}

function httpOf({ userId, token }: HttpAccount, url: string, options: HttpOptions): MatrixHttp {
  const client: MatrixClientLike = {
    getUserId: () => userId,
    getHomeserverUrl: () => url,
    getAccessToken: () => token,
    getCrypto: () => undefined,
  };
  return createHttp(client, { wait: async () => {}, ...options }, new AbortController().signal);
}

function routeContext(http: MatrixHttp): RouteContext {
  return { http, now: () => Date.now(), signal: new AbortController().signal };
}
