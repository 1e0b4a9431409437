import { type Account, as, register } from "./account.js";
import { at, expectOk, type Homeserver, type JsonObject, summarize } from "./http.js";
import { manifestName } from "./probe-profile.js";
import { createRoom, writeManifest } from "./rooms.js";
import type { MembershipFacts, Outcome } from "./row.js";

/** Measures what becomes of members' manifests when they leave, are banned, or their room is replaced. */
export async function probeMembership(server: Homeserver): Promise<MembershipFacts> {
  const creator = await register(server);
  const members = [await register(server), await register(server), await register(server)] as const;
  const roomId = await createRoom(creator, [...members], { events: { [manifestName]: 0, "m.room.tombstone": 100 } });
  for (const member of members) await writeManifest(member, roomId, member.userId, { sequence: 1 });
  const [stayer, leaver, banned] = members;
  await move(leaver, roomId, "leave", {});
  await move(creator, roomId, "ban", { user_id: banned.userId });
  await writeManifest(stayer, roomId, stayer.userId, { sequence: 2 });
  return {
    left: await gone(leaver, roomId, stayer),
    banned: await gone(banned, roomId, stayer),
    staysInState: (await sequenceOf(stayer, roomId, leaver)) === 1,
    sameEventAgain: await sameEventAgain(stayer, roomId),
    upgrade: await upgrade(creator, stayer, roomId),
  };
}

async function gone(account: Account, roomId: string, other: Account): Promise<MembershipFacts["left"]> {
  const read = await as(account, "GET", statePath(roomId, manifestName, other.userId));
  return {
    writes: await writeManifest(account, roomId, account.userId, {}),
    reads: summarize(read),
    readsPast: read.body.sequence === 1,
    asksMembers: summarize(await as(account, "GET", roomPath(roomId, "joined_members"))),
  };
}

async function upgrade(creator: Account, member: Account, roomId: string): Promise<MembershipFacts["upgrade"]> {
  const version = at((await as(creator, "GET", statePath(roomId, "m.room.create"))).body, "room_version");
  const body = { new_version: version };
  const byMember = await move(member, roomId, "upgrade", body);
  const answer = await as(creator, "POST", roomPath(roomId, "upgrade"), body);
  const next = String(expectOk(answer, "an upgrade").body.replacement_room);
  const levels = await as(creator, "GET", statePath(next, "m.room.power_levels"));
  const tombstone = await as(member, "GET", statePath(roomId, "m.room.tombstone"));
  const create = await as(creator, "GET", statePath(next, "m.room.create"));
  return {
    byMember,
    byCreator: summarize(answer),
    tombstoneNames: tombstone.body.replacement_room === next,
    createNames: at(create.body, "predecessor", "room_id") === roomId,
    carriesLevels: at(levels.body, "events", manifestName) === 0,
    carriesManifests: (await sequenceOf(creator, next, member)) !== undefined,
    memberJoins: await move(member, next, "join", {}),
    memberWritesOld: await writeManifest(member, roomId, member.userId, {}),
  };
}

const roomPath = (roomId: string, action: string): string =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/${action}`;

const statePath = (roomId: string, type: string, stateKey = ""): string =>
  roomPath(roomId, `state/${type}/${encodeURIComponent(stateKey)}`);

const move = async (account: Account, roomId: string, action: string, body: JsonObject): Promise<Outcome> =>
  summarize(await as(account, "POST", roomPath(roomId, action), body));

async function sequenceOf(reader: Account, roomId: string, owner: Account): Promise<unknown> {
  return (await as(reader, "GET", statePath(roomId, manifestName, owner.userId))).body.sequence;
}

async function sameEventAgain(account: Account, roomId: string): Promise<boolean> {
  const eventIds = new Set<unknown>();
  for (let time = 0; time < 2; time++) {
    const answer = await as(account, "PUT", statePath(roomId, manifestName, account.userId), { sequence: 3 });
    eventIds.add(expectOk(answer, "a state event").body.event_id);
  }
  return eventIds.size === 1;
}
