import type { TrustAnchor, TrustSettings } from "matrix-countersign";
import { expect, it } from "vitest";
import { setStage } from "../support/vouched-user.js";

const nobody: TrustSettings = { version: 1, anchors: [] };

/** Settings that take a while to be checked. */
function large(anchors: readonly TrustAnchor[]): TrustSettings {
  const keys = Array.from({ length: 300 }, (_, index) => ({
    key: `ssh-ed25519 ${btoa(String(index).padStart(51, "x"))}`,
    names: [`@user${index}:example.org`],
  }));
  const ssh = { id: "staff", algorithm: "com.openssh.sshsig", key: keys, scope: { servers: ["example.org"] } };
  return { version: 1, anchors: [...anchors, ssh] };
}

it("the settings that were set last count, however long those before take", async () => {
  const { reader } = await setStage();
  const before = large(reader.trust.anchors);
  await Promise.all([reader.setTrust(before), reader.setTrust(nobody)]);
  expect(reader.trust).toEqual(nobody);
  await Promise.all([reader.setTrust(nobody), reader.setTrust(before)]);
  expect(reader.trust).toEqual(before);
});

it("settings that are none stand in nobody's way", async () => {
  const { reader } = await setStage();
  const settings = [reader.setTrust(nobody), reader.setTrust({ version: 2 } as never)];
  await expect(Promise.all(settings)).rejects.toMatchObject({ code: "ERR_SETTINGS_MALFORMED" });
  await Promise.allSettled(settings);
  expect(reader.trust).toEqual(nobody);
});
