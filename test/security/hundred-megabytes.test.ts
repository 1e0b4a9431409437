/** Servers that answer with a hundred megabytes: read no further than the limit, and told apart from what is ordinary. */
import { beforeEach, expect, it } from "vitest";
import { fetchBundle } from "../../src/matrix/reading/fetch-bundle.js";
import { type ReadingOwner, type ReadingStage, readingStage } from "../support/reading-stage.js";

const mebibyte = 1 << 20;
const chunk = new TextEncoder().encode(`${"[".repeat(8)}${'"x",'.repeat(16_382)}`);
let stage: ReadingStage;
let alice: ReadingOwner;
/** Bytes that a reader pulled. */
let pulled: number;

beforeEach(async () => {
  stage = await readingStage();
  alice = await stage.owner();
  pulled = 0;
});

/** A hundred megabytes that begin like JSON, made as they are pulled. */
function flood(status = 200): Response {
  let left = 100 * mebibyte;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulled += chunk.length;
        left -= chunk.length;
        controller.enqueue(chunk);
        if (left <= 0) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { status, headers: { "Content-Length": "2" } });
}

const floodAt = (part: string, status?: number) => {
  stage.intercept = ({ url }) => (decodeURIComponent(url.pathname).includes(part) ? flood(status) : undefined);
};
const slack = 2 * chunk.length;

it("instead of keys: that user has none that can be read", async () => {
  floodAt("/keys/query");
  expect((await stage.readOne(alice.userId)).problems).toEqual(["malformed-master-key"]);
  expect(pulled).toBeLessThan(16 * mebibyte + slack);
});

it("instead of a profile field: it is malformed, and the others are read", async () => {
  const bob = await stage.owner("@bob:example.org");
  stage.fields.set(bob.userId, await bob.approved());
  floodAt(`/profile/${alice.userId}`);
  const identities = await stage.read([alice.userId, bob.userId]);
  expect(identities.get(alice.userId)?.problems).toEqual(["manifest-malformed"]);
  expect(identities.get(bob.userId)?.signatures).toHaveLength(1);
  expect(pulled).toBeLessThan(128 * 1024 + slack);
});

it("instead of a room's state: the room could not be read", async () => {
  floodAt("/state");
  stage.fields.set(alice.userId, await alice.approved());
  const identity = await stage.readOne(alice.userId, { rooms: ["!company:example.org"] });
  expect(identity.problems).toEqual(["room-unavailable"]);
  expect(identity.signatures).toHaveLength(1);
  expect(pulled).toBeLessThan(16 * mebibyte + slack);
});

it("instead of an error: no more is read than an error takes", async () => {
  floodAt("/profile/", 500);
  expect((await stage.readOne(alice.userId)).problems).toEqual(["manifest-unavailable"]);
  expect(pulled).toBeLessThan(64 * 1024 + slack);
});

it.each(["/.well-known/", "/profile/"])("instead of what an owner's own server says at %s", async (part) => {
  stage.hasProfileFields = false;
  const carol = await stage.owner("@carol:example.net");
  stage.hosts.set("example.net", (url) =>
    url.pathname.includes(part) ? flood() : new Response("{}", { status: 404 }),
  );
  const { problems } = await stage.readOne(carol.userId, { direct: true });
  expect(problems).toEqual([part === "/profile/" ? "manifest-malformed" : "manifest-unavailable"]);
  expect(pulled).toBeLessThan(128 * 1024 + slack);
});

it("instead of a bundle: it is refused", async () => {
  stage.hosts.set("example.net", () => flood());
  const fetching = fetchBundle("https://example.net/bundle.json", stage.http(), new AbortController().signal);
  await expect(fetching).rejects.toMatchObject({ code: "ERR_BUNDLE_SIZE" });
  expect(pulled).toBeLessThan(8 * mebibyte + slack);
});

it("that never end are not waited for", async () => {
  stage.intercept = ({ url, init }) => {
    if (!url.pathname.includes("/profile/")) return undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => init.signal?.addEventListener("abort", () => controller.error(init.signal?.reason)),
    });
    return new Response(body);
  };
  const http = stage.http();
  const ending = new AbortController();
  const context = { http, now: () => stage.now, signal: ending.signal, reader: stage.reader };
  const { openReading } = await import("../../src/client/reading/reader-side.js");
  const reading = openReading(stage.sources(), context)([alice.userId]);
  ending.abort();
  await expect(reading).rejects.toMatchObject({ code: "ERR_ABORTED" });
});
