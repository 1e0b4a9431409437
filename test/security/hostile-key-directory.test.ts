import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { hkpsResolver, openpgp, wkdResolver } from "../../src/algorithms/openpgp/index.js";
import type { HttpFetch } from "../../src/algorithms/shared/bounded-fetch.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import {
  armored,
  keyCreated,
  makeKey,
  makeSignature,
  makeValue,
  now,
  primaryPackets,
  revocation,
  signaturePacket,
  userIdData,
} from "../support/openpgp.js";
import { asKeyId, object } from "../support/openpgp-judge.js";

const alice = makeKey();
const mallory = makeKey();
const certificate = primaryPackets(alice);
const input = { object, key: alice.fingerprint, value: makeValue(alice, object), now: now * 1000 };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A key server that really listens: requests to it leave by the platform's own fetch. */
async function finderAt(answer: RequestListener, timeoutMs = 5000) {
  server = createServer(answer);
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const toLoopback: HttpFetch = (url, init) => {
    const { pathname, search } = new URL(url);
    return fetch(`http://127.0.0.1:${port}${pathname}${search}`, init);
  };
  return hkpsResolver({ server: "keys.example.org", fetch: toLoopback, timeoutMs });
}

const serve =
  (body: Uint8Array | string): RequestListener =>
  (_request, response) =>
    response.end(body);

const ask = { fingerprint: alice.fingerprint };

describe("a key server that answers with", () => {
  it("somebody else's certificate has no answer", async () => {
    const resolver = await finderAt(serve(primaryPackets(mallory)));
    expect(await openpgp({ resolver }).verify(input)).toMatchObject({ status: "indeterminate", code: "no-key" });
    // Nor does it confirm the certificate that a stranger put into the key ID.
    const verdict = await openpgp({ resolver }).verify({ ...input, key: asKeyId(certificate) });
    expect(verdict.code).toBe("key-unconfirmed");
  });

  it("somebody else's certificate under the address has no answer", async () => {
    const others = primaryPackets(mallory, { userIds: ["alice@example.org <m@evil.example>", "Alice"] });
    const signed = makeSignature(mallory, {
      type: 0x13,
      created: keyCreated,
      data: userIdData(alice, new TextEncoder().encode("Alice <alice@example.org>")),
    });
    const finder = await finderAt(serve(concatBytes(others, signaturePacket(signed))));
    expect(await finder.findByAddress("alice@example.org")).toEqual([]);
  });

  it("an old copy does not hold back the revocation that the keyring has", async () => {
    const resolver = await finderAt(serve(certificate));
    const keys = primaryPackets(alice, { direct: [revocation(alice, {})] });
    expect((await openpgp({ keys, resolver }).verify(input)).code).toBe("key-revoked");
  });

  it("thousands of other people's certifications is answered in time", async () => {
    const userId = new TextEncoder().encode("Alice <alice@example.org>");
    const junk = signaturePacket(makeSignature(mallory, { type: 0x10, data: userIdData(alice, userId) }));
    const flooded = concatBytes(certificate, ...Array.from({ length: 1200 }, () => junk));
    const resolver = await finderAt(serve(flooded));
    const started = performance.now();
    expect((await openpgp({ resolver }).verify(input)).code).toBe("valid");
    expect(await resolver.findByAddress("alice@example.org")).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(2000);
    const armoredBlocks = Array.from({ length: 17 }, () => armored("PUBLIC KEY BLOCK", certificate)).join("");
    const many = await finderAt(serve(armoredBlocks));
    await expect(many(ask)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
  });

  it("a gigabyte is left after a quarter of a megabyte", async () => {
    let sent = 0;
    const finder = await finderAt((_request, response) => {
      response.setHeader("Content-Length", 2 ** 30);
      const chunk = Buffer.alloc(64 * 1024, 0xc6);
      const send = (): void => {
        while (sent < 2 ** 30 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", send);
        }
      };
      send();
    });
    await expect(finder(ask)).rejects.toMatchObject({ code: "ERR_HTTP_TOO_LARGE" });
    expect(sent).toBeLessThan(32 * 2 ** 20);
  });

  it("one byte after the other is left when the time is over, and so is one that never begins", async () => {
    const dripping: RequestListener = (_request, response) => {
      const timer = setInterval(() => response.write("-"), 5);
      response.once("close", () => clearInterval(timer));
    };
    for (const answer of [dripping, () => undefined]) {
      const finder = await finderAt(answer, 60);
      const started = performance.now();
      await expect(finder(ask)).rejects.toMatchObject({ code: "ERR_HTTP_TIMEOUT" });
      expect(performance.now() - started).toBeLessThan(2000);
    }
  });

  it("a redirect leads nowhere", async () => {
    const paths: (string | undefined)[] = [];
    const finder = await finderAt((request, response) => {
      paths.push(request.url);
      if (request.url === "/elsewhere") response.end(certificate);
      else response.writeHead(302, { Location: "/elsewhere" }).end();
    });
    await expect(finder(ask)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
    expect(paths).toHaveLength(1);
  });
});

it("a fetch that follows redirects all the same is not believed", async () => {
  const followed = Object.defineProperty(new Response(certificate), "redirected", { value: true });
  const finder = hkpsResolver({ server: "keys.example.org", fetch: async () => followed });
  await expect(finder(ask)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
});

it("an address from a stranger cannot leave the listed domains, whatever it is spelt like", async () => {
  const asked: string[] = [];
  const finder = wkdResolver({
    domains: ["example.org"],
    fetch: async (url) => {
      asked.push(url);
      return new Response("", { status: 404 });
    },
  });
  const spellings = [
    "a@evil.example/@example.org",
    "a@example.org@evil.example",
    "a@example.org.evil.example",
    "a@example.org/../x",
    "a@example.org:8443",
    "a@example.org#",
    "a@example.org?",
    "a@[127.0.0.1]",
    "a@127.0.0.1",
    "a@0x7f.1",
    "a@localhost",
    "a@openpgpkey.example.org",
    "a@exampl\u0435.org",
    "a\n@example.org",
    `${"a".repeat(400)}@example.org`,
  ];
  for (const address of spellings) {
    await expect(finder.findByAddress(address), address).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  }
  expect(asked).toEqual([]);
  await finder.findByAddress("../../%2e?&#\u00e9@EXAMPLE.org").catch(() => undefined);
  expect(asked.map((url) => new URL(url).hostname)).toEqual(["openpgpkey.example.org"]);
  expect(new URL(asked[0] ?? "").pathname).toMatch(/^\/\.well-known\/openpgpkey\/example\.org\/hu\/[a-z0-9]{32}$/);
});
