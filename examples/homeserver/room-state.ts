/** A room's state as it was, and what of it somebody may see. */
import { forbidden } from "./errors.js";
import { membershipIn } from "./rooms.js";
import { type Room, type RoomEvent, stateSlot } from "./state.js";

/** State events by `stateSlot(type, stateKey)`. */
export type RoomState = ReadonlyMap<string, RoomEvent>;

/** The state just before a position of the stream. */
export function stateBefore(room: Room, position: number): RoomState {
  const state = new Map<string, RoomEvent>();
  for (const event of room.events) {
    if (event.position >= position) break;
    if (event.stateKey !== undefined) state.set(stateSlot(event.type, event.stateKey), event);
  }
  return state;
}

/** The present state for a member; for somebody who left or was kicked, the state of that moment. Throws M_FORBIDDEN. */
export function stateVisibleTo(room: Room, userId: string): RoomState {
  const member = room.state.get(stateSlot("m.room.member", userId));
  const membership = membershipIn(member);
  if (membership === "join") return room.state;
  if (membership === "leave" && member !== undefined && hasJoined(member)) {
    return stateBefore(room, member.position + 1);
  }
  throw forbidden("You are not in this room");
}

/** Whether the membership before this one, other changes of the same set aside, was `join`. */
function hasJoined(member: RoomEvent): boolean {
  let event: RoomEvent | undefined = member;
  while (event !== undefined && membershipIn(event) === "leave") event = event.replaced;
  return membershipIn(event) === "join";
}
