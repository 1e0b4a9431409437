import { expect, it } from "vitest";
import { attestedStage } from "../support/attested-user.js";

const minute = 60_000;

it("what a wrong clock signed beside it keeps no new key from taking the pin, so the old one does not come back", async () => {
  const stage = await attestedStage();
  const { time } = stage;
  const old = await stage.key(time - minute);
  await stage.serve(old);
  const next = await stage.key(time + minute);
  // Later than any log can hold.
  stage.addToProfile(next, Number.MAX_SAFE_INTEGER);
  stage.time += 2 * minute;
  const { level, reports, vouches } = await stage.serve(next);
  expect(reports.map(({ code }) => code).sort()).toEqual(["made-in-future", "valid"]);
  expect([level, vouches.map(({ attestedAt }) => attestedAt)]).toEqual(["trusted", [time + minute]]);
  expect(await stage.serve(old)).toMatchObject({ level: "rejected", reasons: [{ code: "rolled-back" }, {}] });
});
