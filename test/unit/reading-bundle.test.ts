import { beforeEach, describe, expect, it } from "vitest";
import { fetchBundle } from "../../src/matrix/reading/fetch-bundle.js";
import { readBundle } from "../../src/matrix/reading/read-bundle.js";
import { type ReadingStage, readingStage } from "../support/reading-stage.js";
import { json } from "../support/scripted-fetch.js";

const alice = { user_id: "@alice:example.org", sequence: 1 };
const bob = { user_id: "@bob:example.org", sequence: 2 };
const both = new Map([
  [alice.user_id, [alice]],
  [bob.user_id, [bob]],
]);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("reading a bundle", () => {
  it.each<[string, string | Uint8Array | Record<string, unknown>]>([
    ["text", JSON.stringify({ manifests: [alice, bob] })],
    ["bytes", bytes(JSON.stringify({ manifests: [alice, bob] }, null, 2))],
    ["an object", { manifests: [alice, bob] }],
  ])("takes %s", (_what, input) => {
    expect(readBundle(input)).toEqual(both);
  });

  it("takes a single manifest, and several of one user", () => {
    expect(readBundle(JSON.stringify(alice))).toEqual(new Map([[alice.user_id, [alice]]]));
    const later = { ...alice, sequence: 3 };
    expect(readBundle({ manifests: [alice, later] }).get(alice.user_id)).toEqual([alice, later]);
  });

  it("copies an object, so that nobody changes it afterwards", () => {
    const manifest = { ...alice };
    const read = readBundle(manifest);
    manifest.sequence = 9;
    expect(read.get(alice.user_id)).toEqual([alice]);
  });

  it("leaves out what names no user, and takes the rest", () => {
    const strays = [
      1,
      null,
      [],
      "x",
      {},
      { user_id: 1 },
      { user_id: "alice" },
      JSON.parse('{"__proto__":{"user_id":"@x:y"}}'),
    ];
    expect(readBundle({ manifests: [...strays, alice] })).toEqual(new Map([[alice.user_id, [alice]]]));
  });

  it("holds the name __proto__ as any other", () => {
    const text = `{"user_id":"@alice:example.org","external":{"__proto__":"x"}}`;
    const external = readBundle(text).get(alice.user_id)?.[0]?.external ?? {};
    expect(Object.keys(external)).toEqual(["__proto__"]);
  });

  it("takes an empty list and at most 16 manifests of one user", () => {
    expect(readBundle({ manifests: [] })).toEqual(new Map());
    expect(readBundle({ manifests: Array(100).fill(alice) }).get(alice.user_id)).toHaveLength(16);
  });

  it.each<[string, string | Uint8Array | Record<string, unknown>]>([
    ["no JSON", "<html>"],
    ["a list", "[]"],
    ["nothing", ""],
    ["a duplicate key", '{"user_id":"@a:b","user_id":"@c:d"}'],
    ["a fraction", '{"user_id":"@a:b","sequence":1.5}'],
    ["no UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["an object without canonical JSON", { user_id: "@a:b", sequence: 0.5 }],
    ["manifests that are no list", { manifests: alice }],
    ["no manifest", { manifests: [{}] }],
    ["an object that is none", {}],
    ["too many levels", `{"manifests":${"[".repeat(200)}${"]".repeat(200)}}`],
  ])("refuses %s", (_what, input) => {
    expect(() => readBundle(input)).toThrow(expect.objectContaining({ code: "ERR_BUNDLE_MALFORMED" }));
  });

  it.each<[string, () => string | Uint8Array]>([
    ["text over 8 MiB", () => `{"user_id":"@a:b","x":"${"x".repeat(8 << 20)}"}`],
    ["text whose UTF-8 is over 8 MiB", () => `{"user_id":"@a:b","x":"${"é".repeat(5 << 20)}"}`],
    ["bytes over 8 MiB", () => new Uint8Array((8 << 20) + 1)],
    ["more than 10,000 manifests", () => JSON.stringify({ manifests: Array(10_001).fill(alice) })],
  ])("refuses %s", (_what, input) => {
    expect(() => readBundle(input())).toThrow(expect.objectContaining({ code: "ERR_BUNDLE_SIZE" }));
  });
});

describe("fetching a bundle", () => {
  let stage: ReadingStage;
  const { signal } = new AbortController();

  beforeEach(async () => {
    stage = await readingStage();
  });

  it("asks the address that the caller chose, without a token", async () => {
    stage.hosts.set("localhost:8443", () => json({ manifests: [alice, bob] }));
    expect(await fetchBundle("https://localhost:8443/b.json?v=1", stage.http(), signal)).toEqual(both);
    expect(stage.seen).toMatchObject([{ authorization: null, init: { redirect: "error", credentials: "omit" } }]);
    expect(stage.seen[0]?.url.href).toBe("https://localhost:8443/b.json?v=1");
  });

  it.each(["http://example.org/b.json", "https://me:secret@example.org/", "file:///b.json", "b.json", ""])(
    "refuses the address %s",
    async (url) => {
      await expect(fetchBundle(url, stage.http(), signal)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
      expect(stage.seen).toEqual([]);
    },
  );

  it.each<[string, () => Response]>([
    ["ERR_HTTP_STATUS", () => new Response("", { status: 404 })],
    ["ERR_BUNDLE_MALFORMED", () => new Response("<html>")],
    ["ERR_HTTP_NETWORK", () => Response.error()],
  ])("fails with %s for such an answer", async (code, answer) => {
    stage.hosts.set("example.net", () => {
      const response = answer();
      if (response.type === "error") throw new TypeError("fetch failed");
      return response;
    });
    await expect(fetchBundle("https://example.net/", stage.http(), signal)).rejects.toMatchObject({ code });
  });
});
