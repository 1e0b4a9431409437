import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Locator, type Page } from "playwright";
import { createServer, type ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const patienceMs = 15_000;

let server: ViteDevServer;
let browser: Browser;

/** What `npm run demo` starts, on a free port; it neither watches files nor reloads the page. */
beforeAll(async () => {
  server = await createServer({
    configFile: here("../../vite.config.ts"),
    root: here("../../examples/chat"),
    logLevel: "error",
    server: { host: "127.0.0.1", port: 0, watch: null, hmr: false, ws: false },
  });
  await server.listen();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
  });
}, 60_000);

afterAll(async () => {
  await browser?.close();
  await server?.close();
});

async function openDemo(profile: string): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patienceMs);
  const address = server.httpServer?.address();
  if (typeof address !== "object" || address === null) throw new Error("the dev server does not listen");
  await page.goto(`http://127.0.0.1:${address.port}/?server=${profile}`);
  // A cold dev server prepares its libraries first.
  await signButton(page).waitFor({ timeout: 60_000 });
  return page;
}

const signButton = (page: Page): Locator => page.getByRole("button", { name: "Let Example Ltd sign it" });
const verdictOn = (page: Page): Locator => page.getByRole("status", { name: "Verdict on Alice" });
const keyCard = (page: Page): Locator => page.getByRole("group", { name: /^Example Ltd/ });

async function signAndPublish(page: Page): Promise<void> {
  await signButton(page).click();
  await page.getByText("✓ Signed by").waitFor();
  await page.getByRole("button", { name: "Publish the signature" }).click();
  await page.getByText("Published.").waitFor();
}

async function letVouchFor(page: Page, whom: string): Promise<void> {
  await keyCard(page).getByLabel("may speak for").selectOption({ label: whom });
}

/** The badge beside Alice's name in Bob's chat. */
async function badgeOf(page: Page): Promise<string> {
  return (await page.locator(".bob .about .badge").textContent()) ?? "";
}

