import { createHash, createPublicKey } from "node:crypto";
import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import { readSignableEvent } from "../../src/model/signable.js";
import {
  armored,
  daySeconds,
  flags,
  hash,
  type KeyKind,
  keyCreated,
  makeKey,
  makeSignature,
  makeValue,
  masterKey,
  now,
  packet,
  primaryPackets,
  says,
  signaturePacket,
  signed,
  subkeyPackets,
} from "../support/openpgp.js";
import { asKeyId, judge, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const certificate = primaryPackets(alice);
const value = makeValue(alice, object);

function keyHash(key: { publicKey: import("node:crypto").KeyObject }): string {
  const info = createPublicKey(key.publicKey.export({ type: "spki", format: "pem" })).export({
    type: "spki",
    format: "der",
  });
  return createHash("sha256").update(info).digest("hex");
}

describe("a signature by the primary key", () => {
  it("is valid, and says who made it, when, and for how long it is valid", async () => {
    const verdict = await judge(value, { keys: certificate, key: alice });
    expect(verdict).toEqual({
      status: "valid",
      code: "valid",
      signer: { fingerprint: alice.fingerprint, keyHash: keyHash(alice), names: ["Alice <alice@example.org>"] },
      createdAt: signed * 1000,
      validFrom: signed * 1000,
      valueHash: createHash("sha256").update(Buffer.from(value, "base64")).digest("hex"),
    });
  });

  const kinds: KeyKind[] = ["ed25519", "eddsa-legacy", "ed448", "p256", "p384", "p521", "rsa2048"];
  for (const kind of kinds) {
    for (const version of [4, 6] as const) {
      if (kind === "eddsa-legacy" && version === 6) continue;
      it(`is valid by ${kind} in a version ${version} key, under the same key hash as in X.509`, async () => {
        const key = makeKey(kind, { version });
        const verdict = await judge(makeValue(key, object), { keys: primaryPackets(key), key });
        expect(verdict).toMatchObject({
          status: "valid",
          signer: { fingerprint: key.fingerprint, keyHash: keyHash(key) },
        });
        const other = makeValue(key, masterKey("@mallory:example.org"));
        expect(await judge(other, { keys: primaryPackets(key), key })).toMatchObject({ code: "bad-signature" });
      });
    }
  }

  for (const digest of [hash.sha224, hash.sha256, hash.sha384, hash.sha512, hash.sha3_256]) {
    it(`is valid with the digest ${digest}`, async () => {
      const key = makeKey("rsa2048");
      const verdict = await judge(makeValue(key, object, { hash: digest }), { keys: primaryPackets(key), key });
      expect(verdict.code).toBe("valid");
    });
  }

  it("is valid in text mode, line ends in the canonical form", async () => {
    const event = readSignableEvent({ type: "m.note\nline", sender: "@alice:example.org", content: { a: "b" } });
    const canonical = utf8(new TextDecoder().decode(event.bytes).replaceAll("\n", "\r\n"));
    const text = makeValue(alice, event, { type: 1, data: canonical });
    const algorithm = openpgp({ keys: certificate });
    const input = { object: event, key: alice.fingerprint, value: text, now: now * 1000 };
    expect((await algorithm.verify(input)).code).toBe("valid");
    const binary = makeValue(alice, event, { type: 0, data: canonical });
    expect((await algorithm.verify({ ...input, value: binary })).code).toBe("bad-signature");
  });

  it("is read from ASCII armor, with CRLF and with headers", async () => {
    const bytes = signaturePacket(makeSignature(alice, { type: 0, data: object.bytes }));
    const text = armored("SIGNATURE", bytes);
    const crlf = text.replaceAll("\n", "\r\n").replace("\r\n\r\n", "\r\nComment: made by hand\r\n\r\n");
    for (const armor of [text, crlf, `\n\n${text}\n\n`]) {
      expect((await judge(armor, { keys: certificate, key: alice })).code).toBe("valid");
    }
    const plain = await judge(encodeBase64(bytes), { keys: certificate, key: alice });
    expect((await judge(crlf, { keys: certificate, key: alice })).valueHash).toBe(plain.valueHash);
  });

  it("is valid without a word about the issuer in the signed part, or without any", async () => {
    for (const unhashed of [[says.issuerKeyId(alice)], [says.issuer(alice)], []]) {
      const anonymous = makeValue(alice, object, { anonymous: true, unhashed });
      expect((await judge(anonymous, { keys: certificate, key: alice })).code).toBe("valid");
    }
  });

  it("is valid under a certificate without user IDs whose direct signature says how to use it", async () => {
    const key = makeKey();
    const direct = makeSignature(key, {
      type: 0x1f,
      data: concatBytes(Uint8Array.of(0x99, 0, key.body.length), key.body),
      created: keyCreated,
      hashed: [says.flags(flags.sign)],
    });
    const bare = primaryPackets(key, { userIds: [], direct: [direct] });
    expect(await judge(makeValue(key, object), { keys: bare, key })).toMatchObject({
      code: "valid",
      signer: { names: [] },
    });
  });
});

describe("a signature by a subkey", () => {
  const subkey = makeKey("p256");
  const withSubkey = concatBytes(primaryPackets(alice, { flags: flags.certify }), subkeyPackets(alice, subkey));

  it("is valid, named by the primary key, hashed by the subkey", async () => {
    const verdict = await judge(makeValue(subkey, object), { keys: withSubkey, key: alice });
    expect(verdict).toMatchObject({
      code: "valid",
      signer: {
        fingerprint: alice.fingerprint,
        signingKey: subkey.fingerprint,
        keyHash: keyHash(subkey),
        primaryKeyHash: keyHash(alice),
      },
    });
  });

  it("is found by a key ID of eight octets, and by none", async () => {
    for (const unhashed of [[says.issuerKeyId(subkey)], []]) {
      const anonymous = makeValue(subkey, object, { anonymous: true, unhashed });
      expect((await judge(anonymous, { keys: withSubkey, key: alice })).code).toBe("valid");
    }
  });

  it("is refused where the primary key may only certify and made it itself", async () => {
    const verdict = await judge(value, { keys: withSubkey, key: alice });
    expect(verdict).toMatchObject({ status: "invalid", code: "key-not-for-signing" });
  });

  it("is refused under the subkey's own fingerprint", async () => {
    const verdict = await judge(makeValue(subkey, object), { keys: withSubkey, key: subkey });
    expect(verdict).toMatchObject({ status: "indeterminate", code: "no-key" });
  });

  it("is refused where the subkey is for encryption", async () => {
    const encrypting = concatBytes(primaryPackets(alice), subkeyPackets(alice, subkey, { flags: flags.encrypt }));
    const verdict = await judge(makeValue(subkey, object), { keys: encrypting, key: alice });
    expect(verdict).toMatchObject({ status: "invalid", code: "key-not-for-signing" });
  });

  it("stays valid beside subkeys of unknown and of refused kinds", async () => {
    const unknown = packet(14, concatBytes(Uint8Array.of(4, 0, 0, 0, 0, 99), utf8("post-quantum")));
    const crowd = concatBytes(
      primaryPackets(alice),
      unknown,
      subkeyPackets(alice, makeKey("dsa")),
      subkeyPackets(alice, subkey),
    );
    expect((await judge(makeValue(subkey, object), { keys: crowd, key: alice })).code).toBe("valid");
  });
});

describe("a key ID", () => {
  it("is the fingerprint of the primary key, in lower case too", async () => {
    const lower = await judge(value, { keys: certificate, key: alice.fingerprint.toLowerCase() });
    expect(lower).toMatchObject({ code: "valid", signer: { fingerprint: alice.fingerprint } });
  });

  it("may hold the whole certificate, which alone leaves the key unconfirmed", async () => {
    const alone = await judge(value, { key: asKeyId(certificate) });
    expect(alone).toMatchObject({
      status: "valid",
      code: "key-unconfirmed",
      signer: { fingerprint: alice.fingerprint },
    });
    const known = await judge(value, { key: asKeyId(certificate), keys: certificate });
    expect(known).toMatchObject({ status: "valid", code: "valid" });
    expect(known).not.toHaveProperty("keyUnconfirmed");
  });

  it("that alone holds the certificate leaves the key unconfirmed when the signature has ended, too", async () => {
    const expiring = makeValue(alice, object, { hashed: [says.expiresAfter(daySeconds)] });
    const atSeconds = signed + 2 * daySeconds;
    const alone = await judge(expiring, { key: asKeyId(certificate), atSeconds });
    expect(alone).toMatchObject({ code: "expired", keyUnconfirmed: true });
    const known = await judge(expiring, { key: asKeyId(certificate), keys: certificate, atSeconds });
    expect(known.code).toBe("expired");
    expect(known).not.toHaveProperty("keyUnconfirmed");
  });

  it("is malformed as anything else", async () => {
    const two = concatBytes(certificate, primaryPackets(makeKey()));
    const loose = signaturePacket(makeSignature(alice, { type: 0x20, data: new Uint8Array() }));
    for (const key of ["ABCD", "", "A".repeat(16), `0x${alice.fingerprint}`, asKeyId(two), asKeyId(loose), "!!!"]) {
      expect(await judge(value, { keys: certificate, key })).toMatchObject({ status: "invalid", code: "malformed" });
    }
    const algorithm = openpgp({ keys: certificate });
    expect(await algorithm.verify({ object, value, now: now * 1000 })).toMatchObject({ code: "malformed" });
  });

  it("that nobody knows leaves the signature undecided", async () => {
    expect(await judge(value, { key: alice })).toMatchObject({ status: "indeterminate", code: "no-key" });
  });
});

describe("a value", () => {
  it("of several packets needs one that is valid by the named certificate", async () => {
    const bob = makeKey();
    const packets = [
      makeSignature(bob, { type: 0, data: object.bytes }),
      makeSignature(alice, { type: 0, data: utf8("else") }),
      makeSignature(alice, { type: 0x10, data: object.bytes }),
      makeSignature(alice, { type: 0, data: object.bytes }),
    ].map(signaturePacket);
    const all = encodeBase64(concatBytes(...packets));
    expect((await judge(all, { keys: certificate, key: alice })).code).toBe("valid");
    const others = encodeBase64(concatBytes(...packets.slice(0, 3)));
    expect((await judge(others, { keys: certificate, key: alice })).code).toBe("bad-signature");
  });

  it("of several that have ended tells the one that lasted longest, whatever their order", async () => {
    const lasting = (days: number): Uint8Array => {
      const hashed = [says.expiresAfter(days * daySeconds)];
      return signaturePacket(makeSignature(alice, { type: 0, data: object.bytes, hashed }));
    };
    for (const packets of [
      [lasting(2), lasting(9), lasting(5)],
      [lasting(9), lasting(2)],
    ]) {
      const verdict = await judge(encodeBase64(concatBytes(...packets)), {
        keys: certificate,
        key: alice,
        atSeconds: signed + 10 * daySeconds,
      });
      expect(verdict).toMatchObject({ code: "expired", validUntil: (signed + 9 * daySeconds) * 1000 });
    }
  });

  it("skips packets that are to be ignored anywhere", async () => {
    const body = makeSignature(alice, { type: 0, data: object.bytes });
    const noise = [packet(10, utf8("PGP")), packet(21, new Uint8Array(9)), packet(60, utf8("private"))];
    const mixed = encodeBase64(concatBytes(...noise, signaturePacket(body), ...noise));
    expect((await judge(mixed, { keys: certificate, key: alice })).code).toBe("valid");
  });

  it("is malformed as an object, as nothing, and as text that is no base64", async () => {
    const algorithm = openpgp({ keys: certificate });
    for (const bad of [{}, { signature: value }, "", "====", "a b", `${value}=`, "AAAA", `${value.slice(0, -3)}`]) {
      const verdict = await algorithm.verify({ object, key: alice.fingerprint, value: bad, now: now * 1000 });
      expect(verdict).toMatchObject({ status: "invalid", code: "malformed" });
    }
  });

  it("with armor has nothing around it", async () => {
    const bytes = signaturePacket(makeSignature(alice, { type: 0, data: object.bytes }));
    const armor = armored("SIGNATURE", bytes);
    for (const text of [`Hello\n${armor}`, `${armor}Bye`, armored("PUBLIC KEY BLOCK", certificate)]) {
      expect((await judge(text, { keys: certificate, key: alice })).code).toBe("malformed");
    }
  });

  it("of version 3 is malformed, of version 5 unsupported", async () => {
    const body = makeSignature(alice, { type: 0, data: object.bytes });
    const withVersion = (version: number): string =>
      encodeBase64(signaturePacket(concatBytes(Uint8Array.of(version), body.subarray(1))));
    expect((await judge(withVersion(3), { keys: certificate, key: alice })).code).toBe("malformed");
    const five = await judge(withVersion(5), { keys: certificate, key: alice });
    expect(five).toMatchObject({ status: "unsupported", code: "unsupported-key" });
  });
});

describe("names of the signer", () => {
  it("are the user IDs that stand now, the primary one first, at most sixteen", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `User ${index}`);
    const crowd = await judge(value, { keys: primaryPackets(alice, { userIds: names }), key: alice });
    expect(crowd.signer?.names).toHaveLength(16);
    const strange = ["__proto__", "\u202Eevil", "x".repeat(600)];
    const verdict = await judge(value, { keys: primaryPackets(alice, { userIds: strange }), key: alice });
    expect(verdict.signer?.names).toEqual(["__proto__", "\ufffdevil"]);
  });

  it("leave out user IDs that nobody signed", async () => {
    const unsigned = concatBytes(certificate, packet(13, utf8("Mallory")));
    const verdict = await judge(value, { keys: unsigned, key: alice });
    expect(verdict.signer?.names).toEqual(["Alice <alice@example.org>"]);
  });
});

