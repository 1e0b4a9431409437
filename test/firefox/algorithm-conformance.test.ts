import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conformanceAlgorithms } from "../support/conformance-algorithms.js";
import { launchFirefox } from "../support/firefox.js";
import { type PageServer, serveBuilt } from "../support/serve-built.js";
import type { ConformancePage } from "./conformance-page.js";

const root = resolve(import.meta.dirname, "../..");

let scratch: string;
let server: PageServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "countersign-firefox-"));
  await promisify(execFile)("npm", ["run", "build"], { cwd: root });
  server = await serveBuilt(scratch, ["openpgp", "@noble/ed25519", "idb"]);
  browser = await launchFirefox();
  page = await browser.newPage();
  await page.goto(`${server.url}/test/firefox/index.html`);
  await page.waitForFunction(() => "conformance" in globalThis, { timeout: 60_000 });
});

afterAll(async () => {
  await browser?.close();
  await server?.close();
  await rm(scratch, { recursive: true, force: true });
});

/** Runs one case in the page: nothing where it passes, else why not. */
function runInFirefox(algorithm: string, name: string): Promise<string | undefined> {
  return page.evaluate(
    (algorithm, name) => (globalThis as unknown as { conformance: ConformancePage }).conformance.run(algorithm, name),
    algorithm,
    name,
  );
}

it("drives Firefox, and hears of what fails there", async () => {
  expect(await browser.version()).toMatch(/^firefox\//);
  expect(await runInFirefox("org.example.stamp", "no such case")).toBe("the page has no such case");
});

for (const { name: algorithm, cases } of conformanceAlgorithms) {
  describe(`in Firefox, ${algorithm}`, () => {
    for (const { name } of cases) it(name, async () => expect(await runInFirefox(algorithm, name)).toBeUndefined());
  });
}
