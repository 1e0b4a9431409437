import fc from "fast-check";
import type { JsonObject } from "matrix-countersign";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { publicKeyOfSeed } from "../../src/model/ed25519.js";
import { approveManifest, approvingKey, type ManifestOwner } from "../../src/model/manifest/manifest-approval.js";
import { keyId, type ManifestAuthor, makeAuthor, signedBy } from "../support/manifests.js";
import { type PythonOracle, startPythonOracle } from "../support/python-oracle.js";

/** Signs and verifies JSON by the library with which Synapse does it (PyNaCl underneath). */
const PROGRAM = `
import json, sys
from signedjson.key import decode_signing_key_base64, decode_verify_key_bytes
from signedjson.sign import sign_json, verify_signed_json
from unpaddedbase64 import decode_base64
def answer(q):
    if "seed" in q:
        return sign_json(q["object"], q["user"], decode_signing_key_base64("ed25519", q["key"], q["seed"]))
    try:
        verify_signed_json(q["object"], q["user"], decode_verify_key_bytes("ed25519:" + q["key"], decode_base64(q["key"])))
        return True
    except Exception as error:
        return type(error).__name__
for line in sys.stdin:
    print(json.dumps([answer(q) for q in json.loads(line)]), flush=True)
`;

let oracle: PythonOracle;
let author: ManifestAuthor;
let owner: ManifestOwner;
let key: string;
const seed = crypto.getRandomValues(new Uint8Array(32));

beforeAll(async () => {
  oracle = await startPythonOracle("synapse-1.163.2", PROGRAM);
  author = await makeAuthor();
  key = encodeBase64(await publicKeyOfSeed(seed));
  const { userId } = author.owner;
  const object = { user_id: userId, usage: ["self_signing"], keys: { [`ed25519:${key}`]: key } };
  owner = { ...author.owner, selfSigningKey: await signedBy(author.masterKey, object) };
});
afterAll(() => oracle.close());

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const parts = fc.record({
  external: fc.dictionary(text, fc.oneof(text, fc.dictionary(text, fc.oneof(text, fc.maxSafeInteger())))),
  withdrawn: fc.array(fc.record({ key: fc.constant("a".repeat(64)) }), { maxLength: 2 }),
  "org.example.note": fc.dictionary(text, fc.array(fc.oneof(text, fc.boolean(), fc.constant(null)))),
});
const manifests = fc
  .array(fc.tuple(fc.nat(1000), parts), { minLength: 20, maxLength: 20, size: "max" })
  .map((some) => some.map(([sequence, one]) => author.write(sequence, one)));

describe("approval beside signedjson", () => {
  it("is the same signature, byte for byte", async () => {
    const { userId } = owner;
    await fc.assert(
      fc.asyncProperty(manifests, async (some) => {
        const ours = await Promise.all(some.map((manifest) => approveManifest(manifest, seed, key)));
        const questions = some.map((object) => ({ object, user: userId, key, seed: encodeBase64(seed) }));
        expect(await oracle.ask(questions)).toEqual(ours);
      }),
      { numRuns: 20 },
    );
  });

  it("holds there and here, and fails there and here once anything is changed", async () => {
    const { userId } = owner;
    await fc.assert(
      fc.asyncProperty(manifests, async (some) => {
        const approved = await Promise.all(some.map((manifest) => approveManifest(manifest, seed, key)));
        const changed = approved.flatMap((manifest): JsonObject[] => [
          { ...manifest, sequence: Number(manifest.sequence) + 1 },
          { ...manifest, external: { ...(manifest.external as object), [keyId("added")]: "c2ln" } },
          { ...manifest, "org.example.added": null },
        ]);
        const asked = [...approved, ...changed].map((object) => ({ object, user: userId, key }));
        expect(await oracle.ask(asked)).toEqual([
          ...approved.map(() => true),
          ...changed.map(() => "SignatureVerifyException"),
        ]);
        const approvedBy = `ed25519:${key}`;
        for (const one of approved) expect(await approvingKey(one, owner)).toEqual({ approvedBy, isBroken: false });
        for (const one of changed) expect(await approvingKey(one, owner)).toEqual({ isBroken: true });
      }),
      { numRuns: 10 },
    );
  });
});
