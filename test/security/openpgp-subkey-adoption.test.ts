import { describe, expect, it } from "vitest";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  backSignature,
  daySeconds,
  flags,
  keyCreated,
  makeKey,
  makeSignature,
  makeValue,
  now,
  packet,
  primaryPackets,
  revocation,
  says,
  signaturePacket,
  subkeyPackets,
} from "../support/openpgp.js";
import { asKeyId, judge, object } from "../support/openpgp-judge.js";

/** Mallory binds Alice's subkey to her own certificate, to pass Alice's signatures off as hers. */
describe("a stranger's subkey", () => {
  const alice = makeKey();
  const subkey = makeKey();
  const mallory = makeKey();
  const byAlice = makeValue(subkey, object);
  const refused = { status: "invalid", code: "key-not-for-signing" };
  const adopted = (back: Uint8Array | null): Uint8Array =>
    concatBytes(primaryPackets(mallory), subkeyPackets(mallory, subkey, { backSignature: back }));

  it("is refused without a back-signature", async () => {
    expect(await judge(byAlice, { keys: adopted(null), key: mallory })).toMatchObject(refused);
    expect(await judge(byAlice, { key: asKeyId(adopted(null)) })).toMatchObject(refused);
  });

  it("is refused with the back-signature that it made for Alice", async () => {
    expect(await judge(byAlice, { keys: adopted(backSignature(alice, subkey)), key: mallory })).toMatchObject(refused);
  });

  it("is refused with a back-signature by Mallory herself, of another type, or not understood", async () => {
    const byMallory = makeSignature(mallory, { type: 0x19, data: new Uint8Array() });
    const asDocument = backSignature(mallory, subkey, { type: 0x00 });
    for (const back of [byMallory, asDocument]) {
      expect(await judge(byAlice, { keys: adopted(back), key: mallory })).toMatchObject(refused);
    }
    const critical = backSignature(mallory, subkey, { hashed: [says.notation("x@example.org", true)] });
    expect((await judge(byAlice, { keys: adopted(critical), key: mallory })).code).toBe("unknown-critical");
  });

  it("is refused with a back-signature from before the subkey or from the future", async () => {
    for (const created of [1, keyCreated - 1, now + 400 * daySeconds]) {
      const back = backSignature(mallory, subkey, { created });
      expect(await judge(byAlice, { keys: adopted(back), key: mallory }), `${created}`).toMatchObject(refused);
    }
    const soon = backSignature(mallory, subkey, { created: now + 200 });
    expect((await judge(byAlice, { keys: adopted(soon), key: mallory })).code).toBe("valid");
    const future = backSignature(mallory, subkey, { created: now + daySeconds });
    const then = await judge(byAlice, { keys: adopted(future), key: mallory, atSeconds: now + 2 * daySeconds });
    expect(then.code).toBe("valid");
  });

  it("of another version than the certificate is refused", async () => {
    for (const version of [4, 6] as const) {
      const primary = makeKey("ed25519", { version });
      const other = makeKey("ed25519", { version: version === 4 ? 6 : 4 });
      const keys = concatBytes(primaryPackets(primary), subkeyPackets(primary, other));
      expect(await judge(makeValue(other, object), { keys, key: primary })).toMatchObject(refused);
    }
  });

  it("is refused once its back-signature has ended", async () => {
    const ended = backSignature(mallory, subkey, { hashed: [says.expiresAfter(daySeconds)] });
    expect((await judge(byAlice, { keys: adopted(ended), key: mallory })).code).toBe("key-expired");
  });
});

