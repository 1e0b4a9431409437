import { expect, it } from "vitest";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { armoredSsh, goodKinds, makeSshKey, makeSshSig } from "../support/ssh.js";
import { judgeSsh, nowMs, object } from "../support/ssh-judge.js";

/** Somebody lets a victim sign the bytes of a master key as a file, a commit, a mail: for them it vouches for nothing. */
it.each(["file", "git", "email", "MSC2961@matrix.org", "msc2961@matrix.org ", "msc2961@matrix.org\0", "", "*"])(
  "a signature made for %j vouches for nobody",
  async (namespace) => {
    const key = makeSshKey();
    const bytes = makeSshSig(key, object.bytes, { namespace });
    expect(await judgeSsh(bytes, { key })).toEqual({ status: "invalid", code: "wrong-namespace" });
    const accepting = sshsig().accept({ object, output: armoredSsh(bytes), now: nowMs });
    await expect(accepting).rejects.toMatchObject({ verdict: { code: "wrong-namespace" } });
  },
);

it.each(goodKinds)("nor does it under the right name, which %s did not sign", async (kind) => {
  const key = makeSshKey(kind);
  for (const signedNamespace of ["file", "git", ""]) {
    const bytes = makeSshSig(key, object.bytes, { signedNamespace });
    expect(await judgeSsh(bytes, { key })).toEqual({ status: "invalid", code: "bad-signature" });
  }
});
