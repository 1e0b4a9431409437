import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import type { MatrixClient } from "matrix-js-sdk";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createHomeserver, type Listening } from "../../examples/homeserver/server.js";
import { createIdentity, registerUser } from "../../examples/shared/matrix-user.js";
import { type GnuPgHome, makeGnuPgHome } from "../support/gnupg-home.js";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
const generated = resolve(import.meta.dirname, "readme-example.generated.ts");

let homeserver: Listening;
let gnupg: GnuPgHome;

beforeAll(async () => {
  const [, example = ""] = /```ts\n(.*?)```/s.exec(await readFile(resolve(root, "README.md"), "utf8")) ?? [];
  await writeFile(generated, example);
  homeserver = await createHomeserver({ serverName: "example.org" }).listen();
  gnupg = await makeGnuPgHome();
});

afterAll(async () => {
  await rm(generated, { force: true });
  await homeserver.close();
  await gnupg.dispose();
});

interface Example {
  vouchForMyself(
    client: MatrixClient,
    runTool: (command: string) => Promise<string>,
    publicKey: string,
  ): Promise<{ receipt: { published: boolean }; takeBack: () => Promise<{ withdrawn: boolean }> }>;
  whomToTrust(client: MatrixClient, userIds: string[], key: string, fingerprint: string): Promise<Map<string, string>>;
}

async function register(name: string): Promise<MatrixClient> {
  const user = await registerUser(homeserver.url, name);
  await createIdentity(user);
  return user.client;
}

it("the README's example compiles under the project's own rules", async () => {
  await expect(run("npx", ["tsc", "--noEmit", "-p", "."], { cwd: root })).resolves.toBeDefined();
});

it("the README's example does what it says", async () => {
  const example = (await import(generated)) as Example;
  const fingerprint = await gnupg.generate("Example Ltd <trust@example.org>", "ed25519", "sign");
  const publicKey = (await gnupg.gpg(["--armor", "--export", fingerprint])).toString();
  const [owner, reader] = [await register("owner"), await register("reader")];
  const { receipt, takeBack } = await example.vouchForMyself(owner, gnupg.shell, publicKey);
  expect(receipt.published).toBe(true);
  const userIds = [owner.getSafeUserId(), reader.getSafeUserId()];
  const levels = await example.whomToTrust(reader, userIds, publicKey, fingerprint);
  expect([...levels.values()]).toEqual(["trusted: vouched", "unproven: no-signature"]);
  expect((await takeBack()).withdrawn).toBe(true);
  const afterwards = await example.whomToTrust(reader, userIds, publicKey, fingerprint);
  expect([...afterwards.values()]).toEqual(["rejected: withdrawn", "unproven: no-signature"]);
});
