import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { ed25519, ed25519Signer } from "../../src/algorithms/ed25519/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes, utf8 } from "../../src/encoding/bytes.js";
import type { SignatureValue } from "../../src/model/external-signature.js";
import type { Verdict } from "../../src/model/report.js";
import { ed25519Value, makeEd25519Key } from "../support/ed25519.js";
import { masterKey, now } from "../support/openpgp.js";
import { hex, rfc8032 } from "../support/vectors.js";

const object = masterKey();
const nowMs = now * 1000;
const dayMs = 86_400_000;
const [created, expires] = [nowMs - dayMs, nowMs + dayMs];
const acme = makeEd25519Key();
const value = ed25519Value(acme, object.bytes, created, expires);
const [signature = ""] = value.split(".");

const judge = (text: SignatureValue, key = acme.publicKey, atMs = nowMs): Promise<Verdict> =>
  ed25519().verify({ object, key, value: text, now: atMs });

describe("a signature by a raw key", () => {
  it("is valid from when it was made to when it ends", async () => {
    expect(await judge(value)).toEqual({
      status: "valid",
      code: "valid",
      signer: { fingerprint: acme.publicKey, keyHash: acme.keyHash, names: [] },
      createdAt: created,
      expiresAt: expires,
      validFrom: created,
      validUntil: expires,
      valueHash: createHash("sha256").update(Buffer.from(signature, "base64")).digest("hex"),
    });
    expect((await judge(value, acme.publicKey, expires - 1)).code).toBe("valid");
    const over = await judge(value, acme.publicKey, expires);
    expect(over).toMatchObject({ status: "indeterminate", code: "expired", validUntil: expires });
  });

  it("never ends where it says so", async () => {
    const endless = await judge(ed25519Value(acme, object.bytes, created, 0), acme.publicKey, 2 ** 53 - 1);
    expect(endless).toMatchObject({ code: "valid", createdAt: created });
    expect(endless).not.toHaveProperty("expiresAt");
    expect(endless).not.toHaveProperty("validUntil");
  });

  it("may be made at any time that can be written, up to five minutes ahead", async () => {
    expect((await judge(ed25519Value(acme, object.bytes, 0, 0))).code).toBe("valid");
    expect((await judge(ed25519Value(acme, object.bytes, 0, 2 ** 53 - 1))).code).toBe("valid");
    expect((await judge(ed25519Value(acme, object.bytes, nowMs + 300_000, 0))).code).toBe("valid");
    const ahead = await judge(ed25519Value(acme, object.bytes, nowMs + 300_001, 0));
    expect(ahead).toMatchObject({ status: "invalid", code: "made-in-future", createdAt: nowMs + 300_001 });
  });

  it("is read as an object, which is the same signature", async () => {
    const plain = await judge(value);
    expect(await judge({ signature, created_ts: created, expires_ts: expires })).toEqual(plain);
    expect(await judge({ expires_ts: expires, created_ts: created, signature })).toEqual(plain);
  });

  it("is malformed in any other spelling", async () => {
    const members = { signature, created_ts: created, expires_ts: expires };
    const texts: SignatureValue[] = [
      "",
      signature,
      `${signature}.${created}`,
      `${value}.`,
      `${value}.0`,
      ` ${value}`,
      `${value}\n`,
      `${signature}.0${created}.${expires}`,
      `${signature}.+${created}.${expires}`,
      `${signature}.${created}.-1`,
      `${signature}.1e3.${expires}`,
      `${signature}.${created}.00`,
      `${signature}..`,
      `${signature}.${created}.${created}`,
      `${signature}.${created}.${created - 1}`,
      `${signature}.${2 ** 53}.0`,
      `${signature}.0.${2 ** 53}`,
      `${signature}.0.99999999999999999`,
      `${signature}==.${created}.${expires}`,
      `${signature.slice(0, -1)}.${created}.${expires}`,
      // The bits behind the last byte.
      `${"A".repeat(85)}B.${created}.${expires}`,
      `${signature.slice(0, -1)}_.${created}.${expires}`,
      {},
      { ...members, extra: 1 },
      { signature, created_ts: created },
      { ...members, expires_ts: null },
      { ...members, expires_ts: String(expires) },
      { ...members, created_ts: created + 0.5 },
      { ...members, created_ts: -0 },
      { ...members, created_ts: -1 },
      { ...members, created_ts: 2 ** 53 },
      { ...members, signature: `${signature}.1` },
      { ...members, signature: 7 },
      Object.create(members) as SignatureValue,
      Object.assign(Object.create({ expires_ts: expires }), { signature, created_ts: created, more: 0 }),
    ];
    for (const text of texts) expect(await judge(text)).toEqual({ status: "invalid", code: "malformed" });
  });

  it("is wrong with another time, on another object, by another key", async () => {
    const wrong = [
      await judge(`${signature}.${created - 1}.${expires}`),
      await judge(`${signature}.${created}.${expires + 1}`),
      await judge(`${signature}.${created}.0`),
      await judge(ed25519Value(acme, masterKey("@mallory:example.org").bytes, created, expires)),
      await judge(value, makeEd25519Key().publicKey),
    ];
    for (const verdict of wrong) expect(verdict).toEqual({ status: "invalid", code: "bad-signature" });
  });

  it("names its key in one spelling", async () => {
    const { publicKey } = acme;
    const urlSafe = `${"A".repeat(41)}-_`;
    for (const key of [
      "",
      `${publicKey}=`,
      publicKey.slice(1),
      `${publicKey}A`,
      `${"A".repeat(42)}B`,
      urlSafe,
      "A B",
    ]) {
      expect(await judge(value, key)).toEqual({ status: "invalid", code: "malformed" });
    }
    const bare = await ed25519().verify({ object, value, now: nowMs });
    expect(bare).toEqual({ status: "invalid", code: "malformed" });
  });
});

