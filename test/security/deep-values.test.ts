import { Countersign, type JsonObject } from "matrix-countersign";
import { expect, it, vi } from "vitest";
import { orAborted } from "../../src/model/abort.js";
import { readingStage } from "../support/reading-stage.js";

/** Deeper than engines can write it, though they read it. */
const deep = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;

async function stageWithMallory() {
  const stage = await readingStage();
  const [alice, mallory] = [await stage.owner(), await stage.owner("@mallory:evil.example")];
  stage.intercept = async ({ url, init }) => {
    if (!url.pathname.endsWith("/keys/query")) return undefined;
    const asked = Object.keys((JSON.parse(String(init.body)) as { device_keys: object }).device_keys);
    const among = (keys: Map<string, JsonObject>): string =>
      asked.map((id) => `${JSON.stringify(id)}:${JSON.stringify(keys.get(id))}`).join();
    const signed = `"signatures":{"${mallory.userId}":{"custom:org.example.stamp:deep":${deep}}},"usage"`;
    const masterKeys = among(stage.masterKeys).replace(/("@mallory:evil.example":\{.*?)"usage"/, `$1${signed}`);
    return new Response(`{"master_keys":{${masterKeys}},"self_signing_keys":{${among(stage.selfSigningKeys)}}}`);
  };
  return { stage, alice, mallory };
}

it("a value that is nested beyond measure is a verdict, and stops nobody else's", async () => {
  const { stage, alice, mallory } = await stageWithMallory();
  stage.fields.set(alice.userId, alice.manifest());
  const identities = await stage.read([mallory.userId, alice.userId]);
  expect(identities.get(mallory.userId)?.signatures).toHaveLength(1);
  expect(identities.get(alice.userId)?.signatures).toHaveLength(1);
  expect(await stage.assess(mallory.userId)).toMatchObject({ level: "unproven", reports: [{ status: "invalid" }] });
});

it("a value that is nested beyond measure keeps nobody from hearing of changes", async () => {
  const { stage, alice, mallory } = await stageWithMallory();
  const pauses: (() => void)[] = [];
  const countersign = await Countersign.create(stage.client, {
    store: stage.store,
    now: () => stage.now,
    http: {
      fetch: stage.fetch,
      wait: (ms, signal) =>
        orAborted(new Promise((over) => (ms === 0 ? setTimeout(over, 0) : void pauses.push(() => over()))), signal),
    },
  });
  const told: unknown[] = [];
  countersign.on("changed", (change) => told.push(change));
  const watching = await countersign.watch([mallory.userId, alice.userId]);
  await vi.waitFor(() => expect(pauses).not.toHaveLength(0));
  stage.fields.set(alice.userId, alice.manifest());
  pauses.at(-1)?.();
  await vi.waitFor(() => expect(told).toEqual([{ userId: alice.userId, source: "poll" }]));
  watching.stop();
  countersign.close();
});
