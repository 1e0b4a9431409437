import { describe, expect, it } from "vitest";
import { hkpsResolver, type KeyResolver, openpgp, wkdResolver } from "../../src/algorithms/openpgp/index.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import { armored, makeKey, makeValue, now, packet, primaryPackets, revocation } from "../support/openpgp.js";
import { object } from "../support/openpgp-judge.js";
import { type Served, scriptedDirectory, unreachable } from "../support/scripted-directory.js";

const alice = makeKey();
const bob = makeKey();
const certificate = primaryPackets(alice);
const revoked = primaryPackets(alice, { direct: [revocation(alice, {})] });
const { fingerprint } = alice;
const input = { object, key: fingerprint, value: makeValue(alice, object), now: now * 1000 };

/** The draft's own example: Joe.Doe@Example.ORG. */
const hash = "iy9q119eutrkn8s1mk4r39qejnbu3n5q";
const joeAdvanced = `https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/${hash}?l=Joe.Doe`;
const joeDirect = `https://example.org/.well-known/openpgpkey/hu/${hash}?l=Joe.Doe`;
const joe = primaryPackets(alice, { userIds: ["Joe Doe <joe.doe@example.org>"] });

function wkd(served: Record<string, Served>, more: Partial<Parameters<typeof wkdResolver>[0]> = {}) {
  const { fetch, asked } = scriptedDirectory(served);
  const addressesOf = () => ["Joe.Doe@Example.ORG"];
  const finder = wkdResolver({ domains: ["example.org"], addressesOf, fetch, timeoutMs: 50, ...more });
  return { finder, urls: () => asked.map(({ url }) => url), asked };
}

function hkps(served: Record<string, Served>, server = "keys.example.org") {
  const { fetch, asked } = scriptedDirectory(served);
  return { finder: hkpsResolver({ server, fetch, timeoutMs: 50 }), urls: () => asked.map(({ url }) => url) };
}

const verdictBy = async (resolver: KeyResolver | readonly KeyResolver[]) =>
  (await openpgp({ resolver }).verify(input)).code;

