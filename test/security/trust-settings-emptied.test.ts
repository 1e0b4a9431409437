import { expect, it } from "vitest";
import { adding, anchorIds, plainAnchor } from "../support/trust-edits.js";
import { trustName, trustStage } from "../support/trust-stage.js";

const denied = { userId: "@mallory:example.org", masterKey: "A".repeat(43), decision: "deny", decidedAt: 1 } as const;

async function setUp() {
  const stage = await trustStage();
  const device = stage.open();
  await device.edit((settings) => ({ ...adding("company")(settings), decisions: [denied] }));
  return { stage, device };
}

const whole = { anchors: [plainAnchor("company")], decisions: [denied] };

it.each([
  ["an empty object", {}],
  ["an object with nothing encrypted in it", { encrypted: {} }],
  ["plain settings", { version: 1, anchors: [] }],
  ["a damaged MAC", undefined],
])("%s in place of the settings takes nothing away, and is not overwritten unread", async (_what, content) => {
  const { stage, device } = await setUp();
  const replacement = content ?? damaged(await stage.stored(trustName));
  await stage.put(trustName, replacement);
  const state = await device.read();
  expect(state.settings).toMatchObject(whole);
  expect(state.problems).toMatchObject([{ code: "trust-unreadable", cause: { code: "ERR_TRUST_UNREADABLE" } }]);
  await expect(stage.open().read()).rejects.toMatchObject({ code: "ERR_TRUST_UNREADABLE" });
  expect(await stage.stored(trustName)).toEqual(replacement);
});

it("settings that are gone altogether are noticed and written back", async () => {
  const { stage, device } = await setUp();
  const gone = stage.device();
  let reads = 0;
  const secretStorage = {
    get: async (name: string) => (reads++ === 0 ? undefined : gone.secretStorage?.get(name)),
    store: async (name: string, secret: string) => gone.secretStorage?.store?.(name, secret),
  };
  const state = await stage.open({ store: device.store, client: { ...gone, secretStorage } }).read();
  expect(state.settings).toMatchObject(whole);
  expect(state.problems).toEqual([{ code: "trust-rolled-back" }]);
  expect(reads).toBe(2);
});

it("another secret of the user's, put in the place of the settings, is none", async () => {
  const { stage, device } = await setUp();
  const client = stage.device();
  await client.secretStorage?.store?.("m.other", '{"entries":{},"revision":9,"seen":{},"version":1}');
  await stage.put(trustName, (await stage.stored("m.other")) ?? {});
  const state = await device.read();
  expect(anchorIds(state)).toEqual(["company"]);
  expect(state.problems).toMatchObject([{ code: "trust-unreadable" }]);
});

it("settings of a newer format are kept as they are", async () => {
  const { stage, device } = await setUp();
  await stage.device().secretStorage?.store?.(trustName, '{"version":2}');
  const stored = await stage.stored(trustName);
  expect((await device.edit(adding("other"))).problems).toMatchObject([
    { code: "trust-unreadable", cause: { code: "ERR_TRUST_MALFORMED" } },
  ]);
  expect(await stage.stored(trustName)).toEqual(stored);
});

/** The first character of each MAC changed. */
function damaged(stored: object | undefined): object {
  return JSON.parse(
    JSON.stringify(stored).replace(/"mac":"(.)/g, (_all, first) => `"mac":"${first === "A" ? "B" : "A"}`),
  );
}
