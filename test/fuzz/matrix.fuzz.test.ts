import fc from "fast-check";
import { Countersign, CountersignError, type MatrixClientLike } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { expect, it } from "vitest";
import { readManifest } from "../../src/model/manifest/manifest.js";
import { nextManifest } from "../../src/model/manifest/next-manifest.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { json, scriptedFetch } from "../support/scripted-fetch.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

const alice = "@alice:example.org";
const keyOfAlice = await makeCrossSigningKey(alice);
const signer = await stampSigner();
const field = "org.matrix.msc2961.signatures";

const client: MatrixClientLike = {
  getUserId: () => alice,
  getHomeserverUrl: () => "https://hs.example.org",
  getAccessToken: () => "token",
  getCrypto: () => ({
    getCrossSigningKeyId: async () => keyOfAlice.publicKey,
    getUserVerificationStatus: async () => ({ isCrossSigningVerified: () => true }),
  }),
};

/** Members that mean something to a reader, with anything in them. */
const loaded: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(alice, keyOfAlice.publicKey, `ed25519:${keyOfAlice.publicKey}`, ["master"], keyOfAlice.object, 1.5),
  fc.dictionary(
    fc.constantFrom(
      alice,
      "__proto__",
      "master_keys",
      "signatures",
      "user_id",
      "usage",
      "keys",
      "failures",
      "external",
      "withdrawn",
      "sequence",
      "master_key",
      field,
      "custom:org.example.stamp:eA",
      "errcode",
      "retry_after_ms",
    ),
    fc.jsonValue(),
  ),
);

const answer = fc.record({
  status: fc.constantFrom(200, 200, 200, 400, 401, 403, 404, 429, 500),
  body: fc.oneof(
    loaded.map((value) => JSON.stringify(value)),
    fc
      .tuple(loaded, loaded)
      .map(([key, manifest]) => JSON.stringify({ master_keys: { [alice]: key }, [field]: manifest, failures: {} })),
    fc.string(),
  ),
  retryAfter: fc.option(fc.constantFrom("0", "-1", "soon", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT")),
});

async function onlyOurErrors(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    expect(error).toBeInstanceOf(CountersignError);
  }
}

it("whatever a homeserver answers, a call returns or throws a CountersignError", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), async (answers) => {
      let turn = 0;
      const { fetch } = scriptedFetch(() => {
        const { status, body, retryAfter } = answers[turn++ % answers.length] ?? { status: 200, body: "{}" };
        const headers = retryAfter ? { "Retry-After": retryAfter } : undefined;
        return new Response(body, { status, ...(headers && { headers }) });
      });
      const countersign = await Countersign.create(client, {
        algorithms: [stampAlgorithm()],
        store: memoryStore(),
        http: { fetch, maxRetries: 1, wait: async () => {} },
      });
      await onlyOurErrors(() => countersign.fetch([alice, "@bob:example.org", "__proto__"]));
      await onlyOurErrors(async () => {
        for await (const { level } of countersign.assess([alice])) expect(level).not.toBe("trusted");
      });
      await onlyOurErrors(async () => countersign.publish(await countersign.sign(signer)));
    }),
    { numRuns: 400 },
  );
});

it("an own signature survives whatever the homeserver answers while it is published", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 6 }), async (answers) => {
      let turn = -1;
      const { fetch } = scriptedFetch(() => {
        if (turn < 0) return json({ master_keys: { [alice]: keyOfAlice.object } });
        const { status, body } = answers[turn++ % answers.length] ?? { status: 200, body: "{}" };
        return new Response(body, { status });
      });
      const store = memoryStore();
      const countersign = await Countersign.create(client, {
        algorithms: [stampAlgorithm()],
        store,
        http: { fetch, maxRetries: 1, wait: async () => {} },
      });
      const signature = await countersign.sign(signer);
      turn = 0;
      const receipt = await countersign.publish(signature).catch(() => undefined);
      if (!receipt?.published) expect(await store.outbox()).toMatchObject([{ signature: { value: signature.value } }]);
    }),
    { numRuns: 300 },
  );
});

it("every manifest is read or refused, and what follows it can be read again", () => {
  const signature = { userId: alice, keyId: "custom:org.example.stamp:eA", value: "c2ln" };
  const masterKey = `ed25519:${keyOfAlice.publicKey}`;
  fc.assert(
    fc.property(loaded, fc.integer(), (value, now) => {
      const copy = { user_id: alice, master_key: masterKey, sequence: 1, ...(value as object) };
      try {
        const expected = { userId: alice, masterKey, now: Math.abs(now) };
        readManifest(copy, expected);
        const writer = { userId: alice, masterKey, now: Math.abs(now), isTakenBack: () => false };
        const { manifest } = nextManifest([copy], { add: [signature] }, writer);
        expect(readManifest(manifest, expected).external).toContainEqual(signature);
      } catch (error) {
        if (!(error instanceof CountersignError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
