import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import {
  armoredSsh,
  goodKinds,
  keyHashOf,
  makeSshKey,
  makeSshSig,
  mpint,
  namesOf,
  rawSignature,
  str,
  uint32,
} from "../support/ssh.js";
import { judgeSsh, nowMs, object } from "../support/ssh-judge.js";

const alice = makeSshKey();
const blob = makeSshSig(alice, object.bytes);

describe("a signature", () => {
  for (const kind of goodKinds) {
    it(`by ${kind} is valid under either digest, with the key hash of X.509`, async () => {
      const key = makeSshKey(kind);
      for (const hash of ["sha256", "sha512"]) {
        const bytes = makeSshSig(key, object.bytes, { hash });
        expect(await judgeSsh(bytes, { key })).toEqual({
          status: "valid",
          code: "valid",
          signer: { fingerprint: key.fingerprint, keyHash: keyHashOf(key), names: [] },
          valueHash: createHash("sha256").update(bytes).digest("hex"),
          ...(kind.startsWith("sk-") && { userPresent: true }),
        });
      }
      const other = makeSshSig(key, Buffer.from("{}"));
      expect(await judgeSsh(other, { key })).toEqual({ status: "invalid", code: "bad-signature" });
    });
  }

  it("by RSA is valid with SHA-256 and with SHA-512", async () => {
    const key = makeSshKey("rsa2048");
    for (const type of ["rsa-sha2-256", "rsa-sha2-512"]) {
      expect((await judgeSsh(makeSshSig(key, object.bytes, { type }), { key })).code).toBe("valid");
    }
  });

  it("by a security key says whether somebody touched it", async () => {
    for (const kind of ["sk-ed25519", "sk-p256"] as const) {
      const key = makeSshKey(kind, "ssh:purpose");
      for (const [flags, userPresent] of [
        [0, false],
        [1, true],
        [4, false],
        [5, true],
      ] as const) {
        const bytes = makeSshSig(key, object.bytes, { flags, counter: 0xffffffff });
        expect(await judgeSsh(bytes, { key })).toMatchObject({ code: "valid", userPresent });
      }
    }
  });

  it("by an ECDSA key is valid however short its numbers are", async () => {
    const key = makeSshKey("p521");
    for (let count = 0; count < 12; count++) {
      expect((await judgeSsh(makeSshSig(key, object.bytes), { key })).code).toBe("valid");
    }
  });

  it("is read from ssh-keygen's armor, with any line ends and white space around", async () => {
    const armor = armoredSsh(blob);
    const plain = await judgeSsh(blob, { key: alice });
    for (const text of [armor, armor.replaceAll("\n", "\r\n"), `\n  ${armor}\n\n`, armor.trim()]) {
      expect(await judgeSsh(text, { key: alice })).toEqual(plain);
    }
  });
});

