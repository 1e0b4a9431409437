import { expect, it } from "vitest";
import { ed25519 } from "../../src/algorithms/ed25519/index.js";
import { ed25519Value, makeEd25519Key } from "../support/ed25519.js";
import { masterKey, now } from "../support/openpgp.js";

const object = masterKey();
const nowMs = now * 1000;
const { verify } = ed25519();

/** Every bit of every character of the value and of the key ID: 1,120 of them. */
it("no bit of a value, and none of its key ID, may be another", async () => {
  const key = makeEd25519Key();
  const value = ed25519Value(key, object.bytes, nowMs - 1000, nowMs + 1000);
  const flips = [
    ...flipsOf(value).map((flipped) => ({ key: key.publicKey, value: flipped })),
    ...flipsOf(key.publicKey).map((flipped) => ({ key: flipped, value })),
  ];
  expect(flips).toHaveLength((value.length + key.publicKey.length) * 8);
  expect((await verify({ object, key: key.publicKey, value, now: nowMs })).code).toBe("valid");
  for (const flip of flips) {
    const { status } = await verify({ object, ...flip, now: nowMs });
    expect(status, JSON.stringify(flip)).toBe("invalid");
  }
});

function flipsOf(text: string): string[] {
  return Array.from({ length: text.length * 8 }, (_, bit) => {
    const index = Math.floor(bit / 8);
    const character = String.fromCharCode(text.charCodeAt(index) ^ (1 << (bit % 8)));
    return text.slice(0, index) + character + text.slice(index + 1);
  });
}
