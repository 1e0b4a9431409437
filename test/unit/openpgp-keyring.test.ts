import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import {
  armored,
  daySeconds,
  makeKey,
  makeSignature,
  makeValue,
  now,
  packet,
  primaryPackets,
  revocation,
  signaturePacket,
} from "../support/openpgp.js";
import { judge, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const bob = makeKey("p256");
const [ofAlice, ofBob] = [primaryPackets(alice), primaryPackets(bob, { userIds: ["Bob"] })];
const byAlice = makeValue(alice, object);
const byBob = makeValue(bob, object);

/** A version 6 certificate of an algorithm that is not known here, as ML-DSA ones are. */
function postQuantum(): { packets: Uint8Array } {
  const body = concatBytes(Uint8Array.of(6, 0x66, 0, 0, 0, 30, 0, 0, 7, 0xa0), new Uint8Array(1952));
  const selfSignature = concatBytes(Uint8Array.of(6, 0x1f, 30, 10, 0, 0, 0, 0), new Uint8Array(3000));
  return { packets: concatBytes(packet(6, body), signaturePacket(selfSignature), packet(13, utf8("Quantum"))) };
}

async function codes(keys: string | Uint8Array | readonly (string | Uint8Array)[]): Promise<string[]> {
  const algorithm = openpgp({ keys });
  const judged = [
    algorithm.verify({ object, key: alice.fingerprint, value: byAlice, now: now * 1000 }),
    algorithm.verify({ object, key: bob.fingerprint, value: byBob, now: now * 1000 }),
  ];
  return (await Promise.all(judged)).map((verdict) => verdict.code);
}

describe("a keyring", () => {
  const armorOf = (bytes: Uint8Array): string => armored("PUBLIC KEY BLOCK", bytes);
  const forms: readonly (readonly [string, string | Uint8Array | readonly (string | Uint8Array)[]])[] = [
    ["binary", concatBytes(ofAlice, ofBob)],
    ["binary in a Node buffer", Buffer.from(concatBytes(ofAlice, ofBob))],
    ["one armored block", armorOf(concatBytes(ofAlice, ofBob))],
    ["armored blocks one after the other", armorOf(ofAlice) + armorOf(ofBob)],
    [
      "armored blocks with text around them and CRLF",
      `Keys:\n${armorOf(ofAlice)}and\n${armorOf(ofBob)}.`.replaceAll("\n", "\r\n"),
    ],
    ["the bytes of an armored file", utf8(armorOf(ofAlice) + armorOf(ofBob))],
    ["base64 in lines", encodeBase64(concatBytes(ofAlice, ofBob)).replace(/(.{60})/g, "$1\n")],
    ["several of those", [ofAlice, armorOf(ofBob)]],
  ];
  for (const [name, keys] of forms) {
    it(`is read from ${name}`, async () => {
      expect(await codes(keys)).toEqual(["valid", "valid"]);
    });
  }

  it("reads every certificate beside one of an unknown kind, in any order and form", async () => {
    const { packets } = postQuantum();
    for (const bytes of [concatBytes(packets, ofAlice, ofBob), concatBytes(ofAlice, packets, ofBob)]) {
      expect(await codes(bytes)).toEqual(["valid", "valid"]);
      expect(await codes(armorOf(bytes))).toEqual(["valid", "valid"]);
    }
  });

  it("says of every certificate what became of it", async () => {
    const algorithm = openpgp();
    const old = packet(6, concatBytes(Uint8Array.of(3), new Uint8Array(20)));
    const unknownCurve = packet(
      6,
      concatBytes(Uint8Array.of(4, 0, 0, 0, 1, 19, 2, 0x2a, 0x2b), Uint8Array.of(0, 8, 4)),
    );
    const reports = await algorithm.importKeys(concatBytes(ofAlice, postQuantum().packets, old, unknownCurve));
    expect(reports).toEqual([
      { fingerprint: alice.fingerprint, names: ["Alice <alice@example.org>"], status: "imported" },
      { fingerprint: expect.stringMatching(/^[0-9A-F]{64}$/), names: ["Quantum"], status: "unsupported" },
      { names: [], status: "unsupported" },
      { fingerprint: expect.stringMatching(/^[0-9A-F]{40}$/), names: [], status: "unsupported" },
    ]);
    expect(await algorithm.importKeys(armorOf(ofAlice))).toMatchObject([{ status: "merged" }]);
    const quantum = reports[1]?.fingerprint ?? "";
    const verdict = await algorithm.verify({ object, key: quantum, value: byAlice, now: now * 1000 });
    expect(verdict).toMatchObject({ status: "unsupported", code: "unsupported-key" });
  });

  it("takes revocation certificates alone, before and after their certificate", async () => {
    const alone = armorOf(signaturePacket(revocation(alice, {})));
    const algorithm = openpgp();
    expect(await algorithm.importKeys(alone)).toMatchObject([{ status: "imported" }]);
    await algorithm.importKeys(ofAlice);
    expect(await algorithm.importKeys(alone)).toMatchObject([{ status: "merged", fingerprint: alice.fingerprint }]);
    const verdict = await algorithm.verify({ object, key: alice.fingerprint, value: byAlice, now: now * 1000 });
    expect(verdict.code).toBe("key-revoked");
  });

  it("refuses a private key at once, and never repeats it", async () => {
    const secret = packet(5, concatBytes(alice.body, Uint8Array.of(0), utf8("very secret number")));
    const blocks = [
      armored("PRIVATE KEY BLOCK", secret),
      secret,
      armorOf(concatBytes(ofBob, secret)),
      encodeBase64(secret),
    ];
    for (const keys of blocks) {
      const refusal = catchError(() => openpgp({ keys }));
      expect(refusal).toMatchObject({ code: "ERR_ALGORITHM_KEYS", message: expect.stringContaining("private key") });
      expect(JSON.stringify(refusal)).not.toContain("secret number");
      await expect(openpgp().importKeys(keys)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
    }
  });

  it("refuses what holds no public key", () => {
    const armoredSignature = armored(
      "SIGNATURE",
      signaturePacket(makeSignature(alice, { type: 0, data: object.bytes })),
    );
    for (const keys of [
      "",
      "hello",
      new Uint8Array(),
      Uint8Array.of(0xff, 1),
      packet(13, utf8("x")),
      armoredSignature,
    ]) {
      expect(catchError(() => openpgp({ keys }))).toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
    }
    expect(catchError(() => openpgp({ keys: new Uint8Array(65 * 1024 * 1024).fill(0xc6) }))).toMatchObject({
      code: "ERR_ALGORITHM_KEYS",
    });
  });

  it("refuses options that it does not know", () => {
    expect(catchError(() => openpgp({ key: ofAlice } as object))).toMatchObject({ code: "ERR_OPTION_INVALID" });
    expect(catchError(() => openpgp({ resolver: "https://example.org" } as object))).toMatchObject({
      code: "ERR_OPTION_INVALID",
    });
    expect(catchError(() => openpgp({ resolverMaxAgeMs: Number.NaN }))).toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});

describe("the context under which verdicts are cached", () => {
  it("is the same for the same keys in any form and order", async () => {
    const one = await openpgp({ keys: concatBytes(ofAlice, ofBob) }).cacheContext();
    const other = await openpgp({ keys: [armored("PUBLIC KEY BLOCK", ofBob), ofAlice, ofAlice] }).cacheContext();
    expect(one).toEqual(expect.stringMatching(/^3:[0-9a-f]{64}$/));
    expect(other).toBe(one);
  });

  it("changes with every certificate, signature and revocation", async () => {
    const algorithm = openpgp();
    const seen = new Set([await algorithm.cacheContext()]);
    const additions = [
      ofAlice,
      primaryPackets(alice, { created: now - daySeconds }),
      signaturePacket(revocation(alice, {})),
      signaturePacket(revocation(bob, {})),
      ofBob,
    ];
    for (const keys of additions) {
      await algorithm.importKeys(keys);
      seen.add(await algorithm.cacheContext());
    }
    expect(seen.size).toBe(additions.length + 1);
  });

  it("is none with a resolver, whose answer may be another the next time", async () => {
    const algorithm = openpgp({ keys: ofAlice, resolver: async () => undefined });
    expect(await algorithm.cacheContext()).toBeUndefined();
  });
});

it("a certificate judged once is judged anew when a copy brings something new", async () => {
  const algorithm = openpgp({ keys: ofAlice });
  const code = async (): Promise<string> =>
    (await algorithm.verify({ object, key: alice.fingerprint, value: byAlice, now: now * 1000 })).code;
  expect(await code()).toBe("valid");
  await algorithm.importKeys(primaryPackets(alice, { direct: [revocation(alice, { reason: 1 })] }));
  expect(await code()).toBe("key-revoked-softly");
  expect((await judge(byAlice, { keys: ofAlice, key: alice })).code).toBe("valid");
});

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
