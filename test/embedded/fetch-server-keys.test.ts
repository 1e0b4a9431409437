import { describe, expect, it, onTestFinished } from "vitest";
import { createHomeserver } from "../../examples/homeserver/server.js";
import { type FetchServerKeysOptions, fetchServerKeys } from "../../src/matrix/server-keys.js";
import { verifyServerSigned } from "../../src/model/server-keys/verify-server-signed.js";
import { json, matrixError, scriptedFetch } from "../support/scripted-fetch.js";
import { makeServer, now, roomEvent, serverName } from "../support/server-keys.js";

const { answers } = makeServer();

/** A network by address; whatever is not in it cannot be reached. */
function network(pages: Readonly<Record<string, () => Response>>) {
  const asked: string[] = [];
  const send = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const { url, headers } = new Request(input, init);
    asked.push(url);
    expect(headers.get("Authorization")).toBeNull();
    expect(init).toMatchObject({ credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" });
    const page = pages[url];
    if (!page) throw new TypeError("unreachable");
    return page();
  };
  const options: FetchServerKeysOptions = { kind: "all-purpose", fetch: send, now: () => now };
  return { asked, options };
}

const wellKnown = "https://example.org/.well-known/matrix/server";
const v2 = (): Response => json(answers["all-purpose"]);

describe("fetchServerKeys", () => {
  it.each<[string, Record<string, () => Response>, string]>([
    [
      "where the server says",
      { [wellKnown]: () => json({ "m.server": "matrix.example.org:443" }) },
      "matrix.example.org",
    ],
    [
      "at the delegate's port 8448",
      { [wellKnown]: () => json({ "m.server": "matrix.example.org" }) },
      "matrix.example.org:8448",
    ],
    ["at port 8448 where it says nothing", { [wellKnown]: () => matrixError(404, "M_NOT_FOUND") }, "example.org:8448"],
    ["at port 8448 where it cannot be asked", {}, "example.org:8448"],
    ["at port 8448 where it says nonsense", { [wellKnown]: () => json({ "m.server": "a/b@c" }) }, "example.org:8448"],
  ])("asks %s", async (_name, pages, host) => {
    const address = `https://${host}/_matrix/key/v2/server`;
    const { asked, options } = network({ ...pages, [address]: v2 });
    expect(await fetchServerKeys(serverName, options)).toMatchObject({ status: "valid" });
    expect(asked).toEqual([wellKnown, address]);
  });

  it("asks nobody else where the name holds a port", async () => {
    const { asked, options } = network({ "https://example.org:8449/_matrix/key/v2/server": v2 });
    expect(await fetchServerKeys("example.org:8449", options)).toEqual({ status: "invalid", code: "wrong-server" });
    expect(asked).toEqual(["https://example.org:8449/_matrix/key/v2/server"]);
  });

  it("asks for scoped keys at the draft's address where the server does not know the other", async () => {
    const base = "https://example.org:8448/_matrix/key";
    const { asked, options } = network({
      [`${base}/v3/server`]: () => matrixError(404, "M_UNRECOGNIZED"),
      [`${base}/unstable/org.matrix.msc4100/server`]: () => json(answers.scoped),
    });
    expect(await fetchServerKeys(serverName, { ...options, kind: "scoped" })).toMatchObject({ status: "valid" });
    expect(asked).toHaveLength(3);
  });

  it("never asks for all-purpose keys in the place of scoped ones", async () => {
    const { asked, options } = network({ "https://example.org:8448/_matrix/key/v2/server": v2 });
    await expect(fetchServerKeys(serverName, { ...options, kind: "scoped" })).rejects.toMatchObject({
      code: "ERR_HTTP_NETWORK",
    });
    expect(asked.some((address) => address.includes("/v2/"))).toBe(false);
  });

  it.each(["localhost:8448", "127.0.0.1", "[::1]:8448", "example.org/path", "user@example.org", "", "intranet"])(
    "asks nobody for %s",
    async (name) => {
      const { asked, options } = network({});
      await expect(fetchServerKeys(name, options)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
      expect(asked).toEqual([]);
    },
  );

  it("does not follow a server into the own network", async () => {
    const { asked, options } = network({ [wellKnown]: () => json({ "m.server": "192.168.0.1:443" }) });
    await expect(fetchServerKeys(serverName, options)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    expect(asked).toEqual([wellKnown]);
  });

  it("stops reading an answer that is too large, and ends with the caller's signal", async () => {
    const { fetch } = scriptedFetch(() => json({ padding: "x".repeat(130 * 1024) }));
    const options = { kind: "all-purpose", fetch } as const;
    await expect(fetchServerKeys("example.org:8448", options)).rejects.toMatchObject({ code: "ERR_HTTP_TOO_LARGE" });
    const signal = AbortSignal.abort();
    await expect(fetchServerKeys(serverName, { ...options, signal })).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("reads what the embedded homeserver serves, of both kinds", async () => {
    const homeserver = createHomeserver({ serverName: "localhost:8448" });
    const { url, close } = await homeserver.listen();
    onTestFinished(close);
    const send: typeof fetch = (input, init) => fetch(String(input).replace("https://localhost:8448", url), init);
    const ask = async (kind: FetchServerKeysOptions["kind"]) => {
      const verdict = await fetchServerKeys("localhost:8448", { kind, fetch: send, named: ["localhost"] });
      if (verdict.status !== "valid") throw new Error(verdict.code);
      return verdict.keys;
    };
    const [allPurpose, scoped] = [await ask("all-purpose"), await ask("scoped")];
    expect([...allPurpose.keys.keys()]).toEqual(["ed25519:auto", "ed25519:retired"]);
    expect(scoped.keys.get("ed25519:media")).toMatchObject({ scope: ["m.requests"] });
    const judge = (list: "v2" | "v3", keyId: string) => {
      const keys = list === "v2" ? allPurpose : scoped;
      const event = homeserver.serverKeys.sign(list, keyId, roomEvent(Date.now()));
      return verifyServerSigned(event, "localhost:8448", "events", keys, { kind: keys.kind, now: Date.now() });
    };
    expect(await judge("v2", "ed25519:auto")).toMatchObject({ code: "valid" });
    expect(await judge("v3", "ed25519:events")).toMatchObject({ code: "valid" });
    expect(await judge("v3", "ed25519:media")).toMatchObject({ code: "wrong-scope" });
    expect(await judge("v3", "ed25519:nothing")).toMatchObject({ code: "wrong-scope" });
  });
});
