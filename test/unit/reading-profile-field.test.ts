import { beforeEach, describe, expect, it } from "vitest";
import { createFieldReader, type FieldReaderContext } from "../../src/matrix/reading/field-reader.js";
import { field, type ReadingStage, readingStage } from "../support/reading-stage.js";
import { json, matrixError } from "../support/scripted-fetch.js";

const alice = "@alice:remote.example.net";
const bob = "@bob:remote.example.net";
const manifest = { user_id: alice, sequence: 1 };
let stage: ReadingStage;

beforeEach(async () => {
  stage = await readingStage();
});

const reader = (direct: FieldReaderContext["direct"] = false, signal = new AbortController().signal) =>
  createFieldReader({ http: stage.http(), signal, reader: stage.reader, direct });
const asked = () => stage.seen.map(({ url }) => url.host + decodeURIComponent(url.pathname));

describe("asking the own server for a profile field", () => {
  it("gives what stands there, word for word", async () => {
    stage.fields.set(alice, manifest);
    expect(await reader()(alice)).toEqual({ field: manifest });
  });

  it.each<[string, () => Response]>([
    ["there is no field", () => matrixError(404, "M_NOT_FOUND")],
    ["the owner's server has no profile fields", () => matrixError(400, "M_INVALID_PARAM")],
    ["the field is empty", () => json({ [field]: {} })],
    ["the field is null", () => json({ [field]: null })],
    ["the answer says nothing of the field", () => json({})],
  ])("gives nothing where %s", async (_what, answer) => {
    stage.intercept = answer;
    expect(await reader()(alice)).toEqual({});
  });

  it.each<[string, () => Response, string]>([
    ["is text", () => json({ [field]: "manifest" }), "manifest-malformed"],
    ["is too large", () => json({ [field]: { note: "x".repeat(200_000) } }), "manifest-malformed"],
    ["is forbidden", () => matrixError(403, "M_FORBIDDEN"), "manifest-unavailable"],
    ["cannot be had from a server that is down", () => matrixError(502, "M_UNKNOWN"), "manifest-unavailable"],
    ["is answered with HTML", () => new Response("<html>"), "manifest-unavailable"],
  ])("a field that %s is a problem, no error", async (_what, answer, problem) => {
    stage.intercept = answer;
    expect(await reader()(alice)).toEqual({ problem });
  });

  it("waits for a server that is down once", async () => {
    stage.intercept = () => matrixError(504, "M_UNKNOWN");
    const read = reader();
    expect([await read(alice), await read(bob)]).toEqual(Array(2).fill({ problem: "manifest-unavailable" }));
    expect(stage.seen).toHaveLength(1);
    await read("@carol:other.example.net");
    expect(stage.seen).toHaveLength(2);
  });

  it("asks a server without profile fields for nobody else's", async () => {
    stage.hasProfileFields = false;
    const read = reader();
    await Promise.all([read(alice), read(bob)]);
    const before = stage.seen.length;
    for (let index = 0; index < 10; index++) await read(`@user${index}:server${index}.example.net`);
    expect(stage.seen.length).toBe(before);
    expect(before).toBeLessThanOrEqual(6);
  });

  it("does not let one owner's server say that the own one has no profile fields", async () => {
    stage.fields.set(bob, { user_id: bob });
    stage.fields.set(stage.reader, {});
    stage.intercept = ({ url }) =>
      decodeURIComponent(url.pathname).includes(alice) ? matrixError(404, "M_UNRECOGNIZED") : undefined;
    const read = reader();
    expect(await read(alice)).toEqual({});
    expect(await read(bob)).toEqual({ field: { user_id: bob } });
  });
});

