import { Countersign, type StoreDegradation } from "matrix-countersign";
import { afterEach, expect, it, vi } from "vitest";
import { matrixError } from "../support/scripted-fetch.js";
import { scriptedHomeserver } from "../support/scripted-homeserver.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

afterEach(() => vi.unstubAllGlobals());

async function setUp() {
  const server = scriptedHomeserver();
  const account = await server.account(`@${crypto.randomUUID()}:example.org`);
  const open = async () => {
    const algorithm = stampAlgorithm({ cacheContext: "keyring 1" });
    const http = { fetch: server.fetch, maxRetries: 0 };
    return { algorithm, countersign: await Countersign.create(account.client, { algorithms: [algorithm], http }) };
  };
  return { server, account, open, signer: await stampSigner() };
}

async function levelOf(countersign: Countersign, userId: string): Promise<string | undefined> {
  for await (const { reports } of countersign.assess([userId])) return reports[0]?.status;
  return undefined;
}

it("remembers verdicts beyond the life of a page", async () => {
  const { account, open, signer } = await setUp();
  const first = await open();
  await first.countersign.publish(await first.countersign.sign(signer));
  expect(await levelOf(first.countersign, account.userId)).toBe("valid");
  first.countersign.close();
  const second = await open();
  expect(await levelOf(second.countersign, account.userId)).toBe("valid");
  expect(second.algorithm.asked).toBe(0);
  second.countersign.close();
});

it("keeps a signature that could not be published beyond the life of a page", async () => {
  const { server, open, signer } = await setUp();
  const first = await open();
  const signature = await first.countersign.sign(signer);
  server.intercept = () => matrixError(401, "M_UNKNOWN_TOKEN");
  await expect(first.countersign.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_TOKEN" });
  first.countersign.close();
  const second = await open();
  expect(await second.countersign.outbox()).toMatchObject([
    { masterKey: signature.masterKey, signature: { value: signature.value } },
  ]);
  second.countersign.close();
});

it("works from memory where there is no IndexedDB, and says so", async () => {
  vi.stubGlobal("indexedDB", undefined);
  const { account, open, signer } = await setUp();
  const { countersign, algorithm } = await open();
  const said: StoreDegradation[] = [];
  countersign.on("store-degraded", (degradation) => said.push(degradation));
  await countersign.publish(await countersign.sign(signer));
  expect(await levelOf(countersign, account.userId)).toBe("valid");
  const asked = algorithm.asked;
  expect(await levelOf(countersign, account.userId)).toBe("valid");
  expect(algorithm.asked).toBe(asked);
  expect(said).toMatchObject([{ reason: "unavailable" }]);
  expect(countersign.storeDegradation).toMatchObject({ reason: "unavailable" });
  countersign.close();
});
