import { describe, expect, it } from "vitest";
import { ed25519, ed25519Signer } from "../../src/algorithms/ed25519/index.js";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { verifyEd25519 } from "../../src/model/ed25519.js";
import { readSignable } from "../../src/model/signable.js";
import sshVectors from "../vectors/sshsig.json" with { type: "json" };
import wycheproofText from "../vectors/wycheproof/ed25519_test.json?raw";

const object = readSignable(JSON.parse(sshVectors.object), sshVectors.userId);
const now = Date.UTC(2026, 5, 1);

it.each(sshVectors.tests)("in the browser, an SSH signature is what it is elsewhere: $name", async (test) => {
  const { code, fingerprint: key, value } = test;
  expect(await sshsig().verify({ object, key, value, now })).toMatchObject({ code });
});

describe("in the browser, Ed25519", () => {
  it("judges as Wycheproof does", async () => {
    const { testGroups } = JSON.parse(wycheproofText) as {
      testGroups: { publicKey: { pk: string }; tests: { tcId: number; msg: string; sig: string; result: string }[] }[];
    };
    for (const { publicKey, tests } of testGroups) {
      for (const { tcId, msg, sig, result } of tests) {
        const isRight = await verifyEd25519(hex(publicKey.pk), hex(sig), hex(msg));
        expect(isRight, String(tcId)).toBe(result === "valid");
      }
    }
  });

  it("signs with a seed and with a key that cannot be exported", async () => {
    const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
    for (const key of [pair, crypto.getRandomValues(new Uint8Array(32))]) {
      const output = await ed25519Signer(key, { now: () => now, lifetimeMs: 1000 }).sign(object.bytes);
      const { verdict } = await ed25519().accept({ object, output, now });
      expect(verdict).toMatchObject({ code: "valid", expiresAt: now + 1000 });
    }
  });
});

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
}