describe("a value", () => {
  it("is malformed as anything but the blob", async () => {
    const armor = armoredSsh(blob);
    const values = [
      "",
      "====",
      {},
      { signature: encodeBase64(blob) },
      encodeBase64(blob).slice(0, -3),
      `${encodeBase64(blob)}!`,
      `Hello\n${armor}`,
      `${armor}${armor}`,
      armor.replaceAll("SSH SIGNATURE", "SIGNATURE"),
      armor.replace("-----END SSH SIGNATURE-----\n", ""),
      armor.replace("\n", "\nComment: mine\n"),
    ];
    for (const value of values) {
      expect(await judgeSsh(value, { key: alice })).toEqual({ status: "invalid", code: "malformed" });
    }
  });

  it("is too large past what the longest RSA key makes", async () => {
    expect(await judgeSsh("A".repeat(8193), { key: alice })).toMatchObject({ status: "invalid", code: "too-large" });
  });

  it("is malformed with another beginning, version, digest, a reserved field, or something behind the end", async () => {
    for (const options of [
      { magic: "SSHSIH" },
      { version: 0 },
      { version: 2 },
      { hash: "sha384" },
      { hash: "SHA512" },
      { hash: "" },
      { reserved: "x" },
      { trailing: Buffer.of(0) },
    ]) {
      expect((await judgeSsh(makeSshSig(alice, object.bytes, options), { key: alice })).code).toBe("malformed");
    }
    for (let length = 0; length < blob.length; length++) {
      expect((await judgeSsh(blob.subarray(0, length), { key: alice })).code).toBe("malformed");
    }
  });

  it.each(goodKinds)("of a raw signature with more in it than %s writes is refused", async (kind) => {
    const key = makeSshKey(kind);
    const { status, code } = await judgeSsh(makeSshSig(key, object.bytes, { tail: Buffer.of(0) }), { key });
    expect(status).toBe("invalid");
    expect(code).toBe(/^(sk-)?p/.test(kind) ? "malformed" : "bad-signature");
  });

  it("of a raw signature that is not as it should be is refused", async () => {
    const p256 = makeSshKey("p256");
    const rsa = makeSshKey("rsa2048");
    const cases: readonly (readonly [typeof alice, Uint8Array, string])[] = [
      [alice, Buffer.concat([str(alice.type), str(Buffer.alloc(63))]), "bad-signature"],
      [alice, Buffer.concat([str(alice.type), str(Buffer.alloc(65))]), "bad-signature"],
      [alice, Buffer.concat([rawSignature(alice, object.bytes), Buffer.of(1, 0, 0, 0, 7)]), "malformed"],
      [p256, Buffer.concat([str(p256.type), str(Buffer.concat([mpint(Buffer.of(1))]))]), "malformed"],
      [
        p256,
        Buffer.concat([str(p256.type), str(Buffer.concat([str(Buffer.of(0, 1)), mpint(Buffer.of(1))]))]),
        "malformed",
      ],
      [
        p256,
        Buffer.concat([str(p256.type), str(Buffer.concat([str(Buffer.of(0x80)), mpint(Buffer.of(1))]))]),
        "malformed",
      ],
      [
        p256,
        Buffer.concat([str(p256.type), str(Buffer.concat([mpint(Buffer.alloc(33, 1)), mpint(Buffer.of(1))]))]),
        "bad-signature",
      ],
      [p256, Buffer.concat([str(p256.type), str(Buffer.concat([str(""), str("")]))]), "bad-signature"],
      [rsa, Buffer.concat([str("rsa-sha2-512"), str(Buffer.alloc(255, 1))]), "bad-signature"],
      [rsa, Buffer.concat([str("rsa-sha2-512"), str(Buffer.alloc(257, 1))]), "bad-signature"],
    ];
    for (const [key, signature, code] of cases) {
      expect((await judgeSsh(makeSshSig(key, object.bytes, { signature }), { key })).code).toBe(code);
    }
  });
});

