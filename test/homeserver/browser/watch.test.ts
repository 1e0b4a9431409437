import type { MatrixClient } from "matrix-js-sdk";
import { afterEach, describe, expect, inject, it } from "vitest";
import { createIdentity } from "../../../examples/shared/matrix-user.js";
import { createHttp } from "../../../src/matrix/http.js";
import { prepareRoom } from "../../../src/matrix/prepare-room.js";
import { watchChanges } from "../../../src/matrix/watch/watch-changes.js";
import type { ChangeSource, WatchEvent } from "../../../src/matrix/watch/watch-event.js";
import { userOn } from "../../support/federated-users.js";
import { ownSide, readingSide, serverOf, verdictOn } from "../../support/two-sides.js";
import { stampVoucher } from "../../support/voucher.js";
import { manifestEvent, type WatchedUsers, watchedUsers, writeState } from "../../support/watched-users.js";

const running: WatchedUsers[] = [];

afterEach(() => {
  for (const users of running.splice(0)) users.stop();
});

const change = (userId: string, source: ChangeSource): WatchEvent => ({ kind: "user", userId, source });

const writeManifest = (client: MatrixClient, roomId: string, sequence: number) =>
  writeState(client, roomId, manifestEvent, { sequence }, client.getSafeUserId());

describe.each(["1.163.2", "1.152.1"] as const)("a matrix-js-sdk client syncing with Synapse %s", (version) => {
  async function watched(): Promise<WatchedUsers> {
    const users = await watchedUsers(inject("synapse").urls[version]);
    running.push(users);
    return users;
  }

  it("lets the watcher tell of new keys, manifests, and who leaves", async () => {
    const { owner, reader, roomId, tells } = await watched();
    await createIdentity(owner, true);
    await tells(change(owner.userId, "device-lists"), change(owner.userId, "trust-status"));
    await createIdentity(reader, true);
    await tells(change(reader.userId, "own-keys"));
    const { event_id: eventId } = await writeManifest(owner.client, roomId, 1);
    await tells(change(owner.userId, "room-state"));
    await owner.client.redactEvent(roomId, eventId);
    await tells(change(owner.userId, "room-state"));
    await owner.client.leave(roomId);
    await tells(change(owner.userId, "membership"));
  });

  it("shows an upgraded room, whose successor takes the members' manifests again", async () => {
    const { owner, reader, roomId, tells } = await watched();
    // The reader's own, who is a plain member: the room's creator would write it anywhere.
    await writeManifest(reader.client, roomId, 1);
    await tells(change(reader.userId, "room-state"));
    const { replacement_room: replacement } = await owner.client.upgradeRoom(roomId, "11");
    await tells({ kind: "room-upgraded", roomId, replacement });

    await owner.client.invite(replacement, reader.userId);
    await reader.client.joinRoom(replacement);
    const http = createHttp(reader.client, {}, new AbortController().signal);
    expect(await prepareRoom(http, replacement, reader.userId)).toMatchObject({ ready: true, remarks: [] });
    await expect(reader.client.getStateEvent(replacement, manifestEvent, reader.userId)).rejects.toMatchObject({
      errcode: "M_NOT_FOUND",
    });
    const told: WatchEvent[] = [];
    const stop = watchChanges(reader.client, {
      rooms: new Set([replacement]),
      onChange: (event) => told.push(event),
    });
    await writeManifest(reader.client, replacement, 2);
    await expect.poll(() => told, { timeout: 20_000 }).toContainEqual(change(reader.userId, "room-state"));
    stop();
  });

  it("tells a reader who watches when the owner publishes and when they take it back", async () => {
    const { owner, reader, roomId, observer } = await watched();
    const company = await stampVoucher();
    const rooms = [roomId];
    const reading = await readingSide(reader, company, serverOf(owner), { rooms });
    const levels: string[] = [];
    const sources = new Set<string>();
    reading.on("changed", async ({ userId, source }) => {
      sources.add(source);
      if (userId === owner.userId) levels.push((await verdictOn(reading, userId)).level);
    });
    await reading.watch([owner.userId], { observer });
    const own = await ownSide(owner, company, { rooms });
    const { keyId, routes } = await own.publish(await company.vouchFor(own), {
      routes: ["signatures-upload", "room-state"],
    });
    expect(routes.at(-1)).toMatchObject({ route: "room-state", stored: true });
    await expect.poll(() => levels.at(-1), { timeout: 20_000 }).toBe("trusted");
    expect(sources).toContain("room-state");
    // 1.152.1 refuses the upload, and so has nothing to tell.
    if (version === "1.163.2") expect(sources).toContain("device-lists");
    await own.withdraw(keyId);
    await expect.poll(() => levels.at(-1), { timeout: 20_000 }).not.toBe("trusted");
  });

  it("carries the manifest of a member who watches over to the upgraded room, where a watching reader finds it", async () => {
    // The reader of the stage is a plain member here, and the owner of the room the one who reads.
    const { owner: admin, reader: member, roomId } = await watched();
    const company = await stampVoucher();
    const rooms = [roomId];
    const own = await ownSide(member, company, { rooms });
    const reading = await readingSide(admin, company, serverOf(member), { rooms });
    await own.publish(await company.vouchFor(own), { routes: ["room-state"] });
    expect(await verdictOn(reading, member.userId)).toMatchObject({ level: "trusted" });
    await Promise.all([own.watch([]), reading.watch([member.userId])]);
    const upgrades: unknown[] = [];
    own.on("room-upgraded", (upgrade) => upgrades.push(upgrade));
    const { replacement_room: replacement } = await admin.client.upgradeRoom(roomId, "11");
    await expect.poll(() => upgrades, { timeout: 20_000 }).toEqual([{ roomId, replacement }]);
    await admin.client.invite(replacement, member.userId);
    await expect.poll(() => member.client.getRoom(replacement)?.getMyMembership(), { timeout: 20_000 }).toBe("invite");
    await member.client.joinRoom(replacement);
    await expect
      .poll(async () => (await reading.fetch([member.userId])).get(member.userId)?.signatures, { timeout: 20_000 })
      .toMatchObject([{ seenIn: ["room-state"], rooms: expect.arrayContaining([replacement]) }]);
    expect(await verdictOn(reading, member.userId)).toMatchObject({ level: "trusted" });
  });
});

