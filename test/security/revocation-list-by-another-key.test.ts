import { ed25519 } from "matrix-countersign/ed25519";
import { expect, it } from "vitest";
import type { DocumentFile } from "../../src/client/signed-documents/document-file.js";
import { verifyRevocationList } from "../../src/client/signed-documents/verify-revocation-list.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import type { Verdict } from "../../src/model/report.js";
import { readSignableDocument } from "../../src/model/signable-document.js";
import type { TrustAnchor } from "../../src/model/trust-anchor.js";
import { bob, makeOrganisation, now } from "../support/revocation-lists.js";

const options = { algorithms: [ed25519()], now };
const company = makeOrganisation();
const stranger = makeOrganisation();
const forged = await stranger.list();

function problemOf(file: DocumentFile, anchor = company.anchor) {
  return verifyRevocationList(file, anchor, options).then(({ problem }) => problem);
}

/** The signatures that a document carries, by key ID. */
function signaturesOn(document: JsonObject): JsonObject {
  const { signatures } = document as { signatures: { "revocation-list": JsonObject } };
  return signatures["revocation-list"];
}

it("a stranger's list under the anchor's name counts for nothing", async () => {
  expect(await problemOf(forged)).toBe("not-signed");
  expect(await problemOf(forged, stranger.anchor)).toBeUndefined();
});

it("nor does a stranger's signature under the anchor's key ID", async () => {
  const keyId = `custom:org.ietf.ed25519:${company.key.publicKey}`;
  const [value] = Object.values(signaturesOn(forged));
  expect(await problemOf({ ...forged, signatures: { "revocation-list": { [keyId]: value } } })).toBe("not-signed");
});

it("nor does a good signature in another entry, where it would not be looked for", async () => {
  const list = await company.list();
  for (const entry of ["company", bob.userId, "trust-settings", "__proto__"]) {
    const signatures = JSON.parse(`{${JSON.stringify(entry)}:${JSON.stringify(signaturesOn(list))}}`) as JsonObject;
    expect(await problemOf({ ...list, signatures })).toBe("not-signed");
  }
});

it("a stranger's signatures beside the anchor's own take nothing from it, until there are more than are looked at", async () => {
  const list = await company.list();
  const strangers = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`custom:org.ietf.ed25519:${index}`, "x"]),
  );
  const own = signaturesOn(list);
  expect(
    await problemOf({ ...list, signatures: { "revocation-list": { ...own, ...signaturesOn(forged) } } }),
  ).toBeUndefined();
  // As text: parsed JSON is read in the order of canonical JSON.
  const flooded = JSON.stringify({ ...list, signatures: { "revocation-list": { ...strangers, ...own } } });
  expect(await problemOf(flooded)).toBe("not-signed");
});

it("somebody whose key an anchor lists by name cannot take others back", async () => {
  const names = ["@alice:example.org"];
  const list = await company.list();
  const key = company.key.publicKey;
  const anchor = (keys: readonly { key: string; names: readonly string[] }[]) => ({ ...company.anchor, key: keys });
  expect(await problemOf(list, anchor([{ key, names }]))).toBe("not-signed");
  expect(await problemOf(list, anchor([{ key, names: [] }]))).toBeUndefined();
});

it("a signature in another algorithm than the anchor's counts for nothing", async () => {
  const anchor = { ...company.anchor, algorithm: "com.openssh.sshsig" };
  expect(await problemOf(await company.list(), anchor)).toBe("not-signed");
});

it.each<[string, Partial<Verdict>, boolean]>([
  ["is right", {}, true],
  ["ends later", { expiresAt: now + 1, validUntil: now + 1 }, true],
  ["has ended", { expiresAt: now }, false],
  ["was valid until now", { validUntil: now }, false],
  ["is by a key that came with it alone", { code: "key-unconfirmed" }, false],
  ["is invalid, whatever its code says", { status: "invalid" }, false],
  ["cannot be decided", { status: "indeterminate", code: "expired" }, false],
])("a signature that %s", async (_what, change, isEnough) => {
  const signer = { fingerprint: company.key.publicKey, keyHash: company.key.keyHash, names: [] };
  const verdict: Verdict = { status: "valid", code: "valid", signer, ...change };
  const algorithm = { id: "org.ietf.ed25519", verify: async () => verdict };
  const judge = (anchor: TrustAnchor, list: JsonObject) =>
    verifyRevocationList(list, anchor, { algorithms: [algorithm], now });
  const list = await company.list();
  expect((await judge(company.anchor, list)).problem).toBe(isEnough ? undefined : "not-signed");
  const isEnoughUnconfirmed = isEnough || change.code === "key-unconfirmed";
  const lenient = { ...company.anchor, acceptUnconfirmed: true };
  expect((await judge(lenient, list)).problem).toBe(isEnoughUnconfirmed ? undefined : "not-signed");
});

it("what the anchor signed of another list does not pass for this one", async () => {
  const one = await company.list();
  const other = await company.list({ revoked: [] });
  expect(await problemOf({ ...one, signatures: other.signatures })).toBe("not-signed");
  expect(readSignableDocument(one).signable.bytes).not.toEqual(readSignableDocument(other).signable.bytes);
});
