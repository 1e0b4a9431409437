/** Whom `/sync` and `/keys/changes` name: whose keys changed, and who is gone. */
import { membershipAt, membershipOf, shareRoom } from "./rooms.js";
import type { Room, ServerState } from "./state.js";

/** Whose keys must be asked again, and whose are of no interest any more. */
export function deviceLists(
  server: ServerState,
  userId: string,
  since: number | undefined,
): { changed: string[]; left: string[] } {
  if (since === undefined) return { changed: [], left: [] };
  const changed = new Set<string>();
  const left = new Set<string>();
  for (const change of server.keyChanges) {
    if (change.position <= since) continue;
    const isForMe =
      change.audience === undefined ? shareRoom(server, userId, change.userId) : change.audience === userId;
    if (isForMe) changed.add(change.userId);
  }
  for (const room of server.rooms.values()) {
    const wasIn = membershipAt(room, userId, since) === "join";
    const isIn = membershipOf(room, userId) === "join";
    if (!wasIn && !isIn) continue;
    const moved = room.events.filter(({ type, position }) => type === "m.room.member" && position > since);
    const others = wasIn === isIn ? moved.map((event) => event.stateKey ?? "") : allMembersEver(room);
    for (const other of others) {
      if (other === userId) continue;
      const isHere = isIn && membershipOf(room, other) === "join";
      const wasHere = wasIn && membershipAt(room, other, since) === "join";
      if (isHere && !wasHere) changed.add(other);
      if (wasHere && !isHere && !shareRoom(server, userId, other)) left.add(other);
    }
  }
  return { changed: [...changed], left: [...left] };
}

const allMembersEver = (room: Room): string[] =>
  [...room.state.values()].filter((event) => event.type === "m.room.member").map((event) => event.stateKey ?? "");