it("asks politely about an owner who publishes in their profile alone, and tells what it finds", async () => {
  const [owner, reader] = [await userOn("1.152.1", "owner"), await userOn("1.152.1", "reader")];
  const company = await stampVoucher();
  let isDue: () => void = () => {};
  // The poller's pauses are all that lasts longer than a minute here.
  const wait = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      if (ms < 60_000) resolve();
      else isDue = resolve;
    });
  const reading = await readingSide(reader, company, serverOf(owner), { http: { wait } });
  const changes: unknown[] = [];
  reading.on("changed", (change) => changes.push(change));
  expect(await verdictOn(reading, owner.userId)).toMatchObject({ level: "unproven" });
  await reading.watch([owner.userId]);
  const own = await ownSide(owner, company);
  const { keyId } = await own.publish(await company.vouchFor(own));
  for (const level of ["trusted", "unproven"]) {
    await expect
      .poll(
        () => {
          isDue();
          return changes.splice(0);
        },
        { timeout: 20_000 },
      )
      .toEqual([{ userId: owner.userId, source: "poll" }]);
    expect(await verdictOn(reading, owner.userId)).toMatchObject({ level });
    if (level === "trusted") await own.withdraw(keyId);
  }
});

it("the facade prepares a room for an admin, says to a member what is missing, and publishing works then", async () => {
  const [admin, member] = [await userOn("1.163.2", "admin"), await userOn("1.163.2", "member")];
  const { room_id: roomId } = await admin.client.createRoom({ invite: [member.userId] });
  await member.client.joinRoom(roomId);
  const company = await stampVoucher();
  const own = await ownSide(member, company, { rooms: [roomId] });
  const signature = await company.vouchFor(own);
  expect(await own.prepareRoom(roomId)).toMatchObject({ ready: false, required: 50, memberLevel: 0, canSet: false });
  await expect(own.prepareRoom(roomId, { apply: true })).rejects.toMatchObject({ code: "ERR_ROOM_POWER" });
  const refused = await own.publish(signature, { routes: ["room-state"] });
  expect(refused).toMatchObject({ published: false, visibleTo: "nobody", routes: [{ error: { status: 403 } }] });
  expect(refused.advice.map(({ code }) => code)).toEqual(["prepare-the-room"]);
  const managing = await ownSide(admin, company);
  expect(await managing.prepareRoom(roomId)).toMatchObject({ ready: false, canSet: true, applied: false });
  expect(await managing.prepareRoom(roomId, { apply: true })).toMatchObject({
    ready: true,
    applied: true,
    remarks: [],
  });
  expect(await own.publish(signature, { routes: ["room-state"] })).toMatchObject({
    published: true,
    visibleTo: "room",
  });
});
