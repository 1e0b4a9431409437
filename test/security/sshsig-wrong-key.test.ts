import { expect, it } from "vitest";
import { goodKinds, makeSshKey, makeSshSig } from "../support/ssh.js";
import { judgeSsh, object } from "../support/ssh-judge.js";

/** The blob brings its own key: under a key ID that names another it would speak in that one's name. */
it.each(goodKinds)("a signature by %s under the fingerprint of another key is nobody's", async (kind) => {
  const mallory = makeSshKey(kind);
  const bytes = makeSshSig(mallory, object.bytes);
  for (const victim of [makeSshKey(), makeSshKey("p256")]) {
    for (const keys of [undefined, victim.line, `${victim.line}\n${mallory.line}`]) {
      const verdict = await judgeSsh(bytes, { key: victim, ...(keys !== undefined && { keys }) });
      expect(verdict).toEqual({ status: "invalid", code: "wrong-key" });
    }
    const claimed = makeSshSig(mallory, object.bytes, { publicKey: victim.blob });
    expect((await judgeSsh(claimed, { key: victim })).status).toBe("invalid");
  }
});
