import { expect, it } from "vitest";
import { attestedStage } from "../support/attested-user.js";

const minute = 60_000;

it("a key that the reader denied never supersedes the one that is pinned, however well an anchor signed it", async () => {
  const stage = await attestedStage();
  const { victim, time } = stage;
  const own = await stage.key(time - minute);
  expect((await stage.serve(own)).level).toBe("trusted");
  const fake = await stage.key(time + minute);
  await stage.decide({ userId: victim, masterKey: fake.publicKey, decision: "deny", decidedAt: time + minute });
  stage.time += 2 * minute;
  const denied = await stage.serve(fake);
  expect(denied.level).toBe("rejected");
  expect(denied.reasons).toContainEqual({ code: "key-changed", before: own.publicKey, after: fake.publicKey });
  expect((await stage.serve(own)).level).toBe("trusted");
  expect(await stage.reader.exportHistory()).not.toContain("re-attested");
});
