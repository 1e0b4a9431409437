import { expect, it } from "vitest";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { degeneratePoints } from "../support/degenerate-points.js";
import { makeSshKey, makeSshSig, namesOf, str } from "../support/ssh.js";
import { judgeSsh, object } from "../support/ssh-judge.js";
import { hex } from "../support/vectors.js";

/** A = R = a point of small order, S = 0: right over any message, and nobody has a private key for it. */
it.each(degeneratePoints)("a key that is the point %s signs nothing, plain or as a security key", async (point) => {
  const anybody = makeSshKey();
  for (const [type, application, state] of [
    ["ssh-ed25519", Buffer.alloc(0), Buffer.alloc(0)],
    ["sk-ssh-ed25519@openssh.com", str("ssh:"), Buffer.of(1, 0, 0, 0, 1)],
  ] as const) {
    const publicKey = Buffer.concat([str(type), str(hex(point)), application]);
    const { fingerprint, line } = namesOf(type, publicKey);
    for (const r of degeneratePoints) {
      const signature = Buffer.concat([str(type), str(Buffer.concat([hex(r), Buffer.alloc(32)])), state]);
      const bytes = makeSshSig(anybody, object.bytes, { publicKey, signature });
      expect(await judgeSsh(bytes, { key: fingerprint })).toEqual({ status: "invalid", code: "weak-algorithm" });
    }
    expect(sshsig({ keys: line }).skipped).toEqual([{ list: 0, line: 1, reason: "weak-algorithm" }]);
  }
});

it("no true key takes a signature of such points", async () => {
  const key = makeSshKey();
  for (const r of degeneratePoints) {
    const signature = Buffer.concat([str(key.type), str(Buffer.concat([hex(r), Buffer.alloc(32)]))]);
    const bytes = makeSshSig(key, object.bytes, { signature });
    expect((await judgeSsh(bytes, { key })).code).toBe("bad-signature");
  }
});
