import { beforeEach, describe, expect, it } from "vitest";
import { readRoom } from "../../src/matrix/reading/read-room.js";
import { manifestEvent, member, type ReadingStage, readingStage } from "../support/reading-stage.js";
import { json, matrixError } from "../support/scripted-fetch.js";

const roomId = "!a/b?c:example.org";
const alice = "@alice:example.org";
let stage: ReadingStage;

beforeEach(async () => {
  stage = await readingStage();
});

const read = () => readRoom(roomId, stage.reader, stage.http(), new AbortController().signal);
const unavailable = { roomId, manifests: new Map(), memberships: new Map(), problem: "room-unavailable" };

describe("reading a room", () => {
  it("takes everybody's manifests and memberships with one request", async () => {
    stage.rooms.set(roomId, [
      member(alice, "join"),
      member("@bob:example.org", "ban"),
      manifestEvent(alice, { sequence: 1 }),
      manifestEvent("@bob:example.org", {}),
      { type: "m.room.name", state_key: "", sender: alice, content: { name: "company" } },
    ]);
    expect(await read()).toEqual({
      roomId,
      manifests: new Map<string, object>([
        [alice, { sequence: 1 }],
        ["@bob:example.org", {}],
      ]),
      memberships: new Map([
        [alice, "join"],
        ["@bob:example.org", "ban"],
      ]),
    });
    expect(stage.seen.map(({ url }) => url.pathname)).toEqual([
      `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state`,
    ]);
  });

  it.each<[string, unknown]>([
    ["whose sender is another user than the state key", manifestEvent(alice, { sequence: 1 }, "@mallory:example.org")],
    ["whose state key is no user ID", manifestEvent("alice", { sequence: 1 })],
    ["without a sender", { type: "org.matrix.msc2961.signatures", state_key: alice, content: {} }],
    ["without a state key", { type: "org.matrix.msc2961.signatures", sender: alice, content: {} }],
    ["whose content is no object", manifestEvent(alice, "manifest")],
    ["of another type", { ...manifestEvent(alice, {}), type: "org.matrix.msc2961.signature" }],
    ["that is no object", null],
    ["that is a list", [manifestEvent(alice, {})]],
  ])("takes no event %s", async (_what, event) => {
    stage.rooms.set(roomId, [event]);
    expect((await read()).manifests).toEqual(new Map());
  });

  it("tells of a tombstone", async () => {
    const content = { replacement_room: "!new:example.org" };
    stage.rooms.set(roomId, [{ type: "m.room.tombstone", state_key: "", sender: alice, content }]);
    expect((await read()).replacement).toBe("!new:example.org");
    stage.rooms.set(roomId, [{ type: "m.room.tombstone", state_key: "x", sender: alice, content }]);
    expect((await read()).replacement).toBeUndefined();
  });

  it.each(["leave", "ban"])("takes no state as it was when the reader's membership became %s", async (membership) => {
    stage.rooms.set(roomId, [member(stage.reader, membership), manifestEvent(alice, { sequence: 1 })]);
    expect(await read()).toEqual(unavailable);
  });

  it.each<[string, () => Response]>([
    ["is forbidden", () => matrixError(403, "M_FORBIDDEN")],
    ["is unknown", () => matrixError(404, "M_NOT_FOUND")],
    ["a server fails to read", () => matrixError(500, "M_UNKNOWN")],
    ["is answered with HTML", () => new Response("<html>")],
    ["is answered with an object", () => json({ chunk: [] })],
  ])("a room that %s is a problem, no error", async (_what, answer) => {
    stage.intercept = answer;
    expect(await read()).toEqual(unavailable);
  });

  it("a homeserver that cannot be reached is a problem, no error", async () => {
    stage.intercept = () => Promise.reject(new TypeError("fetch failed"));
    expect(await read()).toEqual(unavailable);
  });

  it("ends when the caller ends it", async () => {
    const ending = new AbortController();
    ending.abort();
    const reading = readRoom(roomId, stage.reader, stage.http(), ending.signal);
    await expect(reading).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});
