import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, inject, test } from "vitest";
import { expectations } from "./expectations.js";
import { differences } from "./row-tests.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function contract(...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const command = ["--silent", "run", "contract", "--", ...args];
    execFile("npm", command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, stdout, stderr });
    });
  });
}

describe("npm run contract", () => {
  test("prints the row of a running server as one line of JSON", async () => {
    const { code, stdout } = await contract("--homeserver", inject("synapse").urls["1.152.1"], "--json");
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const row = JSON.parse(stdout);
    const expected = expectations["Synapse 1.152.1"];
    expect(differences(expected.signatures, row.signatures, "signatures")).toEqual([]);
    expect(row.visibility.bareKey.otherAfterRestart).toBeNull();
  });

  test("prints a row of the table as Markdown", async () => {
    const { code, stdout } = await contract("--homeserver", `${inject("synapse").urls["1.163.2"]}/`);
    expect(code).toBe(0);
    const [head, rule, row] = stdout.split("\n");
    expect(row).toMatch(/^\| Synapse 1\.163\.2 \| string: 200, stored;/);
    expect([head, rule, row].map((line) => line?.split("|").length)).toEqual([7, 7, 7]);
  });

  test("fails with the reason where no homeserver answers", async () => {
    const { code, stdout, stderr } = await contract("--homeserver", "http://127.0.0.1:9");
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^contract: fetch failed: /m);
  });

  test("fails where an argument is missing or unknown, and helps", async () => {
    expect((await contract()).stderr).toContain("--homeserver is missing");
    expect(await contract("--nonsense")).toMatchObject({ code: 1, stdout: "" });
    expect(await contract("--help")).toMatchObject({ code: 0, stdout: expect.stringContaining("Usage:") });
  });
});
