import { expect, it } from "vitest";
import { runQuickstart, runQuickstartAlone } from "../support/run-quickstart.js";

it("the quickstart does the whole main job with GnuPG and tells it in a dozen lines", async () => {
  const { exitCode, stdout } = await runQuickstart();
  const lines = stdout.trim().split("\n");
  expect({ exitCode, last: lines.at(-1) }).toEqual({ exitCode: 0, last: expect.stringMatching(/is: trusted$/) });
  expect(lines.length).toBeLessThanOrEqual(12);
  expect(stdout).toContain("gpg signed them");
});

it("the quickstart prints one line of JSON, and does without GnuPG where there is none", async () => {
  const { exitCode, stdout } = await runQuickstartAlone("--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    published: true,
    readBack: true,
    status: "valid",
    level: "trusted",
    signedWith: "openpgp.js",
  });
});

it("the quickstart ends with the reason and exit code 1 where it fails", async () => {
  const { exitCode, stderr } = await runQuickstart("--homeserver", "http://127.0.0.1:1");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("quickstart failed: http://127.0.0.1:1 cannot be reached");
});
