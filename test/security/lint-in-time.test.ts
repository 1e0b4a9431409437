import { lint } from "matrix-countersign";
import { expect, it } from "vitest";

const userId = "@alice:example.org";

/** An OpenPGP signature of an old version with a user ID beside it, in base64. */
function signatureBeside(name: string): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(name.length);
  const packets = [Buffer.from([0xc2, 1, 3, 0xcd, 255]), length, Buffer.from(name)];
  return Buffer.concat(packets).toString("base64").replace(/=+$/, "");
}

it.each([
  ["of letters", "a".repeat(64_000)],
  ["of dots", `a@${".".repeat(64_000)}x`],
  ["of signs that tell address from server", "@".repeat(64_000)],
])("a signer who puts a row %s into a signature does not stop its owner's page", (_what, name) => {
  const text = signatureBeside(name);
  const value = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`part${index}`, text]));
  const start = performance.now();
  lint({ userId, keyId: "custom:org.openpgp.signature:ABCD", value });
  expect(performance.now() - start).toBeLessThan(5000);
});

it.each([
  ["alice@mail.example", true],
  ["Alice <alice@mail.example.>", true],
  ["alice@example.org, alice@mail.example", true],
  ["a@example.org@mail.example", true],
  ["alice@example.org..", false],
  ["@mail.example", false],
  ["alice@", false],
])("finds in %s a private address: %s", (name, isThere) => {
  const value = signatureBeside(name);
  const rules = lint({ userId, keyId: "custom:org.openpgp.signature:ABCD", value }).map(({ rule }) => rule);
  expect(rules.includes("personal-data")).toBe(isThere);
});