describe("the algorithm", () => {
  it("ends on abort with its own error", async () => {
    const input = { object, key: acme.publicKey, value, now: nowMs, signal: AbortSignal.abort() };
    await expect(ed25519().verify(input)).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("leaves undecided what the platform fails at", async () => {
    const failing = vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("no", "OperationError"));
    const verdict = await judge(value);
    failing.mockRestore();
    expect(verdict).toEqual({ status: "indeterminate", code: "verifier-failed" });
  });

  it("has verdicts that may be cached", async () => {
    expect(await ed25519().cacheContext()).toBe("1");
  });
});

describe("a signer", () => {
  const accept = async (output: string | Uint8Array) => ed25519().accept({ object, output, now: nowMs });
  const clock = { now: () => nowMs + 0.7 };
  const pair = generateKeyPairSync("ed25519");
  const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  const seed = new Uint8Array(pair.privateKey.export({ type: "pkcs8", format: "der" }).subarray(-32));
  const publicKey = encodeBase64(
    createPublicKey(pair.privateKey).export({ type: "spki", format: "der" }).subarray(-32),
  );

  it("makes what is accepted, from a seed, from PEM, from a pair and from a callback", async () => {
    const usages: KeyUsage[] = ["sign", "verify"];
    const made = (await crypto.subtle.generateKey("Ed25519", false, usages)) as CryptoKeyPair;
    const remote = ed25519Signer(seed);
    const calls: number[] = [];
    const keys = [
      seed,
      new Uint8Array(seed),
      pem,
      `Bag Attributes\n${pem}`,
      made,
      ...[publicKey, `${publicKey}=`, new Uint8Array(Buffer.from(publicKey, "base64"))].flatMap((name) =>
        [true, false].map((asText) => ({
          publicKey: name,
          sign: async (bytes: Uint8Array<ArrayBuffer>) => {
            calls.push(bytes.length);
            const key = await crypto.subtle.importKey("pkcs8", pkcs8(seed), "Ed25519", false, ["sign"]);
            const signed = new Uint8Array(await crypto.subtle.sign("Ed25519", key, bytes));
            return asText ? Buffer.from(signed).toString("base64") : signed;
          },
        })),
      ),
    ];
    for (const key of keys) {
      const output = await ed25519Signer(key, clock).sign(object.bytes);
      const { keyId, value: made, verdict } = await accept(output);
      expect(verdict).toMatchObject({ code: "valid", createdAt: nowMs });
      expect(verdict).not.toHaveProperty("expiresAt");
      expect(keyId).toBe(`custom:org.ietf.ed25519:${verdict.signer?.fingerprint}`);
      expect((await judge(made, verdict.signer?.fingerprint)).code).toBe("valid");
    }
    expect(calls).toHaveLength(6);
    expect(remote.algorithm).toBe("org.ietf.ed25519");
  });

  it("signs what RFC 8032's key would sign", async () => {
    const [{ seed: key = "", publicKey: name = "" } = {}] = rfc8032;
    const output = await ed25519Signer(hex(key), clock).sign(object.bytes);
    expect(output.split(" ")[0]).toBe(encodeBase64(hex(name)));
  });

  it("lets a signature end after its lifetime", async () => {
    const output = await ed25519Signer(seed, { ...clock, lifetimeMs: dayMs }).sign(object.bytes);
    expect((await accept(output)).verdict).toMatchObject({ createdAt: nowMs, expiresAt: nowMs + dayMs });
  });

  it("goes by a copy of the seed, and forgets it", async () => {
    const own = new Uint8Array(seed);
    const signer = ed25519Signer(own, clock);
    own.fill(0);
    expect((await accept(await signer.sign(object.bytes))).keyId).toContain(publicKey);
    signer.forget();
    await expect(signer.sign(object.bytes)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
    signer.forget();
  });

  it("that is forgotten while it signs never signs with nothing in place of the seed", async () => {
    const unsupported = new DOMException("Unrecognized algorithm name", "NotSupportedError");
    const before = vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(unsupported);
    const signer = ed25519Signer(seed, clock);
    const signing = signer.sign(object.bytes);
    signer.forget();
    const output = await signing;
    before.mockRestore();
    expect(output.startsWith(`${publicKey} `)).toBe(true);
    expect((await accept(output)).verdict.code).toBe("valid");
  });

  it("refuses what is no key, and never repeats it", () => {
    const locked = pair.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" });
    const others = [
      new Uint8Array(31),
      new Uint8Array(64),
      "",
      encodeBase64(seed),
      locked,
      generateKeyPairSync("ed448").privateKey.export({ type: "pkcs8", format: "pem" }),
      generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }),
      pem.replaceAll("PRIVATE KEY", "PUBLIC KEY"),
      pem + pem,
      pem.slice(0, 60),
      null,
      undefined,
      7,
      {},
      { publicKey, sign: "no" },
      { publicKey: "short", sign: () => "" },
      { publicKey: 7, sign: () => "" },
      { privateKey: {}, publicKey: {} },
    ];
    for (const key of others) {
      const refusal = expect.objectContaining({ code: "ERR_ALGORITHM_KEYS" });
      expect(() => ed25519Signer(key as never)).toThrow(refusal);
    }
    const damaged = pem.replace("MC4", "MD4");
    const read = (): unknown => ed25519Signer(damaged);
    expect(read).toThrow("private key in PEM");
    expect(read).not.toThrow(damaged.slice(40, 80));
  });

  it("says so where a key cannot sign, or a callback gives no signature", async () => {
    const { publicKey: verifying } = (await crypto.subtle.generateKey("Ed25519", true, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    const mute = ed25519Signer({ privateKey: verifying, publicKey: verifying });
    await expect(mute.sign(object.bytes)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
    for (const answer of ["", "AAAA", new Uint8Array(63), undefined, {}]) {
      const remote = ed25519Signer({ publicKey, sign: () => answer as never });
      await expect(remote.sign(object.bytes)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
    }
    const refusing = ed25519Signer({ publicKey, sign: () => Promise.reject(new Error("card removed")) });
    await expect(refusing.sign(object.bytes)).rejects.toThrow("card removed");
  });

  it("refuses options that make no times", async () => {
    for (const options of [null, 7, { lifetimeMs: 0 }, { lifetimeMs: -1 }, { lifetimeMs: 0.5 }, { lifetimeMs: NaN }]) {
      const refusal = expect.objectContaining({ code: "ERR_OPTION_INVALID" });
      expect(() => ed25519Signer(seed, options as never)).toThrow(refusal);
    }
    for (const time of [Number.NaN, -1, 2 ** 53, Infinity]) {
      const signer = ed25519Signer(seed, { now: () => time });
      await expect(signer.sign(object.bytes)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    }
    const late = ed25519Signer(seed, { now: () => 2 ** 53 - 2, lifetimeMs: 5 });
    await expect(late.sign(object.bytes)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});

describe("accepting", () => {
  const output = `${acme.publicKey} ${value}`;
  const accept = (text: unknown, target = object) =>
    ed25519().accept({ object: target, output: text as string, now: nowMs });

  it("reads the key and the value, with any white space, as text or as the bytes of a file", async () => {
    for (const text of [output, `\ufeff${output}\r\n`, utf8(`${acme.publicKey}\n${value}\n`), `  ${output}`]) {
      expect(await accept(text)).toMatchObject({ keyId: `custom:org.ietf.ed25519:${acme.publicKey}`, value });
    }
    const wide = new Uint8Array(Buffer.from(`\ufeff${output}`, "utf16le"));
    expect((await accept(wide)).value).toBe(value);
  });

  it("refuses what is not valid, with the verdict", async () => {
    const other = masterKey("@mallory:example.org");
    await expect(accept(output, other)).rejects.toMatchObject({
      code: "ERR_ACCEPT_NOT_VALID",
      verdict: { code: "bad-signature" },
    });
    const old = `${acme.publicKey} ${ed25519Value(acme, object.bytes, 1, 2)}`;
    await expect(accept(old)).rejects.toMatchObject({ verdict: { status: "indeterminate", code: "expired" } });
    await expect(accept(`short ${value}`)).rejects.toMatchObject({ verdict: { code: "malformed" } });
  });

  it("says what it expected where that is none", async () => {
    const others = [
      "",
      value,
      acme.publicKey,
      `${output} more`,
      "x".repeat(2000),
      Uint8Array.of(0xff),
      7,
      null,
      pad(output),
    ];
    for (const text of others) await expect(accept(text)).rejects.toMatchObject({ code: "ERR_ACCEPT_MALFORMED" });
  });
});

function pad(text: string): Uint8Array {
  return concatBytes(Uint8Array.of(0x90), utf8(text));
}

function pkcs8(seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(hex("302e020100300506032b657004220420"), seed);
}
