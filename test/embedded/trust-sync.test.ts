import { memoryStore } from "matrix-countersign/store";
import { expect, it, vi } from "vitest";
import { openTrust } from "../../src/client/trust-sync/trust-side.js";
import type { TrustSettings } from "../../src/model/trust-policy.js";
import { emittingClient } from "../support/emitting-client.js";
import { adding, anchorIds, plainAnchor, removing } from "../support/trust-edits.js";
import { trustName, trustStage } from "../support/trust-stage.js";

const codes = ({ problems }: { problems: readonly { code: string }[] }): string[] => problems.map(({ code }) => code);

it("brings what one device saved to another, and shows the server nothing of it", async () => {
  const stage = await trustStage();
  const saved = await stage.open().edit(adding("company", { label: "Example AG" }));
  expect(saved).toEqual({
    revision: 2,
    settings: { version: 1, anchors: [plainAnchor("company", { label: "Example AG" })] },
    conflicts: [],
    problems: [],
  });
  expect(await stage.open().read()).toEqual(saved);
  const stored = JSON.stringify(await stage.stored(trustName));
  for (const secret of ["company", "Example AG", "example.org", "AAAA"]) expect(stored).not.toContain(secret);
});

it("is empty, and writes nothing, where nobody ever saved anything", async () => {
  const stage = await trustStage();
  const empty = { revision: 0, settings: { version: 1, anchors: [] }, conflicts: [], problems: [] };
  expect(await stage.open().read()).toEqual(empty);
  expect(await stage.open().edit((settings) => settings)).toEqual(empty);
  expect(await stage.stored(trustName)).toBeUndefined();
});

it("keeps what two devices write at the same time", async () => {
  const stage = await trustStage();
  const [one, two] = [stage.open(), stage.open()];
  await one.edit(adding("start"));
  await two.read();
  const interrupted = stage.open({
    store: two.store,
    client: stage.deviceThat({ beforeStore: () => one.edit(adding("one")) }),
  });
  expect(anchorIds(await interrupted.edit(adding("two")))).toEqual(["start", "two"]);
  const merged = await one.read();
  expect(codes(merged)).toEqual(["trust-overwritten"]);
  expect(anchorIds(merged)).toEqual(["one", "start", "two"]);
  expect(await stage.open().read()).toMatchObject({ settings: merged.settings, problems: [] });
});

it("merges what another device wrote before the reading back", async () => {
  const stage = await trustStage();
  const two = stage.open();
  const interrupted = stage.open({ client: stage.deviceThat({ afterStore: () => two.edit(adding("two")) }) });
  const merged = await interrupted.edit(adding("one"));
  expect(anchorIds(merged)).toEqual(["one", "two"]);
  expect(merged.problems).toEqual([]);
});

it("lets a change count that could not be saved, and saves it later", async () => {
  const stage = await trustStage();
  const device = stage.open();
  await device.edit(adding("start"));
  const offline = stage.open({
    store: device.store,
    client: stage.deviceThat({ beforeStore: () => Promise.reject(new Error("offline")) }),
  });
  const unsaved = await offline.edit(removing("start"));
  expect(anchorIds(unsaved)).toEqual([]);
  expect(unsaved.problems).toMatchObject([{ code: "trust-unsaved", cause: { code: "ERR_TRUST_UNSAVED" } }]);
  expect(anchorIds(await stage.open().read())).toEqual(["start"]);
  expect(await device.read()).toMatchObject({ settings: { anchors: [] }, problems: [] });
  expect(anchorIds(await stage.open().read())).toEqual([]);
});

it("takes nothing that it cannot read for empty", async () => {
  const stage = await trustStage();
  const device = stage.open();
  await device.edit(adding("company"));
  const stored = await stage.stored(trustName);
  const keyless = stage.open({ client: stage.device(false) });
  await expect(keyless.read()).rejects.toMatchObject({ code: "ERR_TRUST_UNREADABLE" });
  await expect(keyless.edit(adding("other"))).rejects.toMatchObject({ code: "ERR_TRUST_UNREADABLE" });
  expect(await stage.stored(trustName)).toEqual(stored);
  const keylessLater = stage.open({ client: stage.device(false), store: device.store });
  const later = await keylessLater.read();
  expect([anchorIds(later), codes(later)]).toEqual([["company"], ["trust-unreadable"]]);
});

