import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { goodKinds, makeSshKey, makeSshSig, namesOf, rawSignature, str, uint32 } from "../support/ssh.js";
import { judgeSsh, nowMs, object } from "../support/ssh-judge.js";

/** A user certificate for `key`'s own material, signed by nobody that matters. */
function certificateOf(key: ReturnType<typeof makeSshKey>): { type: string; blob: Buffer } {
  const type = `${key.type.replace("@openssh.com", "")}-cert-v01@openssh.com`;
  const authority = makeSshKey();
  const body = Buffer.concat([
    str(type),
    str(createHash("sha256").update("nonce").digest()),
    key.blob.subarray(4 + key.type.length),
    Buffer.alloc(8),
    uint32(1),
    str("identity"),
    str(str("alice")),
    Buffer.alloc(8),
    Buffer.alloc(8, 0xff),
    str(""),
    str(""),
    str(""),
    str(authority.blob),
  ]);
  return { type, blob: Buffer.concat([body, str(rawSignature(authority, body))]) };
}

/** A certificate brings dates, principals, options and an authority: to take it for its key would pass over all of them. */
it.each(goodKinds)("a certificate for %s never passes for the key in it", async (kind) => {
  const key = makeSshKey(kind);
  const { type, blob: publicKey } = certificateOf(key);
  const { line, fingerprint } = namesOf(type, publicKey);
  for (const options of [{ publicKey }, { publicKey, type, digest: "sha512" }]) {
    const bytes = makeSshSig(key, object.bytes, options);
    for (const named of [key.fingerprint, fingerprint]) {
      expect(await judgeSsh(bytes, { key: named, keys: key.line })).toEqual({
        status: "unsupported",
        code: "ssh-certificate",
      });
    }
    const accepting = sshsig().accept({ object, output: bytes, now: nowMs });
    await expect(accepting).rejects.toMatchObject({ verdict: { code: "ssh-certificate" } });
  }
  const honest = makeSshSig(key, object.bytes);
  expect((await judgeSsh(honest, { key, keys: `alice ${line}` })).code).toBe("key-unconfirmed");
});

it("an authority's key signs nothing itself, and nothing by what it certified", async () => {
  const authority = makeSshKey();
  const keys = `*@example.org cert-authority ${authority.line}`;
  const bytes = makeSshSig(authority, object.bytes);
  expect((await judgeSsh(bytes, { key: authority, keys })).code).toBe("key-not-for-signing");
  const member = makeSshKey();
  expect((await judgeSsh(makeSshSig(member, object.bytes), { key: member, keys })).code).toBe("key-unconfirmed");
});
