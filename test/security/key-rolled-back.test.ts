import { memoryStore, type SignatureStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { judgePin } from "../../src/model/history/judge-pin.js";
import { maxContending } from "../../src/model/history/next-event.js";
import { masterKey, minute, sighting } from "../support/history.js";

const alice = "@alice:example.org";

async function judge(store: SignatureStore, name: string | number, attestedAt?: number): Promise<string> {
  return judgePin((await store.getPins([alice])).get(alice), masterKey(name), attestedAt).state;
}

it("lets no server bring a key back that the user gave up, even with signatures of tomorrow", async () => {
  const store = memoryStore();
  await store.recordKeys([sighting("A")]);
  expect(await judge(store, "B", minute(2))).toBe("re-attested");
  await store.recordKeys([sighting("B", 3, { attestedAt: minute(2) })]);
  for (const signed of [undefined, minute(2), minute(10), Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY]) {
    expect(await judge(store, "A", signed)).toBe("superseded");
    const words = signed === undefined ? {} : { attestedAt: signed, acceptedAt: signed };
    await store.recordKeys([sighting("A", 5, words)]);
    expect(await judge(store, "B")).toBe("same");
  }
});

it("lets no old decision, known for years on every device, bring a key back that another took the place of", async () => {
  const store = memoryStore();
  const decision = { acceptedAt: minute(2) };
  await store.recordKeys([sighting("A"), sighting("B", 3, decision), sighting("C", 5, { attestedAt: minute(4) })]);
  await store.recordKeys([sighting("B", 6, decision)]);
  expect(await judge(store, "C")).toBe("same");
  const newDevice = memoryStore();
  await newDevice.recordKeys([sighting("C", 6), sighting("B", 7, decision)]);
  expect(await judge(newDevice, "C")).toBe("same");
});

it("does not let a server that flips between two keys move the pin, nor fill the log", async () => {
  const store = memoryStore();
  for (let round = 0; round < 50; round++) {
    await store.recordKeys([sighting("A", 2 * round), sighting("B", 2 * round + 1)]);
    expect(await judge(store, "A")).toBe("same");
    expect(await judge(store, "B")).toBe("changed");
  }
  expect((await store.exportHistory()).trimEnd().split("\n")).toHaveLength(2);
});

it("does not let an old signature on another key take the place of what was seen after it was made", async () => {
  const store = memoryStore();
  await store.recordKeys([sighting("B", 10)]);
  for (const signed of [minute(1), minute(10), undefined, Number.NaN, Number.POSITIVE_INFINITY, 0.5]) {
    expect(await judge(store, "A", signed)).toBe("changed");
  }
});

it("does not let a server that makes up keys hide the pin, nor write more than a few entries a user", async () => {
  const store = memoryStore();
  await store.recordKeys([sighting("A")]);
  for (let key = 0; key < 500; key++) await store.recordKeys([sighting(key, key)]);
  expect((await store.exportHistory()).trimEnd().split("\n")).toHaveLength(1 + maxContending);
  expect(await judge(store, "A")).toBe("same");
  expect(await judge(store, 499)).toBe("changed");
});

it("takes a sighting that was judged in another tab's past for what it is by now", async () => {
  const store = memoryStore();
  await store.recordKeys([sighting("A"), sighting("B", 1)]);
  expect(await judge(store, "B", minute(1))).toBe("re-attested");
  await store.recordKeys([sighting("C", 2, { acceptedAt: minute(2) })]);
  await store.recordKeys([sighting("B", 3, { attestedAt: minute(1) })]);
  expect(await judge(store, "C")).toBe("same");
  expect(await judge(store, "B", minute(99))).toBe("superseded");
});