describe("copies of a binding", () => {
  const alice = makeKey();
  const subkey = makeKey();
  const value = makeValue(subkey, object);
  const whole = concatBytes(primaryPackets(alice), subkeyPackets(alice, subkey));

  it("from which a stranger took the back-signature, or put false ones, take none away", async () => {
    const binding = bindingOf(alice, subkey);
    const copies = [[], [says.embedded(utf8("nonsense"))], manyFalse(alice, subkey)].map((unhashed) =>
      concatBytes(primaryPackets(alice), packet(14, subkey.body), signaturePacket(binding(unhashed))),
    );
    const keys = concatBytes(
      primaryPackets(alice),
      packet(14, subkey.body),
      signaturePacket(binding([says.embedded(backSignature(alice, subkey))])),
    );
    for (const copy of copies) {
      expect((await judge(value, { keys: [keys, copy], key: alice })).code).toBe("valid");
      expect((await judge(value, { keys, key: asKeyId(copy) })).code).toBe("valid");
    }
  });

  it("filled with junk do not push the back-signature out, whichever copy came first", async () => {
    const binding = bindingOf(alice, subkey);
    const good = says.embedded(backSignature(alice, subkey));
    const around = (...unhashed: ReturnType<typeof says.embedded>[]): Uint8Array =>
      concatBytes(primaryPackets(alice), packet(14, subkey.body), signaturePacket(binding(unhashed)));
    const bytes = [1, 2, 3, 4].map((fill) => says.embedded(Uint8Array.of(4, fill)));
    // Of the right form, by the right issuer, over something else.
    const lookalikes = [1, 2, 3, 4].map((seconds) =>
      says.embedded(makeSignature(subkey, { type: 0x19, data: utf8("x"), created: keyCreated + seconds })),
    );
    for (const junk of [bytes, manyFalse(alice, subkey), lookalikes]) {
      const poisoned = around(...junk);
      expect((await judge(value, { keys: [poisoned, around(good)], key: alice })).code).toBe("valid");
      expect((await judge(value, { keys: [around(good), poisoned], key: alice })).code).toBe("valid");
      const algorithm = { resolver: async () => poisoned };
      expect((await judge(value, { key: asKeyId(around(good)), algorithm })).code).toBe("valid");
      if (junk !== lookalikes)
        expect((await judge(value, { keys: around(...junk, good), key: alice })).code).toBe("valid");
    }
  });

  it("that a stranger stripped of the revocation do not bring a subkey back", async () => {
    const revocations = [revocation(alice, { subkey })];
    const known = concatBytes(primaryPackets(alice), subkeyPackets(alice, subkey, { revocations }));
    expect((await judge(value, { keys: known, key: asKeyId(whole) })).code).toBe("key-revoked");
  });
});

it("a newer binding that takes the right to sign away is not rescued by an older one", async () => {
  const alice = makeKey();
  const subkey = makeKey();
  const older = concatBytes(primaryPackets(alice), subkeyPackets(alice, subkey));
  const newer = concatBytes(
    primaryPackets(alice),
    subkeyPackets(alice, subkey, { created: now - daySeconds, flags: flags.encrypt }),
  );
  const verdict = await judge(makeValue(subkey, object), { keys: [newer, older], key: alice });
  expect(verdict).toMatchObject({ status: "invalid", code: "key-not-for-signing" });
});

function bindingOf(alice: ReturnType<typeof makeKey>, subkey: ReturnType<typeof makeKey>) {
  // One signature with several unhashed areas, as anybody who passes it on can write them.
  const data = concatBytes(
    ...[alice, subkey].map(({ body }) => concatBytes(Uint8Array.of(0x99, 0, body.length), body)),
  );
  const signature = makeSignature(alice, { type: 0x18, data, created: keyCreated, hashed: [says.flags(flags.sign)] });
  const hashedLength = ((signature[4] ?? 0) << 8) | (signature[5] ?? 0);
  const head = signature.subarray(0, 6 + hashedLength);
  const tail = signature.subarray(6 + hashedLength + 2);
  return (unhashed: readonly { type: number; body: Uint8Array }[]): Uint8Array => {
    const area = concatBytes(
      ...unhashed.map(({ type, body }) => concatBytes(lengthOctets(body.length + 1), Uint8Array.of(type), body)),
    );
    return concatBytes(head, Uint8Array.of(area.length >> 8, area.length & 0xff), area, tail);
  };
}

function manyFalse(alice: ReturnType<typeof makeKey>, subkey: ReturnType<typeof makeKey>) {
  return Array.from({ length: 20 }, (_, index) =>
    says.embedded(backSignature(subkey, alice, { created: keyCreated + index })),
  );
}

function lengthOctets(length: number): Uint8Array {
  return length < 192 ? Uint8Array.of(length) : Uint8Array.of(((length - 192) >> 8) + 192, (length - 192) & 0xff);
}
