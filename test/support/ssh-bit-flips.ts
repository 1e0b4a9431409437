import { expect } from "vitest";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { makeSshKey, makeSshSig, namesOf, type SshKeyKind } from "./ssh.js";
import { nowMs, object } from "./ssh-judge.js";

const { verify } = sshsig();

/**
 * Expects that every single bit of a signature's blob, turned over, is refused: under the key ID that the owner published and
 * under the one that the changed key would have.
 */
export async function expectEveryBitToMatter(kind: SshKeyKind): Promise<void> {
  const key = makeSshKey(kind);
  const bytes = makeSshSig(key, object.bytes);
  const start = "SSHSIG".length + 8;
  const judge = async (blob: Uint8Array, fingerprint: string): Promise<string> =>
    (await verify({ object, key: fingerprint, value: encodeBase64(blob), now: nowMs })).status;
  expect(await judge(bytes, key.fingerprint)).toBe("valid");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes);
    const index = Math.floor(bit / 8);
    flipped[index] = (flipped[index] ?? 0) ^ (1 << (bit % 8));
    const renamed = namesOf("", flipped.subarray(start, start + key.blob.length)).fingerprint;
    for (const fingerprint of new Set([key.fingerprint, renamed])) {
      expect(["invalid", "unsupported"], `bit ${bit}`).toContain(await judge(flipped, fingerprint));
    }
  }
}
