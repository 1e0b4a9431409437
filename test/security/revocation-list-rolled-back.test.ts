import { ed25519 } from "matrix-countersign/ed25519";
import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import {
  rememberedRevocationList,
  takeRevocationList,
} from "../../src/client/signed-documents/remember-revocation-list.js";
import { isRevoked } from "../../src/model/revocation-list.js";
import { bob, dayMs, makeOrganisation, now } from "../support/revocation-lists.js";

const company = makeOrganisation();
const before = await company.list({ revoked: [] });
const after = await company.list({ revoked: [bob], now: now + 1 });
const later = { algorithms: [ed25519()], now: now + dayMs };

async function afterSeeing(served: Parameters<typeof takeRevocationList>[0]) {
  const store = memoryStore();
  await takeRevocationList(after, company.anchor, later, store);
  const finding = await takeRevocationList(served, company.anchor, later, store);
  const remembered = await rememberedRevocationList(company.anchor, store);
  store.close();
  return { finding, remembered };
}

it.each<[string, object | string, string]>([
  ["the list before", before, "rolled-back"],
  ["the list before under a raised sequence", { ...before, sequence: now + 2 }, "not-signed"],
  ["the list without its entries", { ...after, revoked: [] }, "not-signed"],
  ["a list that was cut short", JSON.stringify(after).slice(0, -20), "malformed"],
  ["nothing", "", "malformed"],
  ["an empty object", {}, "malformed"],
])("who serves %s gives nobody back what was taken back", async (_what, served, problem) => {
  const { finding, remembered } = await afterSeeing(served as string);
  expect(finding.problem).toBe(problem);
  for (const list of [finding.list, remembered]) {
    expect(list && isRevoked(list, bob.userId, bob.masterKey)).toBe(true);
  }
});

it("two lists of one sequence, each served in turn, give back nothing either", async () => {
  const twin = await company.list({ revoked: [], now: now + 1 });
  const { finding, remembered } = await afterSeeing(twin);
  expect(finding.problem).toBe("conflicting");
  expect(remembered && isRevoked(remembered, bob.userId, bob.masterKey)).toBe(true);
});

it("a list from far ahead does not bar those that follow", async () => {
  const store = memoryStore();
  const ahead = await company.list({ revoked: [], now: now + 9 * dayMs, expiresAt: now + 99 * dayMs });
  expect((await takeRevocationList(ahead, company.anchor, later, store)).problem).toBe("ahead");
  expect((await takeRevocationList(after, company.anchor, later, store)).problem).toBeUndefined();
  store.close();
});
