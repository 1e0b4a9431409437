import type { JsonObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { publicKeyOfSeed } from "../../src/model/ed25519.js";
import { approveManifest, approvingKey } from "../../src/model/manifest/manifest-approval.js";
import { nextManifest } from "../../src/model/manifest/next-manifest.js";
import { readSignable } from "../../src/model/signable.js";
import { makeAuthor, now } from "../support/manifests.js";

/**
 * The self-signing key signs devices and the master key backups, and programs that check those let unknown members pass. So a
 * server that gets its own members under the owner's approval gets a device, or a backup, that the owner vouched for.
 */
const author = await makeAuthor();
const { owner, masterKeyName, write, approve } = author;
const { userId } = owner;
const planted: readonly (readonly [string, JsonObject])[] = [
  ["a device", { device_id: "EVIL", algorithms: [], keys: { "ed25519:EVIL": "k", "curve25519:EVIL": "k" } }],
  ["a cross-signing key", { usage: ["user_signing"], keys: { [masterKeyName]: author.masterKey.publicKey } }],
  ["a key backup", { public_key: "k" }],
  ["something of tomorrow", { tomorrow: {} }],
];
const seed = new Uint8Array(32).fill(7);
const publicKey = encodeBase64(await publicKeyOfSeed(seed));

it.each(planted)("the owner's next manifest does not take over %s", (_what, members) => {
  const writer = { userId, masterKey: masterKeyName, now, isTakenBack: () => false };
  const change = { add: [{ userId, keyId: "custom:org.example.stamp:1", value: "c2ln" }] };
  const { manifest } = nextManifest([{ ...write(-1), ...members }], change, writer);
  expect(Object.keys(manifest).sort()).toEqual(["external", "master_key", "sequence", "user_id", "withdrawn"]);
  expect(nextManifest([{ ...write(-1), ...members }], {}, writer)).toMatchObject({ isNew: true });
});

it.each(planted)("what is approved is never %s", async (_what, members) => {
  const approval = approveManifest({ ...write(0), ...members }, seed, publicKey);
  await expect(approval).rejects.toMatchObject({ code: "ERR_MANIFEST_MALFORMED" });
});

it.each(planted)("nor does a signature on %s approve a manifest", async (_what, members) => {
  const signed = await approve({ ...write(0), ...members });
  expect(await approvingKey(signed, owner)).toEqual({ isBroken: true });
});

it("the attack is real: with the members under it, the signature would be a device's", async () => {
  const [[, members] = ["", {}]] = planted;
  expect(readSignable({ ...write(0), ...members }, userId).purpose).toBe("device-keys");
});
