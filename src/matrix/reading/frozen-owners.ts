import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { manifestName } from "../../model/manifest/manifest.js";
import { serverNameOf } from "../../model/user-id.js";
import { allPowerfulCreators, readRoomPower } from "../room-power.js";

/** The events of a room's state that say who may write there, by type: those whose state key is empty. */
export type GoverningEvents = ReadonlyMap<string, JsonObject>;

/** The types that {@link frozenOwners} looks at. */
export const governingTypes: ReadonlySet<unknown> = new Set([
  "m.room.create",
  "m.room.power_levels",
  "m.room.server_acl",
]);

/**
 * The owners who cannot change their manifest in a room: their power does not suffice, or the room shuts their server out. What
 * stands there is as old as that, whatever they take back elsewhere.
 *
 * Where levels cannot be read, nobody can. Says nothing about membership.
 *
 * @see Matrix specification, client-server API, `m.room.power_levels`, `m.room.server_acl`
 */
export function frozenOwners(owners: Iterable<string>, events: GoverningEvents): Set<string> {
  const levels = events.get("m.room.power_levels");
  const { sender, content = {} } = events.get("m.room.create") ?? {};
  const creators = isJsonObject(content) ? allPowerfulCreators({ sender, content }) : new Set<string>();
  const acl = events.get("m.room.server_acl");
  const servers = new Map<string, boolean>();
  const letsIn = (server: string): boolean => {
    const known = servers.get(server) ?? (!acl || isLetIn(server, acl.content));
    servers.set(server, known);
    return known;
  };
  // Before there are power levels, everybody may write.
  const may = (owner: string): boolean => !levels || suffices(owner, levels.content, creators);
  return new Set([...owners].filter((owner) => !may(owner) || !letsIn(serverNameOf(owner))));
}

function suffices(userId: string, levels: unknown, creators: ReadonlySet<string>): boolean {
  try {
    const power = isJsonObject(levels) && readRoomPower(levels, creators);
    return power && power.of(userId) >= power.toSend(manifestName);
  } catch (error) {
    if (error instanceof CountersignError) return false;
    throw error;
  }
}

/** Ports do not count; who is denied is out, though allowed as well; who is in no list is out. */
function isLetIn(server: string, acl: unknown): boolean {
  const { allow, deny, allow_ip_literals: allowsAddresses } = isJsonObject(acl) ? acl : {};
  const host = server.replace(/:[0-9]*$/, "").toLowerCase();
  const isIn = (list: unknown): boolean =>
    Array.isArray(list) && list.some((glob) => typeof glob === "string" && matches(host, glob.toLowerCase()));
  if (allowsAddresses === false && /^(?:\[.*|[0-9.]+)$/.test(host)) return false;
  return isIn(allow) && !isIn(deny);
}

/** `*` stands for any text, `?` for one character. No regular expression: a room's admin must not choose how long it takes. */
function matches(text: string, glob: string): boolean {
  let [at, from] = [0, 0];
  let [star, resumed] = [-1, 0];
  while (at < text.length) {
    if (glob[from] === "*") {
      star = from++;
      resumed = at;
    } else if (from < glob.length && (glob[from] === "?" || glob[from] === text[at])) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++resumed;
    } else return false;
  }
  while (glob[from] === "*") from++;
  return from === glob.length;
}