it("replaces what cannot be read when asked to, by what this device knows, and nothing else", async () => {
  const stage = await trustStage();
  const device = stage.open();
  await device.edit(adding("company"));
  await stage.put(trustName, { encrypted: {} });
  expect(codes(await device.read())).toEqual(["trust-unreadable"]);
  expect(await device.replaceUnreadable()).toMatchObject({ settings: { anchors: [{ id: "company" }] }, problems: [] });
  expect(anchorIds(await stage.open().read())).toEqual(["company"]);
  expect(anchorIds(await stage.open().replaceUnreadable())).toEqual(["company"]);
});

it("refuses settings that are too large, and changes nothing", async () => {
  const stage = await trustStage();
  const device = stage.open();
  await device.edit(adding("company"));
  const stored = await stage.stored(trustName);
  await expect(device.edit(adding("large", { label: "x".repeat(192 * 1024) }))).rejects.toMatchObject({
    code: "ERR_TRUST_SIZE",
  });
  expect(anchorIds(await device.read())).toEqual(["company"]);
  expect(await stage.stored(trustName)).toEqual(stored);
});

it("refuses settings that could not be read, and changes nothing", async () => {
  const stage = await trustStage();
  const device = stage.open();
  await device.edit(adding("company"));
  const stored = await stage.stored(trustName);
  const rules = [{ id: "rule", scope: {}, require: { anchor: "nobody" } }];
  const edits = [
    [adding("bad", { amount: 121 }), "ERR_ANCHOR_INVALID"],
    [adding("company"), "ERR_ANCHOR_INVALID"],
    [(settings: TrustSettings) => ({ ...settings, policy: { version: 1 as const, rules } }), "ERR_POLICY_INVALID"],
  ] as const;
  for (const [edit, code] of edits) await expect(device.edit(edit)).rejects.toMatchObject({ code });
  expect(await stage.stored(trustName)).toEqual(stored);
  expect(anchorIds(await device.read())).toEqual(["company"]);
});

it("settles a conflict on every device", async () => {
  const stage = await trustStage();
  const [one, two] = [stage.open(), stage.open()];
  await one.edit(adding("company"));
  await two.read();
  const change = (amount: number) => () => ({ version: 1 as const, anchors: [plainAnchor("company", { amount })] });
  const interrupted = stage.open({
    store: two.store,
    client: stage.deviceThat({ beforeStore: () => one.edit(change(60)) }),
  });
  await interrupted.edit(change(90));
  const { settings, conflicts } = await one.read();
  expect(settings.anchors).toMatchObject([{ notAfter: 0 }]);
  const [conflict] = conflicts;
  const choice = conflict?.versions.find(({ value }) => (value as { amount: number }).amount === 60);
  if (!conflict || !choice) throw new Error("no conflict");
  expect(await one.settle(conflict.entry, choice)).toMatchObject({
    settings: { anchors: [{ amount: 60 }] },
    conflicts: [],
  });
  expect(await two.read()).toMatchObject({ settings: { anchors: [{ amount: 60 }] }, conflicts: [], problems: [] });
});

it("tells of changes by other devices that the client hears of", () => {
  const { client, emit, listeners } = emittingClient();
  const heard = vi.fn();
  const stop = openTrust({ client, store: memoryStore(), now: Date.now }).onChange(heard);
  emit("accountData", { getType: () => "m.direct" });
  expect(heard).not.toHaveBeenCalled();
  emit("accountData", { getType: () => trustName });
  expect(heard).toHaveBeenCalledOnce();
  stop();
  expect(listeners).toBe(0);
});
