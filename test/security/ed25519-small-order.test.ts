import { expect, it } from "vitest";
import { ed25519 } from "../../src/algorithms/ed25519/index.js";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import { degeneratePoints } from "../support/degenerate-points.js";
import { makeEd25519Key } from "../support/ed25519.js";
import { masterKey, now } from "../support/openpgp.js";
import { hex } from "../support/vectors.js";

const object = masterKey();
const forgery = (r: string): string => `${encodeBase64(concatBytes(hex(r), new Uint8Array(32)))}.0.0`;

/** A = R = a point of small order, S = 0: right over any message, and nobody has a private key for it. */
it.each(degeneratePoints)("a key that is the point %s signs nothing", async (point) => {
  for (const r of degeneratePoints) {
    const input = { object, key: encodeBase64(hex(point)), value: forgery(r), now: now * 1000 };
    expect(await ed25519().verify(input)).toEqual({ status: "invalid", code: "weak-algorithm" });
    const accepting = ed25519().accept({ object, output: `${input.key} ${input.value}`, now: input.now });
    await expect(accepting).rejects.toMatchObject({ verdict: { code: "weak-algorithm" } });
  }
});

it("no true key takes a signature of such points", async () => {
  const { publicKey: key } = makeEd25519Key();
  for (const r of degeneratePoints) {
    const verdict = await ed25519().verify({ object, key, value: forgery(r), now: now * 1000 });
    expect(verdict).toEqual({ status: "invalid", code: "bad-signature" });
  }
});