describe("the library", () => {
  it("leaves openpgp's own configuration as it was", async () => {
    const library = await import("openpgp");
    const before = JSON.stringify(
      Object.entries(library.config).map(([name, entry]) => [name, entry instanceof Set ? [...entry] : entry]),
    );
    await judge(value, { keys: certificate, key: alice });
    const after = JSON.stringify(
      Object.entries(library.config).map(([name, entry]) => [name, entry instanceof Set ? [...entry] : entry]),
    );
    expect(after).toBe(before);
  });

  it("that is missing leaves the signature undecided, and is tried again", async () => {
    let isThere = false;
    const load = async (): Promise<unknown> => {
      if (!isThere) throw new Error("no such module");
      return import("openpgp");
    };
    const algorithm = openpgp({ keys: certificate, load });
    const input = { object, key: alice.fingerprint, value, now: now * 1000 };
    expect(await algorithm.verify(input)).toMatchObject({ status: "indeterminate", code: "verifier-failed" });
    isThere = true;
    expect((await algorithm.verify(input)).code).toBe("valid");
  });

  it("that is something else leaves the signature undecided", async () => {
    const verdict = await judge(value, { keys: certificate, key: alice, algorithm: { load: async () => ({}) } });
    expect(verdict.code).toBe("verifier-failed");
  });

  it("is not loaded for what can be refused without it", async () => {
    const load = (): Promise<unknown> => Promise.reject(new Error("loaded"));
    for (const bad of ["", "AAAA"]) {
      expect((await judge(bad, { keys: certificate, key: alice, algorithm: { load } })).code).toBe("malformed");
    }
    expect((await judge(value, { key: alice, algorithm: { load } })).code).toBe("no-key");
  });
});

describe("an abort", () => {
  it("ends a verification with its own error", async () => {
    const algorithm = openpgp({ keys: certificate });
    const input = { object, key: alice.fingerprint, value, now: now * 1000, signal: AbortSignal.abort() };
    await expect(algorithm.verify(input)).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});
