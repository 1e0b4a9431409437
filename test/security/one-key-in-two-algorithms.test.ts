import { expect, it } from "vitest";
import { levelOf, plainReport, serverAnchor } from "../support/plain-report.js";

const [certificate, sshKey] = ["A".repeat(40), "SHA256:key"];
const ssh = "com.openssh.sshsig";
const anchors = [serverAnchor("openpgp", certificate), serverAnchor("ssh", sshKey, { algorithm: ssh })];
const require = { allOf: [{ anchor: "openpgp" }, { anchor: "ssh" }] };
const policy = { version: 1, rules: [{ id: "both", scope: { servers: ["example.org"] }, require }] } as const;

const bySsh = plainReport(sshKey, {
  algorithm: ssh,
  signer: { fingerprint: sshKey, keyHash: "primary", names: [] },
});

it.each<[string, string, object, string]>([
  ["a key and the same key", "unproven", {}, "primary"],
  ["a subkey and the primary key above it", "unproven", { primaryKeyHash: "primary" }, "subkey"],
  ["two people's keys", "trusted", { primaryKeyHash: "another" }, "subkey"],
])("%s make somebody %s whom two have to vouch for", async (_what, level, more, keyHash) => {
  const signer = { fingerprint: certificate, keyHash, names: [], ...more };
  expect(await levelOf([plainReport(certificate, { signer }), bySsh], anchors, { policy })).toBe(level);
});
