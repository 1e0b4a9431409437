/** Display names, avatars, and arbitrary profile fields (MSC4133). */
import { forbidden, invalidParam, MatrixError, missingParam, notFound, unrecognized } from "../errors.js";
import { type JsonObject, type JsonValue, objectFrom, own } from "../json.js";
import { refreshMemberProfile } from "../rooms.js";
import type { AuthenticatedRequest, MatrixRequest, Router } from "../router.js";
import type { ServerState, User } from "../state.js";

/** Everything in one profile together, as JSON without white space. */
const MAX_PROFILE_BYTES = 65536;
const MAX_FIELD_NAME_BYTES = 255;

const STABLE = "/_matrix/client/{v3|r0}/profile";
const UNSTABLE = "/_matrix/client/unstable/uk.tcpip.msc4133/profile";

/** Adds the routes. Reading needs a token only where the server was told so. */
export function addProfileRoutes(router: Router): void {
  for (const base of [STABLE, UNSTABLE]) {
    const isUnstable = base === UNSTABLE;
    router.open("GET", `${base}/{}`, (request) => readProfile(request, isUnstable));
    router.open("GET", `${base}/{}/{}`, (request) => readField(request, isUnstable));
    router.authenticated("PUT", `${base}/{}/{}`, (request) => writeField(request, isUnstable));
    router.authenticated("DELETE", `${base}/{}/{}`, (request) => deleteField(request, isUnstable));
  }
}

function readProfile({ server, params, authenticate }: MatrixRequest, isUnstable: boolean): JsonObject {
  if (server.profilesNeedToken) authenticate();
  if (isUnstable && server.profile.profileFields?.unstablePath !== true) throw unrecognized();
  const user = knownUser(server, params[0] ?? "");
  if (user.profile.size === 0) throw notFound("Profile was not found");
  return objectFrom(user.profile);
}

function readField({ server, params, authenticate }: MatrixRequest, isUnstable: boolean): JsonObject {
  if (server.profilesNeedToken) authenticate();
  const name = checkedFieldName(server, params[1] ?? "", isUnstable);
  const value = knownUser(server, params[0] ?? "").profile.get(name);
  if (value !== undefined) return objectFrom([[name, value]]);
  if (isBuiltIn(name)) return {};
  throw notFound("Profile field was not found");
}

function writeField({ server, params, body, session }: AuthenticatedRequest, isUnstable: boolean): JsonObject {
  const name = checkedFieldName(server, params[1] ?? "", isUnstable);
  const user = ownProfile(session.user, params[0] ?? "");
  const value = own(body, name);
  if (value === undefined) throw missingParam(`Missing key '${name}'`);
  if (isBuiltIn(name) && typeof value !== "string") throw invalidParam(`'${name}' must be a string`);
  if (value === "" && isBuiltIn(name)) user.profile.delete(name);
  else {
    checkSize(server, user, name, value);
    user.profile.set(name, value);
  }
  if (isBuiltIn(name)) refreshMemberProfile(server, user);
  return {};
}

function deleteField({ server, params, session }: AuthenticatedRequest, isUnstable: boolean): JsonObject {
  const name = checkedFieldName(server, params[1] ?? "", isUnstable);
  const user = ownProfile(session.user, params[0] ?? "");
  user.profile.delete(name);
  if (isBuiltIn(name)) refreshMemberProfile(server, user);
  return {};
}

const isBuiltIn = (name: string): boolean => name === "displayname" || name === "avatar_url";

function checkedFieldName(server: ServerState, name: string, isUnstable: boolean): string {
  const fields = server.profile.profileFields;
  if (isUnstable && fields?.unstablePath !== true) throw unrecognized();
  if (!isUnstable && isBuiltIn(name)) return name;
  if (fields === undefined) throw unrecognized();
  if (Buffer.byteLength(name) > MAX_FIELD_NAME_BYTES) {
    throw new MatrixError(400, "M_KEY_TOO_LARGE", "Field name too long");
  }
  if (!/^[a-z][a-z0-9_.-]*$/.test(name)) {
    throw invalidParam("Field name does not follow Common Namespaced Identifier Grammar");
  }
  return name;
}

function checkSize(server: ServerState, user: User, name: string, value: JsonValue): void {
  const size = Buffer.byteLength(JSON.stringify(objectFrom([...user.profile, [name, value]])));
  const tooLarge = server.profile.profileFields?.tooLarge;
  if (size > MAX_PROFILE_BYTES && tooLarge !== undefined) {
    throw new MatrixError(tooLarge.status, tooLarge.errcode, tooLarge.message);
  }
}

function knownUser(server: ServerState, userId: string): User {
  if (!/^@[^:]*:.+$/.test(userId)) throw invalidParam("Invalid user id");
  const user = server.users.get(userId);
  if (user === undefined) throw notFound("Profile was not found");
  return user;
}

function ownProfile(user: User, userId: string): User {
  if (user.userId !== userId) throw forbidden("Cannot set another user's profile");
  return user;
}
