import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { sampleEntry, sampleKey, sampleReport } from "../support/cached-reports.js";
import { describeStore } from "../support/store-conformance.js";

describeStore("memoryStore", memoryStore);

it("is not changed by what becomes of an object that was put into it", async () => {
  const store = memoryStore({ now: () => sampleReport(0).storedAt });
  const names = ["Alice"];
  const report = sampleReport(0, {
    verdict: { status: "valid", code: "valid", signer: { fingerprint: "F", keyHash: "h", names } },
  });
  await store.putReports([report]);
  names.push("Mallory");
  expect((await store.getReports([sampleKey(0)])).get(sampleKey(0))?.verdict.signer?.names).toEqual(["Alice"]);

  const value = { nested: { text: "before" } };
  await store.putOutbox(sampleEntry("a", { signature: { userId: "@a:b", keyId: "custom:org.example:k", value } }));
  value.nested.text = "after";
  expect((await store.outbox())[0]?.signature.value).toEqual({ nested: { text: "before" } });
});

it("counts as what was asked for, never as degraded", () => {
  const store = memoryStore();
  const stop = store.onDegraded(() => expect.unreachable());
  expect(store.degraded).toBeUndefined();
  stop();
});
