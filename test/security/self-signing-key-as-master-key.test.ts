import { verifyObject } from "matrix-countersign";
import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";
import { setStage } from "../support/vouched-user.js";

it.each(["self_signing", "user_signing"])("a %s key served as the master key is nobody's identity", async (usage) => {
  const { server, victim, assess } = await setStage();
  const key = await makeCrossSigningKey(victim, usage);
  const signatures = server.masterKeys.get(victim)?.signatures;
  server.masterKeys.set(victim, { ...key.object, signatures });
  const assessment = await assess(victim);
  expect(assessment).toMatchObject({ level: "unproven", reasons: [{ code: "malformed-master-key" }], reports: [] });
  expect(assessment.masterKey).toBeUndefined();
});

it("a signature that is right on a self-signing key says so in its report", async () => {
  const signer = await stampSigner();
  const key = await makeCrossSigningKey("@alice:example.org", "self_signing");
  const bytes = new TextEncoder().encode(
    `{"keys":{"ed25519:${key.publicKey}":"${key.publicKey}"},"usage":["self_signing"],"user_id":"@alice:example.org"}`,
  );
  const [fingerprint = "", value = ""] = String(await signer.sign(bytes)).split(" ");
  const signatures = { "@alice:example.org": { [`custom:org.example.stamp:${fingerprint}`]: value } };
  const reports = await verifyObject({ ...key.object, signatures }, "@alice:example.org", {
    algorithms: [stampAlgorithm()],
  });
  expect(reports).toMatchObject([{ status: "valid", purpose: "self-signing-key" }]);
});
