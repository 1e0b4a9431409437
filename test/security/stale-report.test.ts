import { readSignable, verifyObject } from "matrix-countersign";
import { assessIdentity, readTrust, trustContext } from "matrix-countersign/trust";
import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { setStage } from "../support/vouched-user.js";

it("reports on a user's old key say nothing about the new one", async () => {
  const { server, victim, algorithm, signer } = await setStage();
  const reports = await verifyObject(server.masterKeys.get(victim) ?? {}, victim, { algorithms: [algorithm] });
  expect(reports).toMatchObject([{ status: "valid" }]);
  const { object } = await makeCrossSigningKey(victim);
  const scope = { servers: ["example.org"] };
  const anchor = {
    id: "company",
    algorithm: signer.algorithm,
    key: signer.fingerprint,
    speaksFor: "scope",
    scope,
  } as const;
  const masterKey = readSignable(object, victim);
  const assessment = assessIdentity(
    {
      identity: { userId: victim, masterKey, signatures: [], withdrawn: [], problems: [], fetchedAt: 0 },
      reports,
    },
    trustContext({ trust: await readTrust({ anchors: [anchor] }), now: Date.now() }),
  );
  expect(assessment).toMatchObject({ level: "unproven", reasons: [{ report: "wrong-object" }] });
});
