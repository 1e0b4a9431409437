import { CountersignError } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { readClock } from "../../src/client/clock.js";
import { setStage } from "../support/vouched-user.js";

it("a clock that tells fractions of a millisecond leaves no key unpinned", async () => {
  const store = memoryStore();
  const stage = await setStage({ store, now: () => 1_795_000_000_000.123 });
  const { level, masterKey, checkedAt } = await stage.assess(stage.victim);
  expect([level, checkedAt]).toEqual(["trusted", 1_795_000_000_000]);
  expect((await store.getPins([stage.victim])).get(stage.victim)?.keys).toMatchObject([{ masterKey, state: "pinned" }]);
});

it.each([Number.NaN, Number.POSITIVE_INFINITY, 9e15, -9e15])("%d is no time", (time) => {
  expect(() => readClock(() => time)).toThrow(CountersignError);
});
