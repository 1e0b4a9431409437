import { describe, expect, it } from "vitest";
import { createHomeserver } from "../../examples/homeserver/server.js";
import { runQuickstart, runQuickstartAlone } from "../support/run-quickstart.js";

it("the quickstart does the whole main job with GnuPG, takes it back, and tells it in a dozen lines", async () => {
  const { exitCode, stdout } = await runQuickstart();
  const lines = stdout.trim().split("\n");
  expect({ exitCode, last: lines.at(-1) }).toEqual({ exitCode: 0, last: expect.stringMatching(/now: rejected/) });
  expect(lines.length).toBeLessThanOrEqual(12);
  expect(stdout).toContain("gpg signed them");
  expect(stdout).toContain("stored, visible to everyone (inferred)");
  expect(stdout).toMatch(/is: trusted$/m);
  expect(stdout).toContain("go on serving the signature on the master key");
});

describe.each([
  // Nothing hangs on the key there, so nothing is left to reject.
  ["synapse-strict", "everyone", "unproven"],
  // No profile fields: the owner makes a room.
  ["dendrite", "room", "rejected"],
] as const)("the quickstart on a server like %s", (profile, visibleTo, levelAfterwards) => {
  it(`is seen by ${visibleTo}, and after the withdrawal the owner is ${levelAfterwards}`, async () => {
    const server = await createHomeserver({ profile }).listen();
    try {
      const { exitCode, stdout } = await runQuickstart("--json", "--homeserver", server.url);
      expect(exitCode).toBe(0);
      const expected = { visibleTo, level: "trusted", withdrawn: true, levelAfterwards };
      expect(JSON.parse(stdout)).toMatchObject(expected);
    } finally {
      await server.close();
    }
  });
});

it("the quickstart prints one line of JSON, and does without GnuPG where there is none", async () => {
  const { exitCode, stdout } = await runQuickstartAlone("--json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    published: true,
    readBack: true,
    status: "valid",
    level: "trusted",
    levelAfterwards: "rejected",
    signedWith: "openpgp.js",
  });
});

it("the quickstart ends with the reason and exit code 1 where it fails", async () => {
  const { exitCode, stderr } = await runQuickstart("--homeserver", "http://127.0.0.1:1");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("quickstart failed: http://127.0.0.1:1 cannot be reached");
});
