/** Who may do what in a room: power levels and membership, as room versions 10 and 12 have them. */
import { badJson, forbidden, MatrixError } from "./errors.js";
import { arrayAt, type JsonObject, type JsonValue, objectAt, own, stringAt } from "./json.js";
import { hasPrivilegedCreators } from "./room-versions.js";
import { type Membership, membershipOf, type NewEvent, stateContent } from "./rooms.js";
import { type Room, stateSlot } from "./state.js";

const POWER = "m.room.power_levels";

/** Who made the room, and whom its maker put beside themselves. */
export function creatorsOf(room: Room): string[] {
  const create = room.state.get(stateSlot("m.room.create", ""));
  if (create === undefined) return [];
  const more = arrayAt(create.content, "additional_creators").filter((userId) => typeof userId === "string");
  return [create.sender, ...more];
}

/** The user's power level, `Infinity` for a creator above all levels. Before there are levels the creator has 100. */
export function powerOf(room: Room, userId: string): number {
  const levels = stateContent(room, POWER);
  const isCreator = creatorsOf(room).includes(userId);
  if (isCreator && hasPrivilegedCreators(room.version)) return Number.POSITIVE_INFINITY;
  if (levels === undefined) return isCreator ? 100 : 0;
  return levelAt(objectAt(levels, "users"), userId) ?? levelAt(levels, "users_default") ?? 0;
}

/** The power level that an action needs. */
export function powerToAct(room: Room, action: "invite" | "kick" | "ban" | "redact"): number {
  return levelAt(stateContent(room, POWER), action) ?? (action === "invite" ? 0 : 50);
}

/** The power level that sending an event of a type needs. */
export function powerToSend(room: Room, type: string, isState: boolean): number {
  const levels = stateContent(room, POWER);
  const fallback = isState ? (levelAt(levels, "state_default") ?? (levels === undefined ? 0 : 50)) : undefined;
  return levelAt(objectAt(levels, "events"), type) ?? fallback ?? levelAt(levels, "events_default") ?? 0;
}

function levelAt(levels: JsonObject | undefined, name: string): number | undefined {
  const level = own(levels, name);
  return typeof level === "number" ? level : undefined;
}

/** Lets an event through, or throws M_FORBIDDEN. The sender's own membership is part of the rules. */
export function checkEvent(room: Room, event: NewEvent): void {
  if (event.type === "m.room.create") throw forbidden("A room is created once");
  if (event.type === "m.room.member" && event.stateKey !== undefined) {
    checkMembership(room, event.sender, event.stateKey, event.content);
    return;
  }
  if (membershipOf(room, event.sender) !== "join") throw forbidden("You are not in this room");
  const power = powerOf(room, event.sender);
  if (power < powerToSend(room, event.type, event.stateKey !== undefined)) {
    throw forbidden(`You do not have permission to send ${event.type}`);
  }
  if (event.stateKey?.startsWith("@") === true && event.stateKey !== event.sender) {
    throw forbidden("A state key that is a user ID belongs to that user");
  }
  if (event.type !== POWER || event.stateKey !== "") return;
  checkPowerLevels(room, event.content);
  checkPowerChange(room, event.sender, power, event.content);
}

function checkMembership(room: Room, sender: string, target: string, content: JsonObject): void {
  const wanted = stringAt(content, "membership") as Membership | undefined;
  const senderNow = membershipOf(room, sender);
  const targetNow = membershipOf(room, target);
  const power = powerOf(room, sender);
  const outranks = power > powerOf(room, target);
  if (wanted === "join") {
    checkJoin(room, sender, target, targetNow);
    return;
  }
  if (wanted === "leave" && sender === target) {
    if (targetNow === "join" || targetNow === "invite" || targetNow === "knock") return;
    throw forbidden("You are not in this room");
  }
  if (wanted !== "invite" && wanted !== "leave" && wanted !== "ban") throw badJson("Unknown membership");
  if (senderNow !== "join") throw forbidden("You are not in this room");
  if (wanted === "invite") {
    if (targetNow === "join") throw forbidden("The user is already in the room");
    if (targetNow === "ban") throw forbidden("The user is banned");
    if (power < powerToAct(room, "invite")) throw forbidden("You do not have permission to invite");
    return;
  }
  const needed = powerToAct(room, wanted === "ban" || targetNow === "ban" ? "ban" : "kick");
  if (power < needed || !outranks)
    throw forbidden(`You do not have permission to ${wanted === "ban" ? "ban" : "kick"}`);
  if (wanted === "leave" && (targetNow === undefined || targetNow === "leave")) throw forbidden("The user is not here");
}

const banned = (message: string): MatrixError => new MatrixError(403, "M_BAD_STATE", message);

function checkJoin(room: Room, sender: string, target: string, now: Membership | undefined): void {
  if (sender !== target) throw forbidden("Nobody can join somebody else");
  if (now === "ban") throw banned("Cannot join user who was banned");
  const isCreator = room.events.length === 1 && room.events[0]?.sender === sender;
  const isPublic = stringAt(stateContent(room, "m.room.join_rules"), "join_rule") === "public";
  if (now !== "join" && now !== "invite" && !isPublic && !isCreator)
    throw forbidden("You are not invited to this room");
}

/** Throws where power levels name somebody who stands above them. */
export function checkPowerLevels(room: Room, levels: JsonObject): void {
  if (!hasPrivilegedCreators(room.version)) return;
  const named = creatorsOf(room).find((userId) => own(objectAt(levels, "users"), userId) !== undefined);
  if (named === undefined) return;
  throw new MatrixError(400, "M_UNKNOWN", `Creator user ${named} must not appear in content.users`);
}

/** Nobody gives or takes more than they have, nor takes from an equal. */
function checkPowerChange(room: Room, sender: string, power: number, next: JsonObject): void {
  const current = stateContent(room, POWER) ?? {};
  for (const [name, before, after] of changesIn(current, next)) {
    if (after !== undefined && !Number.isSafeInteger(after)) throw badJson("Power levels are integers");
    const isEqualOther = name.startsWith("users ") && name !== `users ${sender}` && before === power;
    if ((levelOf(before) ?? 0) > power || (levelOf(after) ?? 0) > power || isEqualOther) {
      throw forbidden("You cannot change power levels beyond your own");
    }
  }
}

const levelOf = (value: JsonValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);

type Change = [name: string, before: JsonValue | undefined, after: JsonValue | undefined];

function changesIn(current: JsonObject, next: JsonObject): Change[] {
  const plain = ["users_default", "events_default", "state_default", "ban", "redact", "kick", "invite"];
  const changes = plain.map((name): Change => [name, own(current, name), own(next, name)]);
  for (const map of ["users", "events", "notifications"]) {
    const before = objectAt(current, map);
    const after = objectAt(next, map);
    const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
    for (const name of names) changes.push([`${map} ${name}`, own(before, name), own(after, name)]);
  }
  return changes.filter(([, before, after]) => before !== after);
}
