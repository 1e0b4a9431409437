import { indexedDbStore } from "matrix-countersign/store";
import { describe, expect, it } from "vitest";
import { sampleEntry, sampleNow } from "../support/cached-reports.js";

describe("indexedDbStore where there is no IndexedDB", () => {
  it("keeps in memory, and says so", async () => {
    const store = indexedDbStore("unused", { now: () => sampleNow });
    await store.putOutbox(sampleEntry("a"));
    expect(await store.outbox()).toEqual([sampleEntry("a")]);
    expect(store.degraded?.reason).toBe("unavailable");
    store.close();
  });

  it.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY])("refuses a time-out of %s", (openTimeoutMs) => {
    expect(() => indexedDbStore("unused", { openTimeoutMs })).toThrowError(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
  });
});
