import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureSystemTools } from "../../scripts/tools.mjs";
import { openpgp, wkdResolver } from "../../src/algorithms/openpgp/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { type GnuPgHome, makeGnuPgHome, pipeThrough } from "../support/gnupg-home.js";
import { masterKey } from "../support/openpgp.js";

const addresses = ["Alice.Example@example.org", "bob+matrix@example.org", "j\u00f6rg@example.org"];
let home: GnuPgHome;

beforeAll(async () => {
  const { sq } = await ensureSystemTools();
  home = await makeGnuPgHome();
  await writeFile(join(home.folder, "gpg.conf"), "charset utf-8\n");
  for (const address of addresses) await home.generate(`Somebody <${address}>`, "ed25519", "sign");
  const ring = join(home.folder, "ring.pgp");
  await writeFile(ring, await home.gpg(["--export"]));
  for (const method of [[], ["--direct-method"]]) {
    const root = join(home.folder, method.length > 0 ? "direct" : "advanced");
    await pipeThrough(sq, ["wkd", "generate", ...method, root, "example.org", ring]);
  }
}, 60_000);
afterAll(() => home.dispose());

/** The directories that sq made, as the two hosts would serve them. */
async function serveDirectory(url: string): Promise<Response> {
  const { hostname, pathname } = new URL(url);
  const root = hostname === "openpgpkey.example.org" ? "advanced" : "direct";
  try {
    return new Response(await readFile(join(home.folder, root, pathname)));
  } catch {
    return new Response("", { status: 404 });
  }
}

it("finds what sq published, by both methods, and verifies what gpg signed", async () => {
  const object = masterKey();
  for (const method of ["advanced", "direct"] as const) {
    for (const address of addresses) {
      const finder = wkdResolver({ domains: ["example.org"], fetch: serveDirectory, method });
      const found = await finder.findByAddress(address);
      expect(found, `${address} ${method}`).toHaveLength(1);
      const algorithm = openpgp({ keys: found[0]?.data ?? "" });
      const key = found[0]?.fingerprint ?? "";
      const signature = await home.gpg(["--local-user", `<${address}>`, "--detach-sign"], object.bytes);
      const verdict = await algorithm.verify({ object, key, value: encodeBase64(signature), now: Date.now() });
      expect(verdict.code).toBe("valid");
    }
  }
});

it("asks for the names that gpg computes", async () => {
  const listing = (await home.gpg(["--list-keys", "--with-wkd-hash"])).toString();
  const expected = [...listing.matchAll(/^\s+([a-z0-9]{32})@example\.org$/gm)].map(([, name]) => name);
  const asked: (string | undefined)[] = [];
  const finder = wkdResolver({
    domains: ["example.org"],
    fetch: async (url) => {
      asked.push(new URL(url).pathname.split("/").at(-1));
      return new Response("", { status: 404 });
    },
  });
  for (const address of addresses) await finder.findByAddress(address);
  expect(expected).toHaveLength(addresses.length);
  expect(asked.sort()).toEqual(expected.sort());
});