describe("a key", () => {
  const judgeBlob = async (publicKey: Uint8Array): Promise<string> => {
    const { fingerprint } = namesOf("", publicKey);
    const bytes = makeSshSig(alice, object.bytes, { publicKey });
    return (await judgeSsh(bytes, { key: fingerprint })).code;
  };

  it("is named by its fingerprint in one spelling", async () => {
    const { fingerprint } = alice;
    for (const key of [
      "",
      fingerprint.slice(7),
      `${fingerprint}=`,
      fingerprint.replace("SHA256", "sha256"),
      fingerprint.replace("SHA256", "MD5"),
      `${fingerprint} `,
      encodeBase64(alice.blob),
      // The bits behind the last byte.
      `SHA256:${"A".repeat(42)}B`,
    ]) {
      expect(await judgeSsh(blob, { key })).toEqual({ status: "invalid", code: "malformed" });
    }
    const algorithm = sshsig();
    const bare = await algorithm.verify({ object, value: encodeBase64(blob), now: nowMs });
    expect(bare.code).toBe("malformed");
  });

  it("that is too weak is refused, whatever it signed", async () => {
    const weak = makeSshKey("rsa1024");
    const verdict = await judgeSsh(makeSshSig(weak, object.bytes), { key: weak });
    expect(verdict).toEqual({ status: "invalid", code: "weak-algorithm" });
    const dsa = Buffer.concat([str("ssh-dss"), ...[1, 2, 3, 4].map((byte) => mpint(Buffer.of(byte)))]);
    expect(await judgeBlob(dsa)).toBe("weak-algorithm");
    const modulus = Buffer.alloc(256, 0xff);
    expect(await judgeBlob(Buffer.concat([str("ssh-rsa"), mpint(Buffer.of(1)), mpint(modulus)]))).toBe(
      "weak-algorithm",
    );
  });

  it("of another kind is unsupported, and one of too large numbers too", async () => {
    for (const type of ["ssh-ed448", "ssh-xmss@openssh.com", "webauthn-sk-ecdsa-sha2-nistp256@openssh.com", ""]) {
      expect(await judgeBlob(Buffer.concat([str(type), str(Buffer.alloc(57))]))).toBe("unsupported-key");
    }
    const [modulus, exponent] = [Buffer.alloc(256, 0xff), Buffer.alloc(5, 0xff)];
    expect(await judgeBlob(Buffer.concat([str("ssh-rsa"), mpint(exponent), mpint(modulus)]))).toBe("unsupported-key");
    const long = Buffer.concat([str("ssh-rsa"), mpint(Buffer.of(3)), mpint(Buffer.alloc(2049, 0xff))]);
    expect(await judgeBlob(long)).toBe("unsupported-key");
  });

  it("is malformed where it is not written as it should be", async () => {
    const p256 = makeSshKey("p256");
    const point = p256.blob.subarray(-65);
    const offCurve = Buffer.from(point);
    offCurve[64] = (offCurve[64] ?? 0) ^ 1;
    const compressed = Buffer.concat([Buffer.of(2 + ((point[64] ?? 0) & 1)), point.subarray(1, 33)]);
    const ecdsa = (curve: string, q: Uint8Array): Buffer => Buffer.concat([str(p256.type), str(curve), str(q)]);
    for (const bytes of [
      Buffer.alloc(0),
      uint32(0xffffffff),
      Buffer.concat([alice.blob, Buffer.of(0)]),
      alice.blob.subarray(0, -1),
      Buffer.concat([str("ssh-ed25519"), str(Buffer.alloc(33, 3))]),
      ecdsa("nistp384", point),
      ecdsa("nistp256", compressed),
      ecdsa("nistp256", Buffer.of(0)),
      Buffer.concat([str("ssh-rsa"), mpint(Buffer.of(3)), str(Buffer.alloc(256, 0xff))]),
      Buffer.concat([str("ssh-rsa"), str(Buffer.of(0, 3)), mpint(Buffer.alloc(256, 0xff))]),
      Buffer.concat([str(Buffer.of(0xff)), str(point)]),
    ]) {
      expect(await judgeBlob(bytes)).toBe("malformed");
    }
    // Signed by the very key, so that nothing but its spelling is wrong.
    const hybrid = Buffer.concat([Buffer.of(6 + ((point[64] ?? 0) & 1)), point.subarray(1)]);
    const keys = [
      ["nistp256", offCurve],
      ["nistp256", hybrid],
      ["nistp384", point],
      ["", point],
    ] as const;
    for (const publicKey of keys.map(([curve, q]) => ecdsa(curve, q))) {
      const bytes = makeSshSig(p256, object.bytes, { publicKey });
      expect((await judgeSsh(bytes, { key: namesOf("", publicKey).fingerprint })).code).toBe("malformed");
    }
  });
});

describe("the algorithm", () => {
  it("ends on abort with its own error", async () => {
    const input = {
      object,
      key: alice.fingerprint,
      value: encodeBase64(blob),
      now: nowMs,
      signal: AbortSignal.abort(),
    };
    await expect(sshsig().verify(input)).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("says when its verdicts could be others: with its keys", async () => {
    const contexts = [sshsig(), sshsig({ keys: "" }), sshsig({ keys: alice.line }), sshsig({ keys: [alice.line, ""] })];
    const texts = await Promise.all(contexts.map((algorithm) => algorithm.cacheContext()));
    expect(new Set(texts).size).toBe(4);
    expect(await sshsig({ keys: alice.line }).cacheContext()).toBe(texts[2]);
  });

  it("takes no option that it does not know", () => {
    for (const options of [null, "keys", { key: alice.line }, { keys: alice.line, trust: true }]) {
      expect(() => sshsig(options as never)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
    }
  });
});
