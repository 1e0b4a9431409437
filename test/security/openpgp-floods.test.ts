import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  armored,
  keyCreated,
  makeKey,
  makeSignature,
  makeValue,
  now,
  packet,
  primaryPackets,
  says,
  signaturePacket,
  subkeyPackets,
  userIdData,
  userIdPackets,
} from "../support/openpgp.js";
import { asKeyId, judge, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const certificate = primaryPackets(alice);
const value = makeValue(alice, object);
const userId = utf8("Alice <alice@example.org>");
const tooLarge = { status: "invalid", code: "too-large" };

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const started = performance.now();
  return { result: await work(), ms: performance.now() - started };
}

describe("a value that is far too large", () => {
  it("of ten megabytes is answered at once", async () => {
    const armor = `-----BEGIN PGP SIGNATURE-----\n\n${`${"A".repeat(64)}\n`.repeat(160_000)}-----END PGP SIGNATURE-----\n`;
    for (const bad of ["A".repeat(10_000_000), armor, "\n".repeat(10_000_000), "-----BEGIN PGP ".repeat(700_000)]) {
      const { result, ms } = await timed(() => judge(bad, { keys: certificate, key: alice }));
      expect(result).toMatchObject(tooLarge);
      expect(ms).toBeLessThan(1000);
    }
  });

  it("of more blocks, packets or signatures than are read is refused", async () => {
    const body = makeSignature(alice, { type: 0, data: object.bytes });
    const blocks = armored("SIGNATURE", signaturePacket(body)).repeat(40);
    const signatures = encodeBase64(concatBytes(...Array.from({ length: 17 }, () => signaturePacket(body))));
    const packets = encodeBase64(concatBytes(...Array.from({ length: 2000 }, () => packet(10, utf8("PGP")))));
    for (const flood of [blocks, signatures, packets]) {
      expect(await judge(flood, { keys: certificate, key: alice })).toMatchObject(tooLarge);
    }
  });

  it("nested a thousand times is refused in bounded time", async () => {
    let inner: Uint8Array = makeSignature(alice, { type: 0, data: object.bytes });
    for (let depth = 0; depth < 400; depth++) {
      inner = makeSignature(alice, { type: 0, data: object.bytes, unhashed: [says.embedded(inner)] });
      if (inner.length > 8000) break;
    }
    const hashed = [says.embedded(inner)];
    const { result, ms } = await timed(() =>
      judge(makeValue(alice, object, { hashed }), { keys: certificate, key: alice }),
    );
    expect(["valid", "bad-signature"]).toContain(result.code);
    expect(ms).toBeLessThan(1000);
  });

  it("in the key ID is refused at once", async () => {
    for (const key of ["A".repeat(10_000_000), "0".repeat(10_000_000)]) {
      const { result, ms } = await timed(() => judge(value, { keys: certificate, key }));
      expect(result).toMatchObject(tooLarge);
      expect(ms).toBeLessThan(1000);
    }
  });
});

describe("a flooded certificate", () => {
  it("stays usable under ten thousand certifications by others", async () => {
    const bob = makeKey();
    const foreign = signaturePacket(makeSignature(bob, { type: 0x10, data: userIdData(alice, userId) }));
    const flood = concatBytes(certificate, ...Array.from({ length: 10_000 }, () => foreign));
    const { result, ms } = await timed(() => judge(value, { keys: flood, key: alice }));
    expect(result.code).toBe("valid");
    expect(ms).toBeLessThan(5000);
  });

  it("is refused past the bound on signatures in its own name, and spoils no other copy in the keyring", async () => {
    const own = makeSignature(alice, { type: 0x13, data: userIdData(alice, userId), created: keyCreated });
    const copies = Array.from({ length: 600 }, (_, index) => {
      const copy = own.slice();
      new DataView(copy.buffer).setUint16(copy.length - 8, index);
      return signaturePacket(copy);
    });
    const flood = concatBytes(certificate, ...copies);
    expect(await judge(value, { key: asKeyId(flood) })).toMatchObject(tooLarge);
    const algorithm = openpgp({ keys: certificate });
    expect(await algorithm.importKeys(flood)).toMatchObject([{ status: "refused" }]);
    const input = { object, key: alice.fingerprint, value, now: now * 1000 };
    expect((await algorithm.verify(input)).code).toBe("valid");
    const resolver = { resolver: async () => flood };
    expect(await judge(value, { key: alice, algorithm: resolver })).toMatchObject({ code: "resolver-failed" });
  });

  it("with thousands of user IDs and subkeys that nobody signed stays usable", async () => {
    const unsigned = Array.from({ length: 5000 }, (_, index) => packet(13, utf8(`User ${index}`)));
    const subkey = packet(14, makeKey().body);
    const flood = concatBytes(certificate, ...unsigned, ...Array.from({ length: 2000 }, () => subkey));
    const { result, ms } = await timed(() => judge(value, { key: asKeyId(flood) }));
    expect(result.code).toBe("key-unconfirmed");
    expect(ms).toBeLessThan(5000);
  });

  it("with more signed user IDs or subkeys than are read is refused", async () => {
    const names = Array.from({ length: 140 }, (_, index) => userIdPackets(alice, `User ${index}`, {}));
    expect(await judge(value, { key: asKeyId(concatBytes(certificate, ...names)) })).toMatchObject(tooLarge);
    const subkeys = Array.from({ length: 70 }, () => subkeyPackets(alice, makeKey()));
    expect(await judge(value, { key: asKeyId(concatBytes(certificate, ...subkeys)) })).toMatchObject(tooLarge);
  });

  it("of tiny packets is refused before it is built up", async () => {
    const flood = encodeBase64(
      concatBytes(
        certificate,
        new Uint8Array(900_000).fill(0).map((_, i) => (i % 2 ? 0 : 0xcd)),
      ),
    );
    const { result, ms } = await timed(() => judge(value, { key: flood }));
    expect(result).toMatchObject(tooLarge);
    expect(ms).toBeLessThan(1000);
  });

  it("whose curve is slow to compute is bounded further", async () => {
    const key = makeKey("ed448");
    const names = Array.from({ length: 120 }, (_, index) => userIdPackets(key, `User ${index}`, {}));
    const flood = concatBytes(primaryPackets(key), ...names);
    const { result, ms } = await timed(() => judge(makeValue(key, object), { key: asKeyId(flood) }));
    expect(result).toMatchObject(tooLarge);
    expect(ms).toBeLessThan(1000);
  });
});

it("a thousand signatures by one key are judged without judging the key again", async () => {
  const algorithm = openpgp({ keys: certificate });
  const input = { object, key: alice.fingerprint, value, now: now * 1000 };
  await algorithm.verify(input);
  const { result, ms } = await timed(async () => {
    let valid = 0;
    for (let index = 0; index < 1000; index++) if ((await algorithm.verify(input)).status === "valid") valid++;
    return valid;
  });
  expect(result).toBe(1000);
  expect(ms).toBeLessThan(5000);
});
