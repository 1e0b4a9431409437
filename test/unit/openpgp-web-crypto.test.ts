import * as openpgp from "openpgp";
import { expect, it } from "vitest";
import type { OpenPgpLibrary } from "../../src/algorithms/openpgp/library.js";
import { readPublicKey } from "../../src/algorithms/openpgp/public-key.js";
import { parseSignature } from "../../src/algorithms/openpgp/signature-packet.js";
import { isRightByWebCrypto } from "../../src/algorithms/openpgp/web-crypto.js";

const library = openpgp as unknown as OpenPgpLibrary;
const document = new TextEncoder().encode('{"user_id":"@alice:example.org"}');
const userIDs = [{ name: "Alice" }];

it.each([
  ["Ed25519 of version 4 keys of old", { type: "ecc", curve: "ed25519Legacy" }],
  ["Ed25519", { type: "curve25519" }],
  ["P-256", { type: "ecc", curve: "nistP256" }],
  ["P-521", { type: "ecc", curve: "nistP521" }],
  ["RSA", { type: "rsa", rsaBits: 2048 }],
] as const)("%s: what openpgp signed is right, and no bit of it may be another", async (_kind, options) => {
  const { privateKey } = await openpgp.generateKey({ ...options, userIDs, format: "object" });
  const message = await openpgp.createMessage({ binary: document });
  const { packets } = await openpgp.sign({ message, signingKeys: privateKey, detached: true, format: "object" });
  const [packet] = packets;
  const { keyPacket } = privateKey.toPublic();
  const key = await readPublicKey(library, keyPacket.write(), keyPacket.getFingerprint().toUpperCase());
  if (typeof key === "string" || !packet) throw new Error("no key or no signature");
  const { body, ...parsed } = parseSignature(packet.write());
  expect(await isRightByWebCrypto({ ...parsed, body }, key, document)).toBe(true);
  const right: number[] = [];
  for (let bit = 0; bit < body.length * 8; bit++) {
    const flipped = body.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (0x80 >> (bit & 7));
    if (await isRightByWebCrypto({ ...parsed, body: flipped }, key, document)) right.push(bit);
  }
  // Only the length of the unhashed area, which nobody signs and which is skipped, and the bit counts of the numbers.
  const end = 6 + ((body[4] ?? 0) << 8) + (body[5] ?? 0);
  expect(right.filter((bit) => bit >> 3 < end || bit >> 3 === end + 2 || bit >> 3 === end + 3)).toEqual([]);
  expect(await isRightByWebCrypto({ ...parsed, body }, key, document.slice(1))).toBe(false);
});
