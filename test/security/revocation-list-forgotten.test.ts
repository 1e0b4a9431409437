import { ed25519 } from "matrix-countersign/ed25519";
import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import {
  rememberedRevocationList,
  takeRevocationList,
} from "../../src/client/signed-documents/remember-revocation-list.js";
import { isRevoked } from "../../src/model/revocation-list.js";
import type { NamedKey } from "../../src/model/trust-anchor.js";
import { makeEd25519Key } from "../support/ed25519.js";
import { bob, dayMs, makeOrganisation, now } from "../support/revocation-lists.js";

const company = makeOrganisation();
const list = await company.list({ revoked: [bob] });
const own: NamedKey = { key: company.key.publicKey, names: [] };
const [colleague, renewed] = [makeEd25519Key().publicKey, makeEd25519Key().publicKey];

/** Whether what the company took back is remembered once the anchor has other keys. */
async function isStillTaken(before: readonly NamedKey[], after: readonly NamedKey[]): Promise<boolean> {
  const store = memoryStore();
  await takeRevocationList(
    list,
    { ...company.anchor, key: before },
    { algorithms: [ed25519()], now: now + dayMs },
    store,
  );
  const remembered = await rememberedRevocationList({ ...company.anchor, key: after }, store);
  store.close();
  return remembered !== undefined && isRevoked(remembered, bob.userId, bob.masterKey);
}

const member = { key: colleague, names: ["@colleague:example.org"] };

it.each<[string, readonly NamedKey[], readonly NamedKey[]]>([
  ["lists one key more of somebody's", [own], [own, member]],
  ["lists one less", [own, member], [own]],
  ["gives somebody another name", [own, member], [own, { ...member, names: ["@other:example.org"] }]],
  ["writes its keys in another order", [own, member], [member, own]],
  ["has a new key beside the old one", [own], [{ key: renewed, names: [] }, own]],
  ["gives the old key up for the new one", [own, { key: renewed, names: [] }], [{ key: renewed, names: [] }]],
])("what an anchor took back stays so when it %s", async (_what, before, after) => {
  expect(await isStillTaken(before, after)).toBe(true);
});

it("another key alone is another anchor", async () => {
  expect(await isStillTaken([own], [{ key: renewed, names: [] }])).toBe(false);
});
