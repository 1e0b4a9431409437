import { readSignable, verifyObject } from "matrix-countersign";
import { assessIdentity, readAnchors } from "matrix-countersign/trust";
import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { setStage } from "../support/vouched-user.js";

it("reports on a user's old key say nothing about the new one", async () => {
  const { server, victim, algorithm, signer } = await setStage();
  const reports = await verifyObject(server.masterKeys.get(victim) ?? {}, victim, { algorithms: [algorithm] });
  expect(reports).toMatchObject([{ status: "valid" }]);
  const { object } = await makeCrossSigningKey(victim);
  const scope = { servers: ["example.org"] };
  const assessment = assessIdentity({
    identity: {
      userId: victim,
      masterKey: readSignable(object, victim),
      signatures: [],
      withdrawn: [],
      problems: [],
      fetchedAt: 0,
    },
    reports,
    anchors: readAnchors([{ id: "company", algorithm: signer.algorithm, key: signer.fingerprint, scope }]),
    now: Date.now(),
  });
  expect(assessment).toMatchObject({ level: "unproven", reasons: [{ report: "wrong-object" }] });
});
