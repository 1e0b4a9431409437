import { expect, it } from "vitest";
import { adding, anchorIds, removing } from "../support/trust-edits.js";
import { type TrustStage, trustName, trustStage } from "../support/trust-stage.js";

/** What the server held before and after an anchor was removed and another one added. */
async function setUp() {
  const stage = await trustStage();
  const device = stage.open();
  await device.edit(adding("broken-ca"));
  const old = await held(stage);
  await device.edit(removing("broken-ca"));
  await device.edit(adding("company"));
  return { stage, device, old };
}

async function held(stage: TrustStage): Promise<object> {
  const stored = await stage.stored(trustName);
  if (!stored) throw new Error("nothing stored");
  return stored;
}

it("an older copy, put back by the server, brings no removed anchor back, and is noticed and replaced", async () => {
  const { stage, device, old } = await setUp();
  await stage.put(trustName, old);
  const state = await device.read();
  expect(anchorIds(state)).toEqual(["company"]);
  expect(state.problems).toEqual([{ code: "trust-rolled-back" }]);
  expect(await held(stage)).not.toEqual(old);
  expect((await device.read()).problems).toEqual([]);
  expect(anchorIds(await stage.open().read())).toEqual(["company"]);
});

it("an older copy is noticed in the middle of a change, which is not lost", async () => {
  const { stage, device, old } = await setUp();
  await stage.put(trustName, old);
  const state = await device.edit(adding("other"));
  expect(anchorIds(state)).toEqual(["company", "other"]);
  expect(state.problems).toEqual([{ code: "trust-rolled-back" }]);
});

it("a server that puts the older copy back after every writing is told of, and changes nothing that counts", async () => {
  const { stage, device, old } = await setUp();
  const stubborn = stage.deviceThat({ afterStore: () => stage.put(trustName, old) });
  const state = await stage.open({ store: device.store, client: stubborn }).edit(adding("other"));
  expect(anchorIds(state)).toEqual(["company", "other"]);
  expect(state.problems).toMatchObject([{ code: "trust-rolled-back" }, { code: "trust-unsaved" }]);
  expect(anchorIds(await device.read())).toEqual(["company", "other"]);
});

it("a fork of the newest copy is noticed, though its revision is as high", async () => {
  const { stage, device } = await setUp();
  const before = await held(stage);
  const other = stage.open();
  await other.read();
  await device.edit(adding("mine"));
  await stage.put(trustName, before);
  await other.edit(adding("theirs"));
  const fork = await held(stage);
  const state = await device.read();
  expect(anchorIds(state)).toEqual(["company", "mine", "theirs"]);
  expect(state.problems).toEqual([{ code: "trust-overwritten" }]);
  // Merged and written back since, it is newer than either.
  await stage.put(trustName, fork);
  expect((await device.read()).problems).toEqual([{ code: "trust-rolled-back" }]);
});
