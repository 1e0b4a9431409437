import { expect, it } from "vitest";
import { parseSignature } from "../../src/algorithms/openpgp/signature-packet.js";
import { readTrust } from "../../src/algorithms/openpgp/trust-signature.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { makeKey, makeSignature, type Subpacket, says } from "../support/openpgp.js";

const key = makeKey();
const read = (...hashed: Subpacket[]): ReturnType<typeof readTrust> =>
  readTrust(parseSignature(makeSignature(key, { type: 0x10, data: new Uint8Array(), hashed })));

it("a certification without trust subpackets is full, of depth 0, about whomever", () => {
  expect(read()).toEqual({ depth: 0, amount: 120 });
  expect(read(says.trust(3, 255))).toEqual({ depth: 3, amount: 255 });
});

it.each([
  ["<[^>]+[@.]example\\.org>$", "example.org"],
  ["<[^>]+[@.]my\\-company\\.example>$", "my-company.example"],
  ["<[^>]+[@.]my-company\\.example>$", "my-company.example"],
  ["<[^>]+[@.]localhost>$", "localhost"],
])("%s allows %s", (expression, domain) => {
  expect(read(says.regularExpression(expression))?.domains).toEqual([domain]);
});

it.each([
  "<[^>]+[@.]example.org>$",
  "<[^>]+[@.]example\\.org>",
  "[^>]+[@.]example\\.org>$",
  "<[^>]+@example\\.org>$",
  "<[^>]+[@.].*>$",
  "<[^>]+[@.](example|other)\\.org>$",
  "<[^>]+[@.]>$",
  "<[^>]+[@.]\\.org>$",
  "<[^>]+[@.]example\\.>$",
  "<[^>]+[@.]example\\\\.org>$",
  "<[^>]+[@.]exаmple\\.org>$",
  "<[^>]+[@.]example\\.org>$|.*",
  "<[^>]+[@.]example\\.org>$\n",
  ".*",
  "",
])("%j allows nobody", (expression) => {
  expect(read(says.regularExpression(expression))?.domains).toEqual([]);
});

it("a regular expression must end in a zero, and hold no other", () => {
  const expression = "<[^>]+[@.]example\\.org>$";
  expect(read({ type: 6, body: utf8(expression) })?.domains).toEqual([]);
  expect(read({ type: 6, body: utf8(`${expression}\0\0`) })?.domains).toEqual([]);
});

it("of several one is enough, and one that is not understood adds nothing", () => {
  const [one, other] = ["<[^>]+[@.]a\\.org>$", "<[^>]+[@.]b\\.org>$"].map(says.regularExpression);
  if (!one || !other) throw new Error("expected two");
  expect(read(one, says.regularExpression(".*"), other)?.domains).toEqual(["a.org", "b.org"]);
});
