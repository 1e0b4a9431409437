import { deflateRawSync } from "node:zlib";
import { createCleartextMessage, createMessage, generateKey, sign } from "openpgp";
import { describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  makeKey,
  makeSignature,
  makeValue,
  packet,
  primaryPackets,
  says,
  signaturePacket,
  userIdData,
} from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const keys = primaryPackets(alice);
const wrongType = { status: "invalid", code: "wrong-signature-type" };

describe("something else that Alice signed", () => {
  it("as a cleartext or an inline message is no detached signature", async () => {
    const { privateKey } = await generateKey({ userIDs: [{ name: "Alice" }], format: "object" });
    const key = privateKey.getFingerprint().toUpperCase();
    const text = new TextDecoder().decode(object.bytes);
    const cleartext = await sign({ message: await createCleartextMessage({ text }), signingKeys: privateKey });
    const inline = await sign({ message: await createMessage({ text }), signingKeys: privateKey });
    const binary = await sign({ message: await createMessage({ text }), signingKeys: privateKey, format: "binary" });
    for (const value of [cleartext, inline, encodeBase64(binary as Uint8Array)]) {
      const verdict = await judge(String(value), { keys: privateKey.toPublic().write() as Uint8Array, key });
      expect(verdict).toMatchObject(wrongType);
    }
  });

  it("as a message beside a detached signature spoils it", async () => {
    const signature = signaturePacket(makeSignature(alice, { type: 0, data: object.bytes }));
    const literal = packet(11, concatBytes(utf8("b"), Uint8Array.of(0, 0, 0, 0, 0), object.bytes));
    for (const bytes of [concatBytes(signature, literal), concatBytes(literal, signature)]) {
      expect(await judge(encodeBase64(bytes), { keys, key: alice })).toMatchObject(wrongType);
    }
  });

  it("in a compressed packet is never decompressed, whatever the form of its length", async () => {
    const bomb = deflateRawSync(new Uint8Array(40 * 1024 * 1024));
    const body = concatBytes(Uint8Array.of(1), bomb);
    const indeterminate = concatBytes(Uint8Array.of(0xa3), body);
    const partial = concatBytes(Uint8Array.of(0xc8, 0xef), body.subarray(0, 32768));
    for (const bytes of [packet(8, body), indeterminate, partial]) {
      const started = performance.now();
      expect(await judge(encodeBase64(bytes), { keys, key: alice })).toMatchObject(wrongType);
      expect(performance.now() - started).toBeLessThan(1000);
    }
    const signature = signaturePacket(makeSignature(alice, { type: 0, data: object.bytes }));
    const compressed = packet(8, concatBytes(Uint8Array.of(1), deflateRawSync(signature)));
    expect(await judge(encodeBase64(compressed), { keys, key: alice })).toMatchObject(wrongType);
  });

  it("as a certification, a binding or a revocation is no signature on a document", async () => {
    for (const type of [0x02, 0x10, 0x11, 0x12, 0x13, 0x18, 0x19, 0x1f, 0x20, 0x28, 0x30, 0x40, 0x50]) {
      const value = makeValue(alice, object, { type });
      expect(await judge(value, { keys, key: alice })).toMatchObject(wrongType);
    }
  });

  it("as a certification of a user ID with the object's text does not pass for a signature on it", async () => {
    const data = userIdData(alice, object.bytes);
    const body = makeSignature(alice, { type: 0x10, data });
    const relabelled = concatBytes(body.subarray(0, 1), Uint8Array.of(0x00), body.subarray(2));
    const verdict = await judge(encodeBase64(signaturePacket(relabelled)), { keys, key: alice });
    expect(verdict).toMatchObject({ status: "invalid", code: "bad-signature" });
  });

  it("in text mode does not pass for binary mode, nor the other way round", async () => {
    for (const [made, claimed] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const body = makeSignature(alice, { type: made, data: object.bytes });
      const relabelled = concatBytes(body.subarray(0, 1), Uint8Array.of(claimed), body.subarray(2));
      const verdict = await judge(encodeBase64(signaturePacket(relabelled)), { keys, key: alice });
      expect(verdict.code).toBe("bad-signature");
    }
  });
});

describe("something critical that is not understood", () => {
  it("in the signature refuses it, unless it stands where nobody signed", async () => {
    const unknown = { type: 99, body: utf8("?"), critical: true };
    for (const hashed of [
      [unknown],
      [says.notation("rule@example.org", true)],
      [{ type: 35, body: utf8("x"), critical: true }],
    ]) {
      const verdict = await judge(makeValue(alice, object, { hashed }), { keys, key: alice });
      expect(verdict).toMatchObject({ status: "invalid", code: "unknown-critical" });
    }
    const unhashed = makeValue(alice, object, { unhashed: [unknown] });
    expect((await judge(unhashed, { keys, key: alice })).code).toBe("valid");
    const lenient = makeValue(alice, object, {
      hashed: [{ ...unknown, critical: false }, says.notation("a@b.c", false)],
    });
    expect((await judge(lenient, { keys, key: alice })).code).toBe("valid");
  });

  it("in the self-signature refuses the certificate", async () => {
    const strange = primaryPackets(alice, { hashed: [says.notation("rule@example.org", true)] });
    const verdict = await judge(makeValue(alice, object), { keys: strange, key: alice });
    expect(verdict).toMatchObject({ status: "invalid", code: "unknown-critical" });
  });
});

it("what stands in the unsigned part decides nothing", async () => {
  const unhashed = [says.created(0), says.expiresAfter(1), says.flags(0), says.embedded(utf8("nonsense"))];
  const verdict = await judge(makeValue(alice, object, { unhashed }), { keys, key: alice });
  expect(verdict).toMatchObject({ code: "valid" });
  expect(verdict).not.toHaveProperty("expiresAt");
});
