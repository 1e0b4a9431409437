import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { AcceptError } from "../../src/model/accept-error.js";
import {
  armored,
  flags,
  hash,
  makeKey,
  makeSignature,
  masterKey,
  now,
  packet,
  primaryPackets,
  revocation,
  signaturePacket,
  subkeyPackets,
} from "../support/openpgp.js";
import { object } from "../support/openpgp-judge.js";

const alice = makeKey();
const subkey = makeKey("p256");
const certificate = concatBytes(primaryPackets(alice, { flags: flags.certify }), subkeyPackets(alice, subkey));
const signature = signaturePacket(makeSignature(subkey, { type: 0, data: object.bytes }));
const armor = armored("SIGNATURE", signature);
const keyBlock = armored("PUBLIC KEY BLOCK", certificate);
const nowMs = now * 1000;
const known = openpgp({ keys: certificate });

describe("accepting what a signing tool gave back", () => {
  const forms: readonly (readonly [string, string | Uint8Array])[] = [
    ["ASCII armor", armor],
    [
      "armor with CRLF, blank lines and the tool's own words",
      `\r\ngpg: using "Alice" as default\r\n\r\n${armor.replaceAll("\n", "\r\n")}\r\n$ `,
    ],
    ["base64 on one line", encodeBase64(signature)],
    ["base64 in lines", `${encodeBase64(signature).replace(/(.{64})/g, "$1\r\n")}\r\n`],
    ["padded base64", Buffer.from(signature).toString("base64")],
    ["a binary file", signature],
    ["a binary file in a Node buffer", Buffer.from(signature)],
    ["the bytes of an armored file", utf8(armor)],
    ["a text file as PowerShell writes it", new Uint8Array(Buffer.from(`\ufeff${armor}`, "utf16le"))],
    ["a text file with a byte order mark", utf8(`\ufeff${armor}`)],
  ];
  for (const [name, output] of forms) {
    it(`reads ${name}`, async () => {
      const accepted = await known.accept({ object, output, now: nowMs });
      expect(accepted).toMatchObject({
        keyId: `custom:org.openpgp.signature:${alice.fingerprint}`,
        value: encodeBase64(signature),
        verdict: { status: "valid", code: "valid", signer: { signingKey: subkey.fingerprint } },
      });
    });
  }

  it("takes a public key that came along, for this verification alone", async () => {
    const algorithm = openpgp();
    for (const output of [armor + keyBlock, `${keyBlock}\n${armor}`, concatBytes(signature, certificate)]) {
      const accepted = await algorithm.accept({ object, output, now: nowMs });
      expect(accepted.verdict.code).toBe("valid");
      const input = { object, key: alice.fingerprint, value: accepted.value, now: nowMs };
      expect((await algorithm.verify(input)).code).toBe("no-key");
    }
  });

  it("finds the public key through the resolver", async () => {
    const direct = makeKey();
    const asked: string[] = [];
    const algorithm = openpgp({
      resolver: async ({ fingerprint }) => {
        asked.push(fingerprint);
        return primaryPackets(direct);
      },
    });
    const output = armored("SIGNATURE", signaturePacket(makeSignature(direct, { type: 0, data: object.bytes })));
    expect((await algorithm.accept({ object, output, now: nowMs })).verdict.code).toBe("valid");
    expect(asked).toEqual([direct.fingerprint]);
  });

  it("publishes the one packet that is valid, of several", async () => {
    const bob = makeKey();
    const others = [
      makeSignature(bob, { type: 0, data: object.bytes }),
      makeSignature(subkey, { type: 0, data: utf8("another object") }),
    ].map(signaturePacket);
    const output = concatBytes(...others, signature, ...others);
    const accepted = await known.accept({ object, output, now: nowMs });
    expect(accepted.value).toBe(encodeBase64(signature));
  });

  it("asks for the public key where nobody has it", async () => {
    await expect(openpgp().accept({ object, output: armor, now: nowMs })).rejects.toMatchObject({
      code: "ERR_ACCEPT_NO_KEY",
    });
    const anonymous = signaturePacket(makeSignature(subkey, { type: 0, data: object.bytes, anonymous: true }));
    const nameless = openpgp().accept({ object, output: anonymous, now: nowMs });
    await expect(nameless).rejects.toMatchObject({ code: "ERR_ACCEPT_NO_KEY" });
  });

  it("refuses a signature that is not valid, with the verdict", async () => {
    const wrongObject = masterKey("@mallory:example.org");
    const refusal = await known
      .accept({ object: wrongObject, output: armor, now: nowMs })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AcceptError);
    expect(refusal).toMatchObject({
      code: "ERR_ACCEPT_NOT_VALID",
      message: expect.stringContaining("bad-signature"),
      verdict: { status: "invalid", code: "bad-signature" },
    });
    const revoked = openpgp({ keys: [certificate, signaturePacket(revocation(alice, { reason: 1 }))] });
    const softly = revoked.accept({ object, output: armor, now: nowMs });
    await expect(softly).rejects.toMatchObject({ verdict: { status: "indeterminate", code: "key-revoked-softly" } });
    const weak = makeSignature(subkey, { type: 0, data: object.bytes, hash: hash.sha1 });
    const byWeak = known.accept({ object, output: signaturePacket(weak), now: nowMs });
    await expect(byWeak).rejects.toMatchObject({ verdict: { code: "weak-algorithm" } });
  });

  it("says what it got where that is no detached signature", async () => {
    const literal = packet(11, concatBytes(utf8("b"), new Uint8Array(5), object.bytes));
    const cases: readonly (readonly [string | Uint8Array, string])[] = [
      [`-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n{}\n${armor}`, "cleartext"],
      [armored("MESSAGE", literal), "message signed inside"],
      [concatBytes(literal, signature), "message signed inside"],
      [keyBlock, "none"],
      [certificate, "none"],
      ["", "none"],
      ["gpg: signing failed: No secret key", "something else"],
      [Uint8Array.of(0xff, 0x00), "something else"],
      ["x".repeat(3_000_000), "far more"],
    ];
    for (const [output, got] of cases) {
      const refusal = known.accept({ object, output, now: nowMs });
      await expect(refusal).rejects.toMatchObject({
        code: "ERR_ACCEPT_MALFORMED",
        message: expect.stringContaining(got),
      });
    }
  });

  it("refuses a private key and never repeats it", async () => {
    const secret = packet(5, concatBytes(alice.body, Uint8Array.of(0), utf8("very secret number")));
    const outputs = [
      armor + armored("PRIVATE KEY BLOCK", secret),
      concatBytes(signature, secret),
      encodeBase64(secret),
      armor + armored("PUBLIC KEY BLOCK", secret),
    ];
    for (const output of outputs) {
      const refusal: unknown = await known.accept({ object, output, now: nowMs }).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ code: "ERR_ACCEPT_MALFORMED" });
      expect(String(refusal)).not.toContain("secret number");
    }
    await expect(known.accept({ object, output: outputs[0] ?? "", now: nowMs })).rejects.toThrow("private key");
  });

  it("ends on abort", async () => {
    const input = { object, output: armor, now: nowMs, signal: AbortSignal.abort() };
    await expect(known.accept(input)).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});
