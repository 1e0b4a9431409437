import { describe, expect, it, vi } from "vitest";
import { createSyncObserver, type SyncObserver } from "../../src/matrix/sync-observer.js";

const later = "https://hs.example.org/_matrix/client/v3/sync?timeout=30000&since=s1";
const named = (changed: unknown): string => JSON.stringify({ next_batch: "s2", device_lists: { changed } });

function listening(): { observer: SyncObserver; told: (readonly string[])[] } {
  const observer = createSyncObserver();
  const told: (readonly string[])[] = [];
  observer.onChanged((userIds) => told.push(userIds));
  return { observer, told };
}

/** Whom the observer tells of where one request gets this answer; a later request is the fence. */
async function toldOf(answer: BodyInit, url: RequestInfo | URL = later, init: RequestInit = {}): Promise<unknown[]> {
  const { observer, told } = listening();
  await observer.wrap(async () => new Response(answer))(url, init);
  await observer.wrap(async () => new Response(named(["@fence:x"])))(later);
  await vi.waitFor(() => expect(told.flat()).toContain("@fence:x"));
  return told.flat().filter((userId) => userId !== "@fence:x");
}

describe("tells whose keys changed", () => {
  it("from what /sync answers", async () => {
    expect(await toldOf(named(["@a:x", "@b:x"]))).toEqual(["@a:x", "@b:x"]);
    expect(await toldOf(named(["@a:x"]), new URL(later.replace("v3", "r0")))).toEqual(["@a:x"]);
    expect(await toldOf(named(["@a:x"]), new Request(later))).toEqual(["@a:x"]);
  });

  it("from what simplified sliding sync answers", async () => {
    const url = "https://hs.example.org/_matrix/client/unstable/org.matrix.simplified_msc3575/sync?pos=1";
    const answer = JSON.stringify({ pos: "2", extensions: { e2ee: { device_lists: { changed: ["@a:x"] } } } });
    expect(await toldOf(answer, url, { method: "POST" })).toEqual(["@a:x"]);
  });

  it("never from another request, nor from a first sync", async () => {
    for (const url of [
      "https://hs.example.org/_matrix/client/v3/sync",
      "https://hs.example.org/_matrix/client/v3/keys/changes?since=s1",
      "https://hs.example.org/_matrix/client/v3/rooms/sync?since=s1",
      "https://hs.example.org/_matrix/client/unstable/org.matrix.simplified_msc3575/sync?pos=1",
      "/relative?since=s1",
    ]) {
      expect(await toldOf(named(["@a:x"]), url)).toEqual([]);
    }
    expect(await toldOf(named(["@a:x"]), later, { method: "POST" })).toEqual([]);
    const sliding = "https://hs.example.org/_matrix/client/unstable/org.matrix.simplified_msc3575/sync";
    expect(await toldOf(named(["@a:x"]), sliding, { method: "POST" })).toEqual([]);
  });

  it("of user IDs alone, each once, ten thousand at most", async () => {
    expect(await toldOf(named(["@a:x", 1, null, "nobody", ["@b:x"], "@a:x"]))).toEqual(["@a:x"]);
    expect(await toldOf(named({ length: 1, 0: "@a:x" }))).toEqual([]);
    const many = Array.from({ length: 10_050 }, (_, index) => `@${index}:x`);
    expect(await toldOf(named(many))).toHaveLength(10_000);
  });

  it("of nobody where the answer is no JSON, an error, or too long", async () => {
    expect(await toldOf("<html>")).toEqual([]);
    expect(await toldOf('["@a:x"]')).toEqual([]);
    const { observer, told } = listening();
    await observer.wrap(async () => new Response(named(["@a:x"]), { status: 500 }))(later);
    // A fence that takes as long to read as what it follows.
    const padded = (sizeMiB: number, userId: string): string => " ".repeat(sizeMiB * 1024 * 1024) + named([userId]);
    await observer.wrap(async () => new Response(padded(32, "@a:x")))(later);
    await observer.wrap(async () => new Response(padded(31, "@fence:x")))(later);
    await vi.waitFor(() => expect(told).toEqual([["@fence:x"]]));
  });

  it("nobody any more who stopped listening, and the others although one throws", async () => {
    const { observer, told } = listening();
    const gone: unknown[] = [];
    observer.onChanged((userIds) => gone.push(userIds))();
    observer.onChanged(() => {
      throw new Error("a listener's own");
    });
    const last = vi.fn();
    observer.onChanged(last);
    vi.stubGlobal("reportError", () => {});
    await observer.wrap(async () => new Response(named(["@a:x"])))(later);
    await vi.waitFor(() => expect(last).toHaveBeenCalledWith(["@a:x"]));
    expect(told).toEqual([["@a:x"]]);
    expect(gone).toEqual([]);
    vi.unstubAllGlobals();
  });
});

describe("leaves the client's own requests alone", () => {
  it("hands over the same promise, the same answer and the whole body", async () => {
    const { observer } = listening();
    const response = new Response(named(["@a:x"]));
    const answer = Promise.resolve(response);
    const seen: unknown[] = [];
    const init = { headers: { Authorization: "Bearer token" } };
    const wrapped = observer.wrap((...details) => {
      seen.push(details);
      return answer;
    });
    expect(wrapped(later, init)).toBe(answer);
    expect(seen).toEqual([[later, init]]);
    expect(await (await answer).text()).toBe(named(["@a:x"]));
  });

  it("hands over the error, thrown or rejected", async () => {
    const { observer } = listening();
    const error = new TypeError("no network");
    await expect(observer.wrap(() => Promise.reject(error))(later)).rejects.toBe(error);
    const thrower = observer.wrap(() => {
      throw error;
    });
    expect(() => thrower(later)).toThrow(error);
  });

  it("lets the client read while the body is still coming, and after it failed", async () => {
    const { observer, told } = listening();
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const response = await observer.wrap(async () => new Response(readable))(later);
    const [reader, writer] = [response.body?.getReader(), writable.getWriter()];
    void writer.write(new TextEncoder().encode("{"));
    expect((await reader?.read())?.value).toEqual(new TextEncoder().encode("{"));
    await writer.abort(new Error("cut"));
    await expect(reader?.read()).rejects.toThrow("cut");
    expect(told).toEqual([]);
  });

  it("lets the client read all of an answer that is too long to be read along", async () => {
    const { observer } = listening();
    const long = " ".repeat(33 * 1024 * 1024);
    const response = await observer.wrap(async () => new Response(long))(later);
    expect((await response.text()).length).toBe(long.length);
  });

  it("copies nothing where nobody listens", async () => {
    const response = new Response(named(["@a:x"]));
    const clone = vi.spyOn(response, "clone");
    await createSyncObserver().wrap(async () => response)(later);
    expect(clone).not.toHaveBeenCalled();
  });

  it("takes what is no promise and no response from a client's own fetch", async () => {
    const { observer } = listening();
    const odd = observer.wrap((() => "odd") as unknown as typeof fetch);
    expect(odd(later)).toBe("odd");
  });
});