describe("asking owners' servers themselves", () => {
  const serve = (host: string, answers: Record<string, () => Response>) =>
    stage.hosts.set(host, (url) => answers[decodeURIComponent(url.pathname)]?.() ?? matrixError(404, "M_NOT_FOUND"));
  const wellKnown = "/.well-known/matrix/client";
  const profile = (userId: string, prefix = "v3") => `/_matrix/client/${prefix}/profile/${userId}/${field}`;
  const delegate = (base_url: unknown) => ({ [wellKnown]: () => json({ "m.homeserver": { base_url } }) });

  beforeEach(() => {
    stage.hasProfileFields = false;
  });

  it("happens only where the caller allowed it", async () => {
    serve("remote.example.net", { [profile(alice)]: () => json({ [field]: manifest }) });
    expect(await reader()(alice)).toBeUndefined();
    expect(asked().filter((address) => !address.startsWith("hs."))).toEqual([]);
    expect(await reader(true)(alice)).toEqual({ field: manifest });
  });

  it("happens only where the own server has no profile fields", async () => {
    stage.hasProfileFields = true;
    expect(await reader(true)(alice)).toEqual({});
    expect(asked().filter((address) => !address.startsWith("hs."))).toEqual([]);
  });

  it("carries nothing that says who asks", async () => {
    serve("remote.example.net", {});
    await reader(true)(alice);
    const direct = stage.seen.filter(({ url }) => url.host !== "hs.example.org");
    expect(direct).toHaveLength(2);
    for (const { authorization, init, method } of direct) {
      expect({ authorization, method, headers: init.headers }).toEqual({
        authorization: null,
        method: "GET",
        headers: undefined,
      });
      expect(init).toMatchObject({
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        cache: "no-store",
      });
    }
  });

  it("goes where the server says that its client API is, after one discovery", async () => {
    serve("remote.example.net", delegate("https://matrix.example.net:8443/base//"));
    serve("matrix.example.net:8443", { [`/base${profile(alice)}`]: () => json({ [field]: manifest }) });
    const read = reader(true);
    expect(await Promise.all([read(alice), read(bob)])).toEqual([{ field: manifest }, {}]);
    expect(asked().filter((address) => address.endsWith(wellKnown))).toHaveLength(1);
  });

  it("tries the unstable path where the stable one is unknown", async () => {
    serve("remote.example.net", {
      [profile(alice)]: () => matrixError(404, "M_UNRECOGNIZED"),
      [profile(alice, "unstable/uk.tcpip.msc4133")]: () => json({ [field]: manifest }),
    });
    expect(await reader(true)(alice)).toEqual({ field: manifest });
  });

  it("asks at the server's name and port where its host has no web server", async () => {
    serve("remote.example.net:8448", {
      [profile("@alice:remote.example.net:8448")]: () => json({ [field]: manifest }),
    });
    expect(await reader(true)("@alice:remote.example.net:8448")).toEqual({ field: manifest });
  });

  it("says that nothing is known where what answers is no homeserver", async () => {
    stage.hosts.set("remote.example.net", () => new Response("no such page", { status: 404 }));
    expect(await reader(true)(alice)).toEqual({ problem: "manifest-unavailable" });
  });

  it.each<[string, () => Response]>([
    ["fails", () => new Response("", { status: 500 })],
    ["is no JSON", () => new Response("<html>")],
    ["names no homeserver", () => json({})],
    ["names none in text", () => json({ "m.homeserver": { base_url: 1 } })],
    ["names a homeserver by a relative address", () => json({ "m.homeserver": { base_url: "/matrix" } })],
  ])("asks nobody where the discovery %s", async (_what, answer) => {
    serve("remote.example.net", { [wellKnown]: answer, [profile(alice)]: () => json({ [field]: manifest }) });
    expect(await reader(true)(alice)).toEqual({ problem: "manifest-unavailable" });
    expect(asked().at(-1)).toBe(`remote.example.net${wellKnown}`);
  });

  it("waits for a server that is down once", async () => {
    serve("remote.example.net", { [profile(alice)]: () => matrixError(503, "M_UNKNOWN") });
    const read = reader(true);
    await read(alice);
    const before = stage.seen.length;
    expect(await read(bob)).toEqual({ problem: "manifest-unavailable" });
    expect(stage.seen.length).toBe(before);
  });

  it("does not ask for users of the own server", async () => {
    expect(await reader(true)("@neighbour:example.org")).toBeUndefined();
    expect(asked().filter((address) => !address.startsWith("hs."))).toEqual([]);
  });

  it("ends when the caller ends it", async () => {
    const ending = new AbortController();
    stage.hosts.set("remote.example.net", () => {
      ending.abort();
      throw new TypeError("aborted");
    });
    await expect(reader(true, ending.signal)(alice)).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});
