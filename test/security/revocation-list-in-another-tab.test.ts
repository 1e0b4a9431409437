import { ed25519 } from "matrix-countersign/ed25519";
import { expect, it } from "vitest";
import { prepareRevocationList } from "../../src/client/signed-documents/prepare-revocation-list.js";
import { acceptDocument } from "../../src/client/signed-documents/sign-document.js";
import { attestedStage } from "../support/attested-user.js";
import { ed25519Value } from "../support/ed25519.js";

const minute = 60_000;

it("what one tab learnt that an anchor took back counts in another that was open before", async () => {
  const stage = await attestedStage();
  const { time: now, company, victim } = stage;
  const key = await stage.key(now - minute);
  expect((await stage.serve(key)).level).toBe("trusted");
  const revoked = [{ userId: victim, masterKey: key.publicKey }];
  const request = prepareRevocationList({ anchor: "company", revoked, expiresAt: now + 60 * minute, now }, ed25519());
  const output = `${company.publicKey} ${ed25519Value(company, request.bytes, now, 0)}`;
  const list = await acceptDocument(request, output, { algorithm: ed25519(), now: () => now });
  expect(await stage.otherTab.takeRevocationList("company", list)).not.toHaveProperty("problem");
  stage.time += minute;
  expect(await stage.serve(key)).toMatchObject({ level: "rejected", reasons: [{ code: "revoked-by-anchor" }] });
});
