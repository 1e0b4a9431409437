import { type Account, as } from "./account.js";
import { at, expectOk, type JsonObject, summarize } from "./http.js";
import { manifestName } from "./probe-profile.js";
import type { Outcome } from "./row.js";

/** Makes a room and lets the members join, those of other servers, too; its ID. */
export async function createRoom(creator: Account, members: Account[], powerLevels: JsonObject): Promise<string> {
  const body = {
    preset: "private_chat",
    invite: members.map((member) => member.userId),
    ...(Object.keys(powerLevels).length === 0 ? {} : { power_level_content_override: powerLevels }),
  };
  const roomId = expectOk(await as(creator, "POST", "/_matrix/client/v3/createRoom", body), "a room").body.room_id;
  if (typeof roomId !== "string") throw new Error("a room: the server named none");
  for (const member of members) {
    expectOk(await as(member, "POST", `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/join`, {}), "joining");
  }
  return roomId;
}

/** Writes the state event of that state key that carries a manifest. */
export async function writeManifest(
  account: Account,
  roomId: string,
  stateKey: string,
  content: JsonObject,
): Promise<Outcome> {
  const path = `${encodeURIComponent(roomId)}/state/${manifestName}/${encodeURIComponent(stateKey)}`;
  return summarize(await as(account, "PUT", `/_matrix/client/v3/rooms/${path}`, content));
}

/** Whether one request for the room's state brings this manifest of all these users, each by its owner, unchanged. */
export async function showsManifests(
  reader: Account,
  roomId: string,
  userIds: string[],
  content: JsonObject,
): Promise<boolean> {
  const path = `/_matrix/client/v3/rooms/${encodeURIComponent(roomId)}/state`;
  const { token, server } = reader;
  const response = await fetch(`${server.url}${path}`, { headers: { Authorization: `Bearer ${token}` } });
  const events: unknown = await response.json();
  if (!Array.isArray(events)) return false;
  return userIds.every((userId) =>
    events.some(
      (event) =>
        at(event, "type") === manifestName &&
        at(event, "state_key") === userId &&
        at(event, "sender") === userId &&
        JSON.stringify(at(event, "content", "external")) === JSON.stringify(content.external),
    ),
  );
}
