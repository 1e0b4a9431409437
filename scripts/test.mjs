/**
 * `npm test`: makes sure of the tools, then runs the checks and every Vitest project, one after the other, and adds up.
 *
 * The last line is `N passed, N failed`. Whatever goes wrong counts as failed: a test, a file that does not load, a Vitest
 * that crashes or reports an error outside tests, a project without tests, a missing tool, and under `CI=true` a test
 * that was skipped.
 *
 * `npm test -- unit browser` runs those parts alone.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensurePythonEnvironment, ensureSystemTools } from "./tools.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @typedef {{ passed: number, failed: number, skipped: number, notes: string[] }} Count
 * @typedef {{ name: string, run: () => Promise<Count> }} Step
 * @typedef {{ steps: Step[], system?: boolean, environments?: string[] }} Part
 */

/** In the order in which they run; `system` and `environments` say which tools a part needs. @type {Record<string, Part>} */
const parts = {
  build: { steps: [npmScript("build")] },
  check: { steps: [npmScript("check")] },
  lint: { steps: [npmScript("lint")] },
  unit: { steps: [project("unit")] },
  embedded: { steps: [project("embedded")] },
  security: { steps: [project("security")] },
  conformance: { steps: [project("conformance")] },
  faults: { steps: [project("faults")] },
  fuzz: { steps: [project("fuzz")] },
  package: { steps: [project("package")], system: true },
  browser: { steps: [project("browser")], system: true },
  firefox: { steps: [project("firefox")], system: true },
  interop: { steps: [project("interop")], system: true, environments: ["oracles", "vectors"] },
  homeserver: {
    steps: [project("homeserver"), project("homeserver-browser")],
    system: true,
    environments: ["synapse-1.163.2", "synapse-1.152.1"],
  },
};

/** @param {string[]} wanted @returns {Promise<void>} */
async function main(wanted) {
  const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0) {
    console.error(`no such part: ${unknown.join(", ")}; there are ${Object.keys(parts).join(", ")}`);
    finish({ passed: 0, failed: 1, skipped: 0, notes: [] });
    return;
  }
  const chosen = Object.entries(parts).flatMap(([name, part]) =>
    wanted.length === 0 || wanted.includes(name) ? [part] : [],
  );
  const steps = [...toolSteps(chosen), ...chosen.flatMap((part) => part.steps)];
  const total = none();
  /** @type {string[]} */
  const lines = [];
  for (const { name, run } of steps) {
    console.log(`\n── ${name}`);
    const started = Date.now();
    const count = await run().catch((error) => failure(error instanceof Error ? error.message : String(error)));
    lines.push(line(name, count, Date.now() - started), ...count.notes.map((note) => `    ${note}`));
    add(total, count);
  }
  console.log(`\n${lines.join("\n")}\n`);
  finish(total);
}

/** @param {Count} total */
function finish(total) {
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
  console.log(`${total.passed} passed, ${total.failed} failed`);
}

/** One step for all tools that the chosen parts need. @param {Part[]} chosen @returns {Step[]} */
function toolSteps(chosen) {
  const environments = new Set(chosen.flatMap((part) => part.environments ?? []));
  if (!chosen.some((part) => part.system) && environments.size === 0) return [];
  const run = async () => {
    const { chromium } = await ensureSystemTools(console.log);
    process.env.CHROMIUM_PATH ??= chromium;
    for (const name of environments) await ensurePythonEnvironment(name, console.log);
    return { ...none(), passed: 1 };
  };
  return [{ name: "tools", run }];
}

/** A script of package.json that counts as one check. @param {string} name @returns {Step} */
function npmScript(name) {
  const run = async () => {
    const end = await exitOf("npm", ["run", "--silent", name]);
    return end === "0" ? { ...none(), passed: 1 } : failure(`npm run ${name} ended with ${end}`);
  };
  return { name, run };
}

/** A Vitest project. @param {string} name @returns {Step} */
function project(name) {
  const run = async () => {
    const folder = await mkdtemp(join(tmpdir(), "countersign-test-"));
    const report = join(folder, "report.json");
    try {
      const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
      const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
      const end = await exitOf(process.execPath, [vitest, "run", "--project", name, "--allowOnly=false", ...reporters]);
      return await readReport(report, end);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  return { name, run };
}

/**
 * Adds up Vitest's JSON report. A file may fail without a test of it having failed, and Vitest may fail although every
 * test has passed: each counts once.
 *
 * @param {string} path
 * @param {string} end the exit code or signal of Vitest
 * @returns {Promise<Count>}
 */
async function readReport(path, end) {
  /** @type {{ testResults?: { name: string, status: string, message?: string, assertionResults: { status: string, fullName: string }[] }[] }} */
  let report;
  try {
    report = JSON.parse(await readFile(path, "utf8"));
  } catch {
    return failure(`Vitest ended with ${end} and left no report`);
  }
  const count = none();
  for (const file of report.testResults ?? []) {
    for (const test of file.assertionResults) countTest(count, test);
    if (file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed")) {
      add(count, failure(`${file.name.replace(root, "")}: ${firstLine(file.message) || "did not run"}`));
    }
  }
  if (count.passed + count.failed + count.skipped === 0) return failure(`no tests; Vitest ended with ${end}`);
  if (end !== "0" && count.failed === 0) add(count, failure(`Vitest ended with ${end} although no test failed`));
  return count;
}

/** @param {Count} count @param {{ status: string, fullName: string }} test */
function countTest(count, { status, fullName }) {
  if (status === "passed") {
    count.passed++;
  } else if (status === "failed") {
    add(count, failure(fullName));
  } else if (status === "pending") {
    add(count, failure(`did not end: ${fullName}`));
  } else if (process.env.CI === "true") {
    add(count, failure(`${status}: ${fullName}`));
  } else {
    count.skipped++;
  }
}

/**
 * Runs a program that writes to this terminal.
 *
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<string>} its exit code, the signal that ended it, or why it did not start
 */
function exitOf(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(String(code ?? signal)));
  });
}

/** @returns {Count} */
function none() {
  return { passed: 0, failed: 0, skipped: 0, notes: [] };
}

/** @param {string} note @returns {Count} */
function failure(note) {
  return { passed: 0, failed: 1, skipped: 0, notes: [note] };
}

/** @param {Count} total @param {Count} count */
function add(total, count) {
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  total.notes.push(...count.notes);
}

/** @param {string} name @param {Count} count @param {number} durationMs @returns {string} */
function line(name, { passed, failed, skipped }, durationMs) {
  const skips = skipped === 0 ? "" : `, ${skipped} skipped`;
  return `${name.padEnd(20)}${(durationMs / 1000).toFixed(1).padStart(7)} s   ${passed} passed, ${failed} failed${skips}`;
}

/** @param {string | undefined} text @returns {string} */
function firstLine(text) {
  return (text ?? "").trim().split("\n")[0] ?? "";
}

await main(process.argv.slice(2));
