import { type SignatureStore, verifyHistory } from "matrix-countersign/store";
import { describe, expect, it } from "vitest";
import { pinOf } from "../../src/model/history/judge-pin.js";
import { masterKey, minute, sampleTrace, sighting } from "./history.js";

const alice = "@alice:example.org";
const closed = expect.objectContaining({ code: "ERR_CLOSED" });

/** What every store does with the keys that it is told of. */
export function describeHistory(make: () => SignatureStore): void {
  const pinIn = async (store: SignatureStore, userId = alice): Promise<string | undefined> => {
    const known = (await store.getPins([userId])).get(userId);
    return known && pinOf(known)?.masterKey;
  };
  const kindsIn = async (store: SignatureStore): Promise<string[]> => {
    const verified = verifyHistory(await store.exportHistory());
    expect(verified.isIntact).toBe(true);
    return verified.entries.map(({ kind }) => kind);
  };

  describe("remembers keys", () => {
    it("and knows the pin of everybody asked for, and nobody else's", async () => {
      const store = make();
      const users = ["@a:x", "@b:x", "@b:x ", "@c:x", "__proto__", "@a"];
      await store.recordKeys(users.map((userId, index) => sighting(index, 0, { userId })));
      expect([...(await store.getPins(["@a:x", "@b:x", "@b:x", "@bb:x", "constructor"])).keys()]).toEqual([
        "@a:x",
        "@b:x",
      ]);
      expect(await pinIn(store, "__proto__")).toBe(masterKey(4));
      expect((await store.getPins([])).size).toBe(0);
      await store.recordKeys([]);
      expect(verifyHistory(await store.exportHistory()).users.size).toBe(6);
      expect(store.degraded).toBeUndefined();
    });

    it("through changes, word for word in the log", async () => {
      const store = make();
      const signatures = [sampleTrace(1), { algorithm: "com.openssh.sshsig", status: "unsupported" } as const];
      await store.recordKeys([sighting("A", 0, { signatures }), sighting("B", 1)]);
      expect(await pinIn(store)).toBe(masterKey("A"));
      await store.recordKeys([sighting("B", 3, { attestedAt: minute(2) }), sighting("A", 4)]);
      expect(await pinIn(store)).toBe(masterKey("B"));
      await store.recordKeys([sighting("C", 5, { acceptedAt: minute(5) })]);
      expect(await pinIn(store)).toBe(masterKey("C"));
      expect(await kindsIn(store)).toEqual(["first-seen", "changed", "re-attested", "rolled-back", "accepted"]);
      const [first] = verifyHistory(await store.exportHistory()).entries;
      const { userId, masterKey: key, at } = sighting("A");
      expect(first).toMatchObject({ kind: "first-seen", userId, masterKey: key, at, sequence: 0, signatures });
    });

    it("of many in one call, many at once, and of calls at once in the order they came", async () => {
      const store = make();
      const many = Array.from({ length: 600 }, (_, index) => sighting(index, 0, { userId: `@user${index}:x` }));
      await Promise.all([
        store.recordKeys(many.slice(0, 500)),
        store.recordKeys(many.slice(400)),
        store.recordKeys([sighting("A")]),
        store.recordKeys([sighting("B", 1)]),
        store.recordKeys([sighting("B", 2, { acceptedAt: minute(2) })]),
      ]);
      expect((await store.getPins(many.map(({ userId }) => userId))).size).toBe(600);
      expect(await pinIn(store)).toBe(masterKey("B"));
      expect(await kindsIn(store)).toHaveLength(603);
    });

    it("and leaves out what is out of bounds, beside what is not", async () => {
      const store = make();
      await store.recordKeys([sighting("A", 0, { masterKey: "none" }), sighting("B", 0, { userId: "@b:x" })]);
      expect(await pinIn(store)).toBeUndefined();
      expect(await pinIn(store, "@b:x")).toBe(masterKey("B"));
      expect(store.degraded).toBeUndefined();
    });

    it("gives nothing back after close: nobody would be known", async () => {
      const store = make();
      await store.recordKeys([sighting("A")]);
      store.close();
      await expect(store.getPins([alice])).rejects.toThrowError(closed);
      await expect(store.recordKeys([sighting("A")])).rejects.toThrowError(closed);
      await expect(store.exportHistory()).rejects.toThrowError(closed);
    });
  });
}
