import { afterAll, beforeAll, expect, it } from "vitest";
import { ensureSystemTools } from "../../scripts/tools.mjs";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { lint } from "../../src/model/lint/lint.js";
import { type GnuPgHome, makeGnuPgHome } from "../support/gnupg-home.js";

const userId = "@alice:example.org";
let home: GnuPgHome;
let fingerprint: string;

beforeAll(async () => {
  await ensureSystemTools();
  home = await makeGnuPgHome();
  fingerprint = await home.generate("Alice <alice@mail.example>", "ed25519", "sign");
  await home.gpg(["--quick-add-uid", fingerprint, "Alice <alice@example.org>"]);
});
afterAll(() => home?.dispose());

const isPersonal = (value: string, key = fingerprint): boolean =>
  lint({ userId, keyId: `custom:org.openpgp.signature:${key}`, value }).some(({ rule }) => rule === "personal-data");

it.each([
  ["names the key by a private address", true, ["-u", "alice@mail.example"]],
  ["names the key by an address of the server", false, ["-u", "alice@example.org"]],
  ["names the key by its fingerprint", false, []],
  ["is told not to name the signer", false, ["--disable-signer-uid", "-u", "alice@mail.example"]],
])("finds a private address where gpg %s: %s", async (_what, expected, args) => {
  const by = args.length > 0 ? args : ["-u", fingerprint];
  const binary = await home.gpg([...by, "--detach-sign"], "data");
  const armored = (await home.gpg([...by, "--armor", "--detach-sign"], "data")).toString();
  expect(isPersonal(encodeBase64(binary))).toBe(expected);
  expect(isPersonal(armored)).toBe(expected);
});

it("finds a whole public key in a key ID, and no fault in a fingerprint", async () => {
  const signature = encodeBase64(await home.gpg(["-u", fingerprint, "--detach-sign"], "data"));
  expect(isPersonal(signature, encodeBase64(await home.export(fingerprint)))).toBe(true);
  expect(isPersonal(signature)).toBe(false);
});
