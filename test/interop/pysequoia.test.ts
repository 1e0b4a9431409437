import * as library from "openpgp";
import { beforeAll, describe, expect, it } from "vitest";
import { openpgp, openpgpSigner } from "../../src/algorithms/openpgp/index.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import { makeKey, makeValue, masterKey, now, primaryPackets, subkeyPackets } from "../support/openpgp.js";
import { generateWithSequoia, type SequoiaKey, verifyWithSequoia } from "../support/pysequoia.js";

const object = masterKey();
const suites = ["Cv25519", "Cv448", "P256", "P384", "P521", "RSA2k", "RSA3k", "RSA4k"];
const postQuantum = ["MLDSA65_Ed25519", "MLDSA87_Ed448"];
/** Ed448 exists for version 4 keys too, but Sequoia makes it for version 6 alone. */
const kinds = [
  ...suites.map((suite) => ({ profile: "RFC9580", suite })),
  ...suites.filter((suite) => suite !== "Cv448").map((suite) => ({ profile: "RFC4880", suite })),
];
const made = new Map<string, SequoiaKey>();

const nameOf = (kind: { profile: string; suite: string }): string => `${kind.suite} of ${kind.profile}`;
const bytesOf = (base64: string): Buffer => Buffer.from(base64, "base64");

beforeAll(async () => {
  const all = [...kinds, ...postQuantum.map((suite) => ({ profile: "RFC9580", suite }))];
  const answers = await generateWithSequoia(object.bytes, all);
  all.forEach((kind, index) => {
    const answer = answers[index];
    if (!answer || "error" in answer) throw new Error(`Sequoia made no ${nameOf(kind)}: ${answer?.error}`);
    made.set(nameOf(kind), answer);
  });
});

function keyOf(name: string): SequoiaKey {
  const key = made.get(name);
  if (!key) throw new Error(`no ${name}`);
  return key;
}

describe("a signature by today's Sequoia is valid", () => {
  for (const kind of kinds) {
    it(`with ${nameOf(kind)}`, async () => {
      const { fingerprint, certificate, signature } = keyOf(nameOf(kind));
      expect(fingerprint).toHaveLength(kind.profile === "RFC9580" ? 64 : 40);
      const algorithm = openpgp({ keys: bytesOf(certificate) });
      const { verdict } = await algorithm.accept({ object, output: signature, now: Date.now() });
      expect(verdict).toMatchObject({ code: "valid", signer: { fingerprint, names: ["Py <py@example.org>"] } });
    });
  }
});

describe("a post-quantum certificate", () => {
  for (const suite of postQuantum) {
    it(`of ${suite} is unsupported, and spoils no other in the same keyring`, async () => {
      const quantum = keyOf(`${suite} of RFC9580`);
      const known = keyOf("Cv25519 of RFC9580");
      const algorithm = openpgp();
      const ring = concatBytes(bytesOf(quantum.certificate), bytesOf(known.certificate));
      const reports = await algorithm.importKeys(ring);
      expect(reports).toMatchObject([
        { status: "unsupported", fingerprint: quantum.fingerprint },
        { status: "imported", fingerprint: known.fingerprint },
      ]);
      const { verdict } = await algorithm.accept({ object, output: known.signature, now: Date.now() });
      expect(verdict.code).toBe("valid");
      const refusal = algorithm.accept({ object, output: quantum.signature, now: Date.now() });
      await expect(refusal).rejects.toMatchObject({ verdict: { status: "unsupported", code: "unsupported-key" } });
    });
  }
});

describe("a signature of ours", () => {
  const options = [
    { type: "curve25519", config: { v6Keys: true } },
    { type: "curve448", config: { v6Keys: true } },
    { type: "ecc", curve: "nistP256", config: { v6Keys: true } },
    { type: "curve25519" },
    { type: "curve25519", config: { v6Keys: true }, subkeys: [{ sign: true }] },
    { type: "ecc", curve: "curve25519Legacy" },
  ];
  it("is good for today's Sequoia, with version 6 keys too", async () => {
    const generate = library.generateKey as unknown as (options: object) => Promise<{ privateKey: library.PrivateKey }>;
    const entries = [];
    for (const option of options) {
      const userIDs = [{ name: "Page", email: "page@example.org" }];
      const { privateKey } = await generate({ userIDs, format: "object", ...structuredClone(option) });
      const output = await openpgpSigner(privateKey).sign(object.bytes);
      const { value } = await openpgp().accept({ object, output, now: Date.now() });
      const certificate = privateKey.toPublic().write() as Uint8Array;
      entries.push({
        certificate,
        signature: bytesOf(String(value)),
        data: object.bytes,
        key: privateKey.getFingerprint(),
      });
    }
    const answers = await verifyWithSequoia(entries);
    expect(answers).toEqual(entries.map(({ key }) => [key.toUpperCase()]));
    const tampered = entries.map((entry) => ({ ...entry, data: masterKey("@mallory:example.org").bytes }));
    expect(await verifyWithSequoia(tampered)).toEqual(entries.map(() => []));
  });
});

it("the packets that the tests write by hand are good for Sequoia", async () => {
  const entries = (["ed25519", "eddsa-legacy", "p256", "p384", "p521", "rsa2048"] as const).flatMap((kind) =>
    ([4, 6] as const)
      .filter((version) => kind !== "eddsa-legacy" || version === 4)
      .flatMap((version) => {
        const [primary, subkey] = [makeKey(kind, { version }), makeKey(kind, { version, created: now - 999 * 86_400 })];
        const certificate = concatBytes(
          primaryPackets(primary),
          subkeyPackets(primary, subkey, { created: now - 998 * 86_400 }),
        );
        return [primary, subkey].map((key) => ({
          certificate,
          signature: bytesOf(makeValue(key, object)),
          data: object.bytes,
          fingerprint: primary.fingerprint,
        }));
      }),
  );
  expect(await verifyWithSequoia(entries)).toEqual(entries.map(({ fingerprint }) => [fingerprint]));
});
