import type { EmbeddedUser } from "./embedded-user.js";

/** A room in which every member may write a manifest: `creator` makes it, the others join. */
export async function createManifestRoom(creator: EmbeddedUser, members: readonly EmbeddedUser[]): Promise<string> {
  const { body } = await creator.account.post("/v3/createRoom", {
    invite: members.map(({ account }) => account.userId),
    power_level_content_override: { events: { "org.matrix.msc2961.signatures": 0 } },
  });
  const roomId = String(body.room_id);
  for (const { account } of members) await account.post(`/v3/rooms/${encodeURIComponent(roomId)}/join`);
  return roomId;
}
