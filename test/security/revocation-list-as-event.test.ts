import * as fc from "fast-check";
import { ed25519 } from "matrix-countersign/ed25519";
import { expect, it } from "vitest";
import { exportSettings, importSettings } from "../../src/client/signed-documents/trust-settings-file.js";
import { verifyRevocationList } from "../../src/client/signed-documents/verify-revocation-list.js";
import { verifyObject } from "../../src/client/verify-object.js";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { readSignable, readSignableEvent } from "../../src/model/signable.js";
import { readSignableDocument } from "../../src/model/signable-document.js";
import { ed25519Value } from "../support/ed25519.js";
import { bob, dayMs, makeOrganisation, now } from "../support/revocation-lists.js";

const options = { algorithms: [ed25519()], now };
const company = makeOrganisation();
const content = { anchor: "company", sequence: now, expires_ts: now + dayMs, revoked: [] };
const settings = { version: 1 as const, anchors: [] };
const keyId = `custom:org.ietf.ed25519:${company.key.publicKey}`;

/** The object with the company's signature over `bytes` in that entry. */
function signedAs(object: JsonObject, entry: string, bytes: Uint8Array): JsonObject {
  return { ...object, signatures: { [entry]: { [keyId]: ed25519Value(company.key, bytes, now, 0) } } };
}

it("an event whose content is a list, signed by the anchor, is no list", async () => {
  const { bytes } = readSignableEvent({ type: "m.room.message", sender: "@company:example.org", content });
  const finding = await verifyRevocationList(signedAs(content, "revocation-list", bytes), company.anchor, options);
  expect(finding).toMatchObject({ problem: "not-signed", reports: [{ code: "bad-signature" }] });
});

it("a list, signed by the anchor, is no event and nobody's key", async () => {
  const list = await company.list();
  const { bytes } = readSignableDocument(list).signable;
  for (const type of ["", "{"]) {
    expect(() => readSignableEvent({ type, sender: bob.userId, content })).toThrow("expected");
  }
  expect(decodeUtf8(bytes)?.[0]).toBe("{");
  const asObject = { ...list, signatures: { [bob.userId]: Object.values(list.signatures as JsonObject)[0] } };
  expect(await verifyObject(asObject, bob.userId, { algorithms: [ed25519()], now: () => now })).toMatchObject([
    { code: "wrong-object" },
  ]);
});

it("settings are no list, and a list no settings", async () => {
  const list = await company.list();
  const file = await company.sign(await exportSettings(settings, ed25519(), now));
  expect((await verifyRevocationList(file, company.anchor, options)).problem).toBe("malformed");
  const importing = importSettings(list, {
    ...options,
    signedBy: { algorithm: "org.ietf.ed25519", key: company.key.publicKey },
  });
  expect(await importing).toEqual({ problem: "not-signed", reports: [] });
  const both = { ...list, exported_ts: now };
  await expect(importSettings(both, { ...options, signedBy: "anybody" })).rejects.toMatchObject({
    code: "ERR_SETTINGS_MALFORMED",
  });
});

it("no object is a document and a key", () => {
  const value = fc.constantFrom<unknown>(
    now,
    1,
    "company",
    bob.userId,
    [],
    ["master"],
    {},
    { [`ed25519:${bob.masterKey}`]: bob.masterKey },
  );
  const names =
    "anchor sequence expires_ts revoked version exported_ts anchors policy user_id usage keys device_id algorithms".split(
      " ",
    );
  const objects = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: names.length });
  const isRead = (read: () => unknown): boolean => {
    try {
      read();
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(objects, (object) => {
      const isDocument = isRead(() => readSignableDocument(object));
      return !(isDocument && isRead(() => readSignable(object, bob.userId)));
    }),
    { numRuns: 500 },
  );
});
