import type { SignatureStore } from "matrix-countersign/store";
import { describe, expect, it } from "vitest";
import type { Conferral } from "../../src/model/conferral.js";
import type { TrustRecord } from "../../src/model/trust-record.js";
import { sampleKey, sampleNow } from "./cached-reports.js";

/** That `@user<index>:example.org` was verified at {@link sampleNow}. */
export function sampleConferral(index: number, changes: Partial<Conferral> = {}): Conferral {
  return {
    userId: `@user${index}:example.org`,
    masterKey: sampleKey(index).slice(0, 43),
    conferredAt: sampleNow,
    reason: '{"anchors":["company"]}',
    ...changes,
  };
}

/** Settings as they were seen at {@link sampleNow}. */
export function sampleTrust(revision: number, changes: Partial<TrustRecord> = {}): TrustRecord {
  return { revision, digest: sampleKey(revision), settings: { anchors: [], revision }, seenAt: sampleNow, ...changes };
}

const badRecord = expect.objectContaining({ code: "ERR_STORE_RECORD" });
const closed = expect.objectContaining({ code: "ERR_CLOSED" });

/** What every store does with what was conferred, and with the newest settings and lists. */
export function describeTrustData(make: () => SignatureStore): void {
  describe("remembers what was conferred", () => {
    it("one record a user, the last put, until it is deleted", async () => {
      const store = make();
      await store.putConferral(sampleConferral(0));
      await store.putConferral(sampleConferral(1, { userId: "__proto__" }));
      const withdrawn = sampleConferral(0, { conferredAt: sampleNow - 5, withdrawnAt: sampleNow });
      await store.putConferral({ ...withdrawn, trusted: true } as Conferral);
      expect(await store.conferrals()).toHaveLength(2);
      expect(await store.conferrals()).toContainEqual(withdrawn);
      await store.deleteConferral(withdrawn.userId);
      await store.deleteConferral("@nobody:example.org");
      expect((await store.conferrals()).map(({ userId }) => userId)).toEqual(["__proto__"]);
    });

    it.each<[string, object]>([
      ["a master key that is none", { masterKey: "ed25519:key" }],
      ["a reason beyond 4,096 characters", { reason: "x".repeat(4097) }],
      ["no reason", { reason: undefined }],
      ["a time that is none", { conferredAt: Number.NaN }],
    ])("refuses %s", async (_what, changes) => {
      const store = make();
      await expect(store.putConferral({ ...sampleConferral(0), ...changes })).rejects.toThrowError(badRecord);
      expect(await store.conferrals()).toEqual([]);
    });
  });

  describe("remembers the newest settings and lists", () => {
    it("by name, and lists them by prefix", async () => {
      const store = make();
      for (const name of ["settings", "list:company", "list:\uffff😀", "__proto__"])
        await store.putTrust(name, sampleTrust(1));
      expect(await store.getTrust("settings")).toEqual(sampleTrust(1));
      expect(await store.getTrust("__proto__")).toEqual(sampleTrust(1));
      expect(await store.getTrust("constructor")).toBeUndefined();
      expect([...(await store.listTrust("list:")).keys()].sort()).toEqual(["list:company", "list:\uffff😀"].sort());
      expect((await store.listTrust("")).size).toBe(4);
      expect(await store.listTrust("nothing")).toEqual(new Map());
    });

    it("never in place of a higher revision, and of equal ones the last", async () => {
      const store = make();
      await Promise.all([3, 5, 4].map((revision) => store.putTrust("settings", sampleTrust(revision))));
      expect(await store.getTrust("settings")).toEqual(sampleTrust(5));
      await store.putTrust("settings", sampleTrust(5, { digest: sampleKey(9) }));
      expect(await store.listTrust("settings")).toEqual(
        new Map([["settings", sampleTrust(5, { digest: sampleKey(9) })]]),
      );
    });

    it.each<[string, string, object]>([
      ["no name", "", {}],
      ["a name beyond 1,024 characters", "x".repeat(1025), {}],
      ["a revision that is not whole", "settings", { revision: 1.5 }],
      ["a digest that is none", "settings", { digest: "DIGEST" }],
      ["settings without canonical JSON", "settings", { settings: { half: 0.5 } }],
      ["settings beyond 4 MiB", "settings", { settings: { filler: "x".repeat(2 ** 22) } }],
    ])("refuses %s", async (_what, name, changes) => {
      const store = make();
      await expect(store.putTrust(name, sampleTrust(1, changes))).rejects.toThrowError(badRecord);
      expect((await store.listTrust("")).size).toBe(0);
    });

    it("and gives nobody a way to change what it remembers", async () => {
      const store = make();
      const settings = { anchors: [{ id: "before" }] };
      await store.putTrust("settings", sampleTrust(1, { settings }));
      Object.assign(settings.anchors[0] ?? {}, { id: "after" });
      const found = await store.getTrust("settings");
      expect(found?.settings).toEqual({ anchors: [{ id: "before" }] });
      await expect(store.putTrust("settings", sampleTrust(1))).resolves.toBeUndefined();
    });
  });

  it("rejects everything about trust after close", async () => {
    const store = make();
    store.close();
    for (const call of [
      () => store.conferrals(),
      () => store.putConferral(sampleConferral(0)),
      () => store.deleteConferral("@a:b"),
      () => store.getTrust("settings"),
      () => store.putTrust("settings", sampleTrust(1)),
      () => store.listTrust(""),
    ]) {
      await expect(call()).rejects.toThrowError(closed);
    }
  });
}
