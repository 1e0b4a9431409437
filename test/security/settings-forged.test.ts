import { ed25519 } from "matrix-countersign/ed25519";
import { expect, it } from "vitest";
import { exportSettings, importSettings } from "../../src/client/signed-documents/trust-settings-file.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import type { TrustSettings } from "../../src/model/trust-policy.js";
import { makeOrganisation, now } from "../support/revocation-lists.js";

const company = makeOrganisation();
const attacker = makeOrganisation();
const settingsOf = ({ key }: typeof company): TrustSettings => ({
  version: 1,
  anchors: [
    {
      id: "company",
      algorithm: "org.ietf.ed25519",
      key: key.publicKey,
      speaksFor: "scope",
      scope: { servers: ["example.org"] },
    },
  ],
});
const signedBy = { algorithm: "org.ietf.ed25519", key: company.key.publicKey };
const genuine = await company.sign(await exportSettings(settingsOf(company), ed25519(), now));
const forged = await attacker.sign(await exportSettings(settingsOf(attacker), ed25519(), now));

function find(file: JsonObject | string) {
  return importSettings(file, { algorithms: [ed25519()], now, signedBy });
}

it.each<[string, JsonObject]>([
  ["signed by somebody else", forged],
  ["with the genuine signature", { ...forged, signatures: genuine.signatures }],
  ["with wider scopes", { ...genuine, anchors: settingsOf(attacker).anchors }],
  ["with a policy more", { ...genuine, policy: { version: 1, grace: 1 } }],
  ["with another time", { ...genuine, exported_ts: now + 1 }],
  ["without signatures", { ...genuine, signatures: {} }],
  ["as if never exported", { version: 1, anchors: settingsOf(attacker).anchors, signatures: genuine.signatures }],
])("a file %s brings no settings", async (_what, file) => {
  const finding = await find(file);
  expect(finding.problem).toBe("not-signed");
  expect(finding.settings).toBeUndefined();
  expect((await find(genuine)).settings).toEqual(settingsOf(company));
});

it("a member that stands twice is no way around the signature", async () => {
  const text = JSON.stringify(genuine);
  const twice = text.replace('{"version":1', `{"anchors":${JSON.stringify(settingsOf(attacker).anchors)},"version":1`);
  expect(twice).not.toBe(text);
  await expect(find(twice)).rejects.toMatchObject({ code: "ERR_SETTINGS_MALFORMED" });
});

it("a file of megabytes is not read", async () => {
  await expect(find(`{"version":1,"anchors":[],"policy":"${"x".repeat(2 ** 20)}"}`)).rejects.toMatchObject({
    code: "ERR_SETTINGS_MALFORMED",
  });
});