describe("npm run demo", () => {
  test("a signature is evidence, an anchor out of its scope counts for nothing, and one in its scope makes the badge turn trusted", async () => {
    const page = await openDemo("msc2961");
    const verdict = verdictOn(page);
    await verdict.getByText("Nobody has signed her master key").waitFor();

    await signAndPublish(page);
    await verdict.getByText("the signature is valid, but Bob has not said").waitFor();
    expect(await badgeOf(page)).toContain("unproven");

    await letVouchFor(page, "@carol:example.org alone");
    await keyCard(page).getByRole("button", { name: "Let it vouch" }).click();
    await verdict.getByText("for @alice:example.org it counts for nothing").waitFor();
    expect(await badgeOf(page)).toContain("unproven");

    await letVouchFor(page, "everybody at example.org");
    await verdict.getByText("which may speak for everybody at example.org").waitFor();
    expect(await badgeOf(page)).toContain("trusted");

    await keyCard(page).getByRole("button", { name: "Remove" }).click();
    await verdict.getByText("? unproven").waitFor();
    expect(await badgeOf(page)).toContain("unproven");
    await page.close();
  }, 90_000);

  test("what a dishonest homeserver does to the signature or to the master key, Bob does not believe", async () => {
    const page = await openDemo("synapse-strict");
    const verdict = verdictOn(page);
    await signAndPublish(page);
    await page.getByText("known not to take signatures on this route").waitFor();
    await keyCard(page).getByRole("button", { name: "Let it vouch" }).click();
    await verdict.getByText("✓ trusted").waitFor();

    await page.getByRole("button", { name: "The server alters the signature" }).click();
    await verdict.getByText("the mathematics is wrong").waitFor();
    expect(await badgeOf(page)).toContain("unproven");

    await page.getByRole("button", { name: "Publish the signature" }).click();
    await verdict.getByText("✓ trusted").waitFor();
    await page.getByRole("button", { name: "The server swaps Alice's master key" }).click();
    await page.getByText("Alice's master key has changed!").waitFor();
    await verdict.getByText("! changed").waitFor();
    expect(await badgeOf(page)).toContain("changed");
    await page.close();
  }, 90_000);

  test("a revoked key turns trusted into rejected", async () => {
    const page = await openDemo("tuwunel");
    await signAndPublish(page);
    await keyCard(page).getByRole("button", { name: "Let it vouch" }).click();
    await verdictOn(page).getByText("✓ trusted").waitFor();

    await page.getByRole("button", { name: "Example Ltd revokes its key" }).click();
    await verdictOn(page).getByText("whose key is revoked").waitFor();
    expect(await badgeOf(page)).toContain("rejected");
    await page.close();
  }, 90_000);

  test("what was taken back Bob counts no more, a server that serves the older manifest changes nothing, and Alice can publish again", async () => {
    const page = await openDemo("synapse-1.161");
    const verdict = verdictOn(page);
    await signAndPublish(page);
    await page.getByText("Published. It is seen by everyone.").waitFor();
    await page.getByText("Cannot be recalled: no server lets anybody delete it.").waitFor();
    await keyCard(page).getByRole("button", { name: "Let it vouch" }).click();
    await verdict.getByText("✓ trusted").waitFor();

    await page.getByRole("button", { name: "Withdraw the signature" }).click();
    await page.getByText("go on serving the signature on the master key").waitFor();
    await verdict.getByText("✗ rejected").waitFor();
    expect(await badgeOf(page)).toContain("rejected");

    await page.getByRole("button", { name: "The server serves an older manifest" }).click();
    await verdict.getByText("manifest-rolled-back").waitFor();
    expect(await badgeOf(page)).toContain("rejected");

    await page.getByRole("button", { name: "Publish the signature" }).click();
    await verdict.getByText("✓ trusted").waitFor();
    await page.close();
  }, 120_000);

  test("on a server without profile fields a room takes the signature, and tells Bob when it is taken back", async () => {
    const page = await openDemo("dendrite");
    const verdict = verdictOn(page);
    await signAndPublish(page);
    await page.getByText("It is seen by the users of Alice's server.").waitFor();
    await keyCard(page).getByRole("button", { name: "Let it vouch" }).click();
    await verdict.getByText("✓ trusted").waitFor();
    await page.getByRole("button", { name: "Withdraw the signature" }).click();
    await page.getByText("Not withdrawn: there is no manifest yet").waitFor();

    await page.getByRole("button", { name: "Prepare the room and publish there" }).click();
    await page.getByText("It is seen by the members of the room, on every server.").waitFor();
    await page.getByText("by the room, where Alice wrote a manifest").waitFor();
    await page.getByRole("button", { name: "Withdraw the signature" }).click();
    await verdict.getByText("✗ rejected").waitFor();
    await page.close();
  }, 120_000);

  test("what is published while the server is offline waits, and goes out by itself", async () => {
    const page = await openDemo("continuwuity");
    await signButton(page).click();
    await page.getByText("✓ Signed by").waitFor();
    await keyCard(page).getByRole("button", { name: "Let it vouch" }).click();
    await page.getByLabel("Alice's server is offline").check();
    await page.getByRole("button", { name: "Publish the signature" }).click();
    await page.getByText("The signature waits in the outbox").waitFor();
    expect(await badgeOf(page)).toContain("unproven");

    await page.getByLabel("Alice's server is offline").uncheck();
    await page.getByText("Published. It is seen by everyone.").waitFor();
    await verdictOn(page).getByText("✓ trusted").waitFor();
    await page.close();
  }, 120_000);

  test("the two users talk in their encrypted room", async () => {
    const page = await openDemo("dendrite");
    await page.getByLabel("Message as Bob").fill("Is <b>that</b> you?");
    await page.getByLabel("Message as Bob").press("Enter");
    await page.getByRole("log", { name: "Alice's chat" }).getByText("Is <b>that</b> you?").waitFor();
    await page.close();
  }, 90_000);
});
