import { EventType } from "matrix-js-sdk";
import { inject } from "vitest";
import { createIdentity, type MatrixUser, registerUser } from "../../examples/shared/matrix-user.js";
import type { SynapseVersion } from "./synapse.js";

/** Owner and reader on the two Synapses that federate, each way: for `describe.each`. */
export const acrossServers = [
  { ownerOn: "1.163.2", readerOn: "1.152.1" },
  { ownerOn: "1.152.1", readerOn: "1.163.2" },
] as const satisfies readonly { ownerOn: SynapseVersion; readerOn: SynapseVersion }[];

/** A user with cross-signing keys on one of the two Synapses, of matrix-js-sdk with Rust crypto; not syncing yet. */
export async function userOn(version: SynapseVersion, name: string): Promise<MatrixUser> {
  const user = await registerUser(inject("synapse").urls[version], `${name}-${crypto.randomUUID()}`);
  await createIdentity(user);
  return user;
}

/** A private room, joined by the members from whichever server, in which everybody may write the named state events. */
export async function roomWithOpenState(
  creator: MatrixUser,
  members: readonly MatrixUser[],
  ...types: string[]
): Promise<string> {
  const { room_id: roomId } = await creator.client.createRoom({
    invite: members.map(({ userId }) => userId),
    power_level_content_override: {
      // The override replaces the whole map: what a room cannot do without stays as servers set it.
      events: { ...Object.fromEntries(types.map((type) => [type, 0])), [EventType.RoomPowerLevels]: 100 },
    },
  });
  for (const { client } of members) await client.joinRoom(roomId);
  return roomId;
}
