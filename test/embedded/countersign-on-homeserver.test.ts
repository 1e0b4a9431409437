import { Countersign, type MatrixClientLike } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { createHomeserver, type HomeserverOptions, type Listening } from "../../examples/homeserver/server.js";
import { type CrossSigningKeys, makeCrossSigningKeys, registerAccount } from "../support/homeserver-account.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const running: Listening[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.close())));

/** An owner on the embedded homeserver, as an SDK of the smallest kind sees it. */
async function setUp(options: HomeserverOptions = {}) {
  const homeserver = createHomeserver(options);
  const server = await homeserver.listen();
  running.push(server);
  const account = await registerAccount(server.url, "owner");
  const keys: CrossSigningKeys = makeCrossSigningKeys(account.userId);
  await account.post("/v3/keys/device_signing/upload", keys.body);
  const client: MatrixClientLike = {
    getUserId: () => account.userId,
    getHomeserverUrl: () => server.url,
    getAccessToken: () => account.token,
    getCrypto: () => ({
      getCrossSigningKeyId: async () => keys.master.publicKey,
      getUserVerificationStatus: async () => ({ isCrossSigningVerified: () => true }),
    }),
  };
  const waits: number[] = [];
  const own = await Countersign.create(client, {
    algorithms: [stampAlgorithm()],
    store: memoryStore(),
    http: { wait: async (ms) => void waits.push(ms) },
  });
  return { homeserver, own, waits, signature: await own.sign(await stampSigner()) };
}

it("publishes on a server that has no v3 yet", async () => {
  const { own, signature } = await setUp({ unknownPaths: ["/_matrix/client/v3/keys/signatures/upload"] });
  const receipt = await own.publish(signature, { routes: ["signatures-upload"] });
  expect(receipt).toMatchObject({ published: true, routes: [{ accepted: true, stored: true }] });
});

it("obeys the server's 429s and publishes all the same", async () => {
  const { homeserver, own, waits, signature } = await setUp();
  homeserver.rateLimitNext(3, { retryAfterMs: 2000 });
  expect(await own.publish(signature)).toMatchObject({ published: true });
  expect(waits).toEqual([2000, 2000, 2000]);
});

it("says that the access token is expired, and keeps the signature", async () => {
  const { homeserver, own, signature } = await setUp();
  homeserver.expireAccessTokens();
  await expect(own.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_TOKEN", errcode: "M_UNKNOWN_TOKEN" });
  expect(await own.outbox()).toHaveLength(1);
});
