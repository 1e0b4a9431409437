import { describe, expect, it } from "vitest";
import { goodKinds, makeSshKey, makeSshSig, namesOf, rawSignature, str } from "../support/ssh.js";
import { judgeSsh, object } from "../support/ssh-judge.js";

/** What each kind of key calls its signatures. */
const signatureTypes = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  "rsa-sha2-256",
  "rsa-sha2-512",
  "ssh-rsa",
  "ssh-dss",
  "sk-ssh-ed25519@openssh.com",
  "sk-ecdsa-sha2-nistp256@openssh.com",
  "webauthn-sk-ecdsa-sha2-nistp256@openssh.com",
  "RSA-SHA2-512",
  "",
];

describe.each(goodKinds)("a signature by %s", (kind) => {
  const key = makeSshKey(kind);

  it("is refused under the name of any other kind", async () => {
    const [own] = kind === "rsa2048" ? ["rsa-sha2-512"] : [key.type];
    for (const type of signatureTypes.filter((name) => name !== own)) {
      const bytes = makeSshSig(key, object.bytes, { type, digest: "sha512" });
      const { status, code } = await judgeSsh(bytes, { key });
      expect(status).toBe("invalid");
      const expected = kind !== "rsa2048" ? "malformed" : type === "ssh-rsa" ? "weak-algorithm" : undefined;
      expect(code).toBe(expected ?? (type === "rsa-sha2-256" ? "bad-signature" : "malformed"));
    }
  });

  it("is refused as one by any other kind of key", async () => {
    for (const other of goodKinds.filter((name) => name !== kind)) {
      const { blob: publicKey, fingerprint } = makeSshKey(other);
      const bytes = makeSshSig(key, object.bytes, { publicKey });
      expect((await judgeSsh(bytes, { key: fingerprint })).status).toBe("invalid");
    }
  });

  it("is refused under another digest than was signed", async () => {
    const bytes = makeSshSig(key, object.bytes, { hash: "sha256" });
    const renamed = Buffer.from(bytes.toString("latin1").replace("\0\0\0\x06sha256", "\0\0\0\x06sha512"), "latin1");
    expect(await judgeSsh(renamed, { key })).toEqual({ status: "invalid", code: "bad-signature" });
    const crossed = makeSshSig(key, object.bytes, { hash: "sha512", signedHash: "sha256" });
    expect(await judgeSsh(crossed, { key })).toEqual({ status: "invalid", code: "bad-signature" });
    for (const hash of ["sha1", "md5"]) {
      const weak = makeSshSig(key, object.bytes, { hash, signedHash: hash });
      expect(await judgeSsh(weak, { key })).toEqual({ status: "invalid", code: "weak-algorithm" });
    }
  });
});

it("RSA with SHA-1 is refused, although it is right", async () => {
  const key = makeSshKey("rsa2048");
  const bytes = makeSshSig(key, object.bytes, { type: "ssh-rsa", digest: "sha1" });
  expect(await judgeSsh(bytes, { key })).toEqual({ status: "invalid", code: "weak-algorithm" });
});

it("ECDSA counts with the digest of its curve alone", async () => {
  for (const [kind, digest] of [
    ["p256", "sha1"],
    ["p256", "sha512"],
    ["p384", "sha256"],
    ["p521", "sha256"],
  ] as const) {
    const key = makeSshKey(kind);
    expect((await judgeSsh(makeSshSig(key, object.bytes, { digest }), { key })).code).toBe("bad-signature");
  }
});

it("what a security key signed is no signature of the same point as a plain key, nor the other way round", async () => {
  for (const [kind, plainType, secureType] of [
    ["ed25519", "ssh-ed25519", "sk-ssh-ed25519@openssh.com"],
    ["p256", "ecdsa-sha2-nistp256", "sk-ecdsa-sha2-nistp256@openssh.com"],
  ] as const) {
    const secure = makeSshKey(`sk-${kind}`);
    const material = secure.blob.subarray(4 + secureType.length, -8);
    const asPlain = Buffer.concat([str(plainType), material]);
    const signature = rawSignature({ ...secure, type: plainType }, object.bytes).subarray(0, -5);
    const stolen = makeSshSig(secure, object.bytes, { publicKey: asPlain, signature });
    expect((await judgeSsh(stolen, { key: namesOf("", asPlain).fingerprint })).code).toBe("bad-signature");

    const plain = makeSshKey(kind);
    const asSecure = Buffer.concat([str(secureType), plain.blob.subarray(4 + plainType.length), str("ssh:")]);
    const unsafe = Buffer.concat([
      rawSignature({ ...plain, type: secureType }, object.bytes, { type: secureType }),
      Buffer.of(1, 0, 0, 0, 0),
    ]);
    const dressed = makeSshSig(plain, object.bytes, { publicKey: asSecure, signature: unsafe });
    expect((await judgeSsh(dressed, { key: namesOf("", asSecure).fingerprint })).code).toBe("bad-signature");
  }
});

it("a touch, a counter or a purpose that a security key did not sign is not believed", async () => {
  for (const kind of ["sk-ed25519", "sk-p256"] as const) {
    const key = makeSshKey(kind);
    const bytes = makeSshSig(key, object.bytes, { flags: 0, counter: 0 });
    for (const offset of [1, 2, 3, 4, 5]) {
      const changed = Buffer.from(bytes);
      changed[bytes.length - offset] = 1;
      expect((await judgeSsh(changed, { key })).code).toBe("bad-signature");
    }
    const publicKey = Buffer.concat([key.blob.subarray(0, -4), Buffer.from("web:")]);
    const renamed = makeSshSig(key, object.bytes, { publicKey });
    expect((await judgeSsh(renamed, { key: namesOf("", publicKey).fingerprint })).code).toBe("bad-signature");
  }
});