describe("a web key directory", () => {
  it("is asked at the host of the advanced method, and no further where that answers", async () => {
    const found = wkd({ [joeAdvanced]: joe });
    expect(await verdictBy(found.finder)).toBe("valid");
    const none = wkd({ [joeDirect]: joe });
    expect(await verdictBy(none.finder)).toBe("no-key");
    expect([...found.urls(), ...none.urls()]).toEqual([joeAdvanced, joeAdvanced]);
  });

  it("is asked at the domain itself where that host cannot be reached", async () => {
    const { finder, urls } = wkd({ [joeAdvanced]: unreachable, [joeDirect]: joe });
    expect(await verdictBy(finder)).toBe("valid");
    expect(urls()).toEqual([joeAdvanced, joeDirect]);
  });

  it("that may have the key where nobody could look never counts as one without it", async () => {
    const { finder } = wkd({ [joeAdvanced]: unreachable });
    await expect(finder({ fingerprint })).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
    expect(await verdictBy(finder)).toBe("resolver-failed");
    const direct = wkd({ [joeAdvanced]: unreachable }, { method: "direct" });
    expect(await direct.finder({ fingerprint })).toBeUndefined();
    expect(direct.urls()).toEqual([joeDirect]);
  });

  it("does not fall back where the host of the advanced method fails in another way", async () => {
    for (const [served, code] of [
      [new Response("", { status: 500 }), "ERR_HTTP_STATUS"],
      ["never", "ERR_HTTP_TIMEOUT"],
    ] as const) {
      const { finder, urls } = wkd({ [joeAdvanced]: served, [joeDirect]: joe });
      await expect(finder({ fingerprint })).rejects.toMatchObject({ code });
      expect(urls()).toEqual([joeAdvanced]);
    }
  });

  it("is asked for addresses of listed domains alone, and for none without any", async () => {
    const others = ["joe@example.com", "joe@sub.example.org", "joe@example.org.evil.net", "@example.org", "joe"];
    const { finder, urls } = wkd({}, { addressesOf: async () => others });
    expect(await finder({ fingerprint })).toBeUndefined();
    await expect(finder.findByAddress("joe@example.com")).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    const blind = scriptedDirectory({});
    expect(await wkdResolver({ domains: ["example.org"], fetch: blind.fetch })({ fingerprint })).toBeUndefined();
    expect([urls(), blind.asked]).toEqual([[], []]);
  });

  it("is asked without credentials, redirects, cache and referrer", async () => {
    const { finder, asked } = wkd({});
    await finder({ fingerprint });
    expect(asked[0]?.init).toMatchObject({
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
    expect(asked[0]?.init.headers).toBeUndefined();
  });
});

describe("a key server", () => {
  const url = `https://keys.example.org/pks/lookup?op=get&options=mr&search=0x${fingerprint}`;
  const byAddress = "https://keys.example.org/pks/lookup?op=get&options=mr&search=alice%40example.org&exact=on";

  it("is asked by fingerprint", async () => {
    const { finder, urls } = hkps({ [url]: armored("PUBLIC KEY BLOCK", certificate) });
    expect(await verdictBy(finder)).toBe("valid");
    expect(urls()).toEqual([url]);
    expect(await verdictBy(hkps({}).finder)).toBe("no-key");
  });

  it("is asked by address", async () => {
    const { finder, urls } = hkps({ [byAddress]: armored("PUBLIC KEY BLOCK", certificate) });
    const [found, ...others] = await finder.findByAddress("alice@example.org");
    expect(found).toEqual({ fingerprint, names: ["Alice <alice@example.org>"], data: certificate });
    expect([urls(), others]).toEqual([[byAddress], []]);
    expect(await finder.findByAddress("bob@example.org")).toEqual([]);
  });

  it("may be a local one, which the caller named, and nothing but a host", async () => {
    const local = hkps({}, "keys.internal:8443");
    await local.finder({ fingerprint });
    expect(local.urls()[0]).toMatch(/^https:\/\/keys\.internal:8443\/pks\/lookup\?/);
    for (const server of [
      "",
      "https://keys.example.org",
      "keys.example.org/x",
      "a@keys.example.org",
      "a b",
      "k?x",
      "k#x",
    ])
      expect(() => hkpsResolver({ server }), server).toThrowError(/server/);
  });
});

describe("what a finder says of an answer", () => {
  const url = `https://keys.example.org/pks/lookup?op=get&options=mr&search=0x${fingerprint}`;

  it("tells a key that is not there from every fault", async () => {
    for (const status of [404, 410])
      expect(await hkps({ [url]: new Response("", { status }) }).finder({ fingerprint })).toBeUndefined();
    const faults: [Served, string][] = [
      [unreachable, "ERR_HTTP_NETWORK"],
      ["never", "ERR_HTTP_TIMEOUT"],
      [new Response("", { status: 500 }), "ERR_HTTP_STATUS"],
      [new Response("", { status: 429 }), "ERR_HTTP_RATE_LIMITED"],
      [new Uint8Array(256 * 1024 + 1), "ERR_HTTP_TOO_LARGE"],
      ["<html>No results found</html>", "ERR_ALGORITHM_KEYS"],
      ["", "ERR_ALGORITHM_KEYS"],
      [packet(5, alice.body), "ERR_ALGORITHM_KEYS"],
    ];
    for (const [served, code] of faults) {
      const { finder } = hkps({ [url]: served });
      await expect(finder({ fingerprint }), code).rejects.toMatchObject({ code });
      expect(await verdictBy(finder), code).toBe("resolver-failed");
    }
  });

  it("ends when the caller gives up", async () => {
    const controller = new AbortController();
    const asking = hkps({ [url]: "never" }).finder({ fingerprint, signal: controller.signal });
    controller.abort();
    await expect(asking).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("names the certificates of an address alone, all copies of each", async () => {
    const both = concatBytes(primaryPackets(bob, { userIds: ["Bob <bob@example.org>"] }), joe, revoked);
    const [found, ...others] = await wkd({ [joeAdvanced]: both }).finder.findByAddress("Joe.Doe@example.org");
    expect(others).toEqual([]);
    expect(found?.fingerprint).toBe(fingerprint);
    expect(found?.data).toEqual(concatBytes(joe, revoked));
    const algorithm = openpgp();
    await algorithm.importKeys(found?.data ?? "");
    expect((await algorithm.verify(input)).code).toBe("key-revoked");
  });

  it("passes over a user ID that the certificate did not sign", async () => {
    const planted = concatBytes(certificate, packet(13, new TextEncoder().encode("joe.doe@example.org")));
    expect(await wkd({ [joeAdvanced]: planted }).finder.findByAddress("joe.doe@example.org")).toEqual([]);
  });
});

describe("several resolvers", () => {
  const having =
    (answer: Uint8Array | undefined): KeyResolver =>
    async () =>
      answer;

  it("are all asked: none holds back a revocation that another has", async () => {
    expect(await verdictBy([having(certificate), having(undefined)])).toBe("valid");
    expect(await verdictBy([having(certificate), having(revoked)])).toBe("key-revoked");
    expect(await verdictBy([having(revoked), having(certificate)])).toBe("key-revoked");
    expect(await verdictBy([])).toBe("no-key");
  });

  it("of which one fails leave it undecided", async () => {
    expect(await verdictBy([having(certificate), () => Promise.reject(new Error("down"))])).toBe("resolver-failed");
  });
});

it("refuses options that are none", () => {
  const domains = ["example.org"];
  for (const bad of [
    { domains: ["10.0.0.1"] },
    { domains: ["localhost"] },
    { domains: ["printer.local"] },
    { domains: ["example.org/x"] },
    { domains: "example.org" },
    { domains: undefined },
    { domains, method: "either" },
    { domains, addressesOf: {} },
    { domains, fetch: "fetch" },
    { domains, timeoutMs: 0 },
    { domains, hosts: [] },
  ])
    expect(() => wkdResolver(bad as never), JSON.stringify(bad)).toThrowError(
      expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
    );
});
