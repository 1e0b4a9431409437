import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { toHex, utf8 } from "../../src/encoding/bytes.js";
import { sha256Sync } from "../../src/encoding/sha256-sync.js";

const oracle = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

it("gives the digests that FIPS 180-4 prints", () => {
  expect(toHex(sha256Sync(utf8("abc")))).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(toHex(sha256Sync(utf8("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")))).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

it("agrees with the platform on every length around a block, on a view into a buffer, and on a megabyte", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => (index * 167 + 13) & 0xff);
  for (let length = 0; length <= 200; length++) {
    const part = bytes.subarray(length % 7, (length % 7) + length);
    expect(toHex(sha256Sync(part))).toBe(oracle(part));
  }
  const large = new Uint8Array(1 << 20).map((_, index) => index >>> 3);
  expect(toHex(sha256Sync(large))).toBe(oracle(large));
});
