import { Countersign, type SignatureAlgorithm } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it, onTestFinished } from "vitest";
import type { Introduction } from "../../src/model/introduction.js";
import { introduction } from "../support/introductions.js";
import { stampAlgorithm } from "../support/stamp-algorithm.js";
import { setStage } from "../support/vouched-user.js";

type Parts = Partial<Pick<SignatureAlgorithm, "introductions" | "cacheContext">>;

const algorithm = "org.example.stamp";
const [root, scope] = ["root", { servers: ["example.org"] }];
const hashes = { issuerKeyHash: "a".repeat(64), targetKeyHash: "b".repeat(64) };
const honest = (target: string): Introduction => introduction(root, target, { algorithm, ...hashes });

/** What a reader who believes `root` makes of a user whom a key vouches for that `root` may have introduced. */
async function verdictWith(partsFor: (key: string) => Parts, signal?: AbortSignal) {
  const { server, victim, signer } = await setStage();
  const { client } = await server.account("@other:example.org");
  const anchors = [{ id: "web", algorithm, key: root, speaksFor: "scope" as const, depth: 1, scope }];
  const reader = await Countersign.create(client, {
    algorithms: [Object.assign(stampAlgorithm({ hashes: true }), partsFor(signer.fingerprint))],
    anchors,
    store: memoryStore(),
    http: { fetch: server.fetch, maxRetries: 0 },
  });
  onTestFinished(() => reader.close());
  for await (const { level } of reader.assess([victim], signal ? { signal } : {})) return level;
  return undefined;
}

it("an honest introduction counts, beside whatever junk", async () => {
  const junk = [null, 1, "a>b", [], {}] as unknown as Introduction[];
  const introductions = async () => [...junk, honest("somebody else")];
  expect(await verdictWith((key) => ({ introductions: async () => [...junk, honest(key)] }))).toBe("trusted");
  expect(await verdictWith(() => ({ introductions }))).toBe("unproven");
});

it("an algorithm with a keyring of its own is asked as its own", async () => {
  const keyring = (key: string): Parts & { readonly known: Introduction[] } => ({
    known: [honest(key)],
    async introductions() {
      return this.known;
    },
    async cacheContext() {
      return `${this.known.length}`;
    },
  });
  expect(await verdictWith(keyring)).toBe("trusted");
});

const throwing = (): never => {
  throw new Error("at once");
};

it.each<[string, Parts]>([
  ["throws at once", { introductions: throwing }],
  ["rejects", { introductions: async () => throwing() }],
  ["gives nothing", { introductions: async () => null as never }],
  ["gives no list", { introductions: async () => ({ length: 1 }) as never }],
  ["gives no promise", { introductions: () => 7 as never }],
  ["throws where it is asked what it depends on", { cacheContext: throwing, introductions: async () => [] }],
  ["depends on what is no text", { cacheContext: async () => 1n as never, introductions: async () => [] }],
])("an algorithm that %s introduces nobody and stops nobody", async (_what, parts) => {
  expect(await verdictWith(() => parts)).toBe("unproven");
});

it.each<[string, object]>([
  ["of another algorithm", { algorithm: "org.openpgp.signature" }],
  ["worth nothing", { amount: 0 }],
  ["worth no number", { amount: Number.NaN }],
  ["worth more than there is", { amount: 256 }],
  ["of no depth", { depth: "255" }],
  ["of a negative depth", { depth: -1 }],
  ["without a key", { targetKeyHash: undefined }],
  ["by a key that nobody can name", { issuerKeyHash: "A".repeat(64) }],
  ["without a name", { name: 7 }],
  ["for no list of domains", { domains: "example.org" }],
  ["for domains that are none", { domains: [7] }],
  ["that never begins", { validFrom: Number.NaN }],
  ["that ends nobody knows when", { validUntil: "never" }],
  ["made at no time", { createdAt: undefined }],
])("an introduction %s counts for nothing", async (_what, wrong) => {
  const introductions = (key: string) => async () => [{ ...honest(key), ...wrong }] as Introduction[];
  expect(await verdictWith((key) => ({ introductions: introductions(key) }))).toBe("unproven");
});

it("one that never answers ends with the call", async () => {
  const ending = new AbortController();
  const introductions = () => {
    setImmediate(() => ending.abort());
    return new Promise<never>(() => {});
  };
  await expect(verdictWith(() => ({ introductions }), ending.signal)).rejects.toMatchObject({ code: "ERR_ABORTED" });
});
