import { describe, expect, it } from "vitest";
import { type KeyResolver, openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import { armored, makeKey, makeValue, now, packet, primaryPackets } from "../support/openpgp.js";
import { asKeyId, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const bob = makeKey();
const certificate = primaryPackets(alice);
const value = makeValue(alice, object);
const input = { object, key: alice.fingerprint, value, now: now * 1000 };

/** A resolver that counts, and answers when it is told to. */
function resolverOf(answer: () => Promise<string | Uint8Array | undefined>) {
  const requests: { fingerprint: string; signal?: AbortSignal }[] = [];
  const resolver: KeyResolver = (request) => {
    requests.push(request);
    return answer();
  };
  return { resolver, requests };
}

describe("a key resolver", () => {
  it("is asked by fingerprint, and its answer read in any form", async () => {
    for (const answer of [
      certificate,
      armored("PUBLIC KEY BLOCK", certificate),
      concatBytes(primaryPackets(bob), certificate),
    ]) {
      const { resolver, requests } = resolverOf(async () => answer);
      expect((await openpgp({ resolver }).verify(input)).code).toBe("valid");
      expect(requests.map((request) => request.fingerprint)).toEqual([alice.fingerprint]);
    }
  });

  it("confirms a certificate that stands in the key ID", async () => {
    const { resolver, requests } = resolverOf(async () => certificate);
    const verdict = await openpgp({ resolver }).verify({ ...input, key: asKeyId(certificate) });
    expect(verdict.code).toBe("valid");
    expect(requests[0]?.fingerprint).toBe(alice.fingerprint);
    const none = resolverOf(async () => undefined);
    const unconfirmed = await openpgp({ resolver: none.resolver }).verify({ ...input, key: asKeyId(certificate) });
    expect(unconfirmed.code).toBe("key-unconfirmed");
  });

  it("is asked for certificates of the keyring too, for newer copies", async () => {
    const { resolver, requests } = resolverOf(async () => undefined);
    expect((await openpgp({ resolver, keys: certificate }).verify(input)).code).toBe("valid");
    expect(requests).toHaveLength(1);
  });

  it("is not asked for what cannot be read", async () => {
    const { resolver, requests } = resolverOf(async () => certificate);
    await openpgp({ resolver }).verify({ ...input, value: "AAAA" });
    await openpgp({ resolver }).verify({ ...input, key: "ABCD" });
    expect(requests).toHaveLength(0);
  });

  it("that has nothing, or another certificate, leaves the key unknown", async () => {
    for (const answer of [undefined, primaryPackets(bob)]) {
      expect((await openpgp({ resolver: async () => answer }).verify(input)).code).toBe("no-key");
    }
  });

  it("that throws, rejects, or answers with nonsense, a private key or far too much leaves it undecided", async () => {
    const failing: KeyResolver[] = [
      () => Promise.reject(new Error("offline")),
      () => {
        throw new Error("broken");
      },
      async () => "<html>Not found</html>",
      async () => packet(5, alice.body),
      async () => new Uint8Array(2 * 1024 * 1024).fill(0xc6),
      async () => 42 as unknown as string,
    ];
    for (const resolver of failing) {
      const verdict = await openpgp({ resolver }).verify(input);
      expect(verdict).toMatchObject({ status: "indeterminate", code: "resolver-failed" });
    }
  });

  it("is asked once however many wait, once for as long as the answer is kept, and again after a failure", async () => {
    let clock = 0;
    let answers = 0;
    const { resolver, requests } = resolverOf(async () =>
      ++answers === 1 ? Promise.reject(new Error("once")) : certificate,
    );
    const algorithm = openpgp({ resolver, resolverMaxAgeMs: 1000, now: () => clock });
    expect((await algorithm.verify(input)).code).toBe("resolver-failed");
    const many = await Promise.all(Array.from({ length: 50 }, () => algorithm.verify(input)));
    expect(many.every((verdict) => verdict.code === "valid")).toBe(true);
    clock = 999;
    await algorithm.verify(input);
    expect(requests).toHaveLength(2);
    clock = 1000;
    await algorithm.verify(input);
    expect(requests).toHaveLength(3);
    clock = 0;
    await algorithm.verify(input);
    expect(requests, "a clock that went back").toHaveLength(4);
  });

  it("is aborted when the last one who waits gives up, and not before", async () => {
    const { resolver, requests } = resolverOf(() => new Promise(() => undefined));
    const algorithm = openpgp({ resolver });
    const [first, second] = [new AbortController(), new AbortController()];
    const waiting = [first, second].map(({ signal }) => algorithm.verify({ ...input, signal }));
    const outcomes = Promise.allSettled(waiting);
    await expect.poll(() => requests.length).toBe(1);
    first.abort();
    await expect(waiting[0]).rejects.toMatchObject({ code: "ERR_ABORTED" });
    expect(requests[0]?.signal?.aborted).toBe(false);
    second.abort();
    await outcomes;
    expect(requests[0]?.signal?.aborted).toBe(true);
    const third = new AbortController();
    const again = algorithm.verify({ ...input, signal: third.signal });
    const settled = Promise.allSettled([again]);
    await expect.poll(() => requests.length).toBe(2);
    third.abort();
    await settled;
  });

  it("that never answers is given up after its time, and asked again", async () => {
    const { resolver, requests } = resolverOf(() => new Promise(() => undefined));
    const algorithm = openpgp({ resolver, resolverTimeoutMs: 20 });
    expect(await algorithm.verify(input)).toMatchObject({ status: "indeterminate", code: "resolver-failed" });
    expect(requests[0]?.signal?.aborted).toBe(true);
    expect((await algorithm.verify(input)).code).toBe("resolver-failed");
    expect(requests).toHaveLength(2);
  });

  it("that answers in time is not given up", async () => {
    const { resolver, requests } = resolverOf(async () => certificate);
    const algorithm = openpgp({ resolver, resolverTimeoutMs: 10_000 });
    expect((await algorithm.verify(input)).code).toBe("valid");
    expect(requests[0]?.signal?.aborted).toBe(true);
    for (const resolverTimeoutMs of [0, -1, Number.NaN, 2 ** 31]) {
      expect(() => openpgp({ resolver, resolverTimeoutMs })).toThrowError(/resolverTimeoutMs/);
    }
  });
});
