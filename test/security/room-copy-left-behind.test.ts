import { expect, it } from "vitest";
import { readingStage } from "../support/reading-stage.js";

it("who asks afresh learns of a withdrawal that a copy in a room knows nothing of", async () => {
  const stage = await readingStage();
  const alice = await stage.owner();
  const rooms = ["!forgotten:example.org"];
  stage.room("!forgotten:example.org", new Map([[alice.userId, await alice.approved()]]));
  const withdrawn = [{ key: stage.companyHash }];
  stage.fields.set(alice.userId, await alice.approved({ sequence: stage.now + 1, external: {}, withdrawn }));
  expect(await stage.assess(alice.userId, { rooms, fresh: true })).toMatchObject({
    level: "rejected",
    problems: ["manifest-outdated-copy"],
  });
  // Remembered from now on, so that nothing has to be asked for it any more.
  expect(await stage.assess(alice.userId, { rooms })).toMatchObject({ level: "rejected" });
});
