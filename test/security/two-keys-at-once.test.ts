import { Countersign, type IdentityAssessment } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it, onTestFinished } from "vitest";
import { setStage } from "../support/vouched-user.js";

/** What a reader makes of a user. */
async function verdictOf(reader: Countersign, userId: string): Promise<IdentityAssessment | undefined> {
  for await (const assessment of reader.assess([userId])) return assessment;
  return undefined;
}

it("of two keys that a server serves at the same time, both signed, one at most is trusted", async () => {
  const stage = await setStage();
  const { server, victim, algorithm, signer } = stage;
  const [before] = [server.masterKeys.get(victim)];
  const owner = await server.account(victim);
  const own = await Countersign.create(owner.client, {
    algorithms: [algorithm],
    store: memoryStore(),
    http: { fetch: server.fetch, maxRetries: 0 },
  });
  await own.publish(await own.sign(signer));
  const after = server.masterKeys.get(victim);
  expect(after).not.toEqual(before);
  let asked = 0;
  server.intercept = ({ path }) => {
    if (path.endsWith("/keys/query")) server.masterKeys.set(victim, (asked++ % 2 === 0 ? before : after) ?? {});
    return undefined;
  };
  const { client } = await server.account("@other:example.org");
  const store = memoryStore();
  const tabs = await Promise.all(
    [1, 2].map(() =>
      Countersign.create(client, {
        algorithms: [algorithm],
        anchors: stage.reader.trust.anchors,
        store,
        http: { fetch: server.fetch, maxRetries: 0 },
      }),
    ),
  );
  onTestFinished(() => {
    for (const instance of [own, ...tabs]) instance.close();
  });
  const verdicts = await Promise.all(tabs.map((tab) => verdictOf(tab, victim)));
  expect(new Set(verdicts.map((verdict) => verdict?.masterKey)).size).toBe(2);
  const pin = (await store.getPins([victim])).get(victim)?.keys.find(({ state }) => state === "pinned");
  const trusted = verdicts.filter((verdict) => verdict?.level === "trusted");
  expect(trusted.map((verdict) => verdict?.masterKey)).toEqual([pin?.masterKey]);
  expect(verdicts.map((verdict) => verdict?.level).sort()).toEqual(["changed", "trusted"]);
});
