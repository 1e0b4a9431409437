import { type Account, as, register } from "./account.js";
import { asObject, at, expectOk, type Homeserver, type JsonObject } from "./http.js";
import { createReadyOwner, uploadSignatures } from "./identity.js";
import { manifestName } from "./probe-profile.js";
import { keyId, values } from "./probe-signatures.js";
import { createRoom, showsManifests, writeManifest } from "./rooms.js";
import type { StateFacts } from "./row.js";

/** Measures what members may write into a room's state, and who reads it. */
export async function probeState(server: Homeserver): Promise<StateFacts> {
  const creator = await register(server);
  const member = await register(server);
  const roomId = await createRoom(creator, [member], { events: { [manifestName]: 0 } });
  const unlisted = await createRoom(creator, [member], {});
  const object = { sequence: 1, external: { [keyId]: { nested: ["object", 1] } } };
  const large = await writeManifest(member, roomId, member.userId, { external: { [keyId]: values.large } });
  const plainMember = await writeManifest(member, roomId, member.userId, object);
  await writeManifest(creator, roomId, creator.userId, object);
  return {
    plainMember,
    plainMemberUnlisted: await writeManifest(member, unlisted, member.userId, object),
    anothersByMember: await writeManifest(member, roomId, creator.userId, object),
    anothersByCreator: await writeManifest(creator, roomId, member.userId, object),
    large,
    oneRequestReadsAll: await showsManifests(member, roomId, [creator.userId, member.userId], object),
    inFirstSync: await inFirstSync(creator, roomId, member.userId),
  };
}

/**
 * Whether the owner is named to a member of her room after a later upload. A message that she sends afterwards is the
 * fence: once it has arrived, and one more answer, what has not been said is not said.
 */
export async function probeChangeNamed(server: Homeserver): Promise<boolean> {
  const owner = await createReadyOwner(server);
  const reader = await register(server);
  const roomId = await createRoom(owner, [reader], {});
  let since = await settle(reader);
  await uploadSignatures(owner, { [keyId]: values.string });
  const message = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/send/m.room.message/fence`;
  const sent = await as(owner, "PUT", message, { msgtype: "m.text", body: "fence" });
  const eventId = expectOk(sent, "a message").body.event_id;
  const deadline = Date.now() + 30_000;
  for (let afterFence = 0; afterFence < 2 && Date.now() < deadline; ) {
    const answer = await sync(reader, since, afterFence === 0 ? 10_000 : 2_000);
    const changed = at(answer, "device_lists", "changed");
    if (Array.isArray(changed) && changed.includes(owner.userId)) return true;
    const events = at(answer, "rooms", "join", roomId, "timeline", "events");
    const arrived = Array.isArray(events) && events.some((event) => at(event, "event_id") === eventId);
    if (arrived || afterFence > 0) afterFence++;
    since = String(answer.next_batch);
  }
  return false;
}

/** Syncs until the server has nothing more to say. */
async function settle(account: Account): Promise<string> {
  let since = String((await sync(account)).next_batch);
  for (let round = 0; round < 10; round++) {
    const next = String((await sync(account, since, 0)).next_batch);
    if (next === since) break;
    since = next;
  }
  return since;
}

async function sync(account: Account, since?: string, timeoutMs = 0): Promise<JsonObject> {
  const from = since === undefined ? "" : `&since=${encodeURIComponent(since)}`;
  const answer = await as(account, "GET", `/_matrix/client/v3/sync?timeout=${timeoutMs}${from}`);
  return expectOk(answer, "sync").body;
}

async function inFirstSync(reader: Account, roomId: string, owner: string): Promise<boolean> {
  const room = asObject(at(await sync(reader), "rooms", "join", roomId)) ?? {};
  const events = [at(room, "state", "events"), at(room, "timeline", "events")].flat();
  return events.some((event) => at(event, "type") === manifestName && at(event, "state_key") === owner);
}
