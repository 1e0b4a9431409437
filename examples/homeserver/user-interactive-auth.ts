import { passwordMatches } from "./accounts.js";
import { MatrixError } from "./errors.js";
import { type JsonObject, objectAt, stringAt } from "./json.js";
import { randomId, type ServerState, type UiaSession, type User } from "./state.js";

/** The one stage that an endpoint asks for. */
export type Stage = "m.login.dummy" | "m.login.password";

/** Unfinished sessions kept at most; the oldest goes first. */
const MAX_SESSIONS = 1000;

/**
 * User-interactive auth: returns if the body's `auth` completes the stage, else throws the 401 that says what is
 * missing. A session opened for one purpose and user is no good for another.
 */
export function requireAuth(
  server: ServerState,
  body: JsonObject,
  ask: { purpose: string; stage: Stage; user?: User },
): void {
  const auth = objectAt(body, "auth");
  const purpose = `${ask.purpose} ${ask.user?.userId ?? ""}`;
  const session = sessionFor(server, stringAt(auth, "session"), purpose);
  if (auth === undefined || stringAt(auth, "type") === undefined) throw incomplete(session, ask.stage);
  if (stringAt(auth, "type") !== ask.stage) throw incomplete(session, ask.stage, "This stage is not asked for");
  if (ask.stage === "m.login.password" && !hasPassword(server, auth, ask.user)) {
    throw incomplete(session, ask.stage, "Invalid password");
  }
  session.completed.add(ask.stage);
  server.uiaSessions.delete(session.id);
}

function sessionFor(server: ServerState, id: string | undefined, purpose: string): UiaSession {
  const known = id === undefined ? undefined : server.uiaSessions.get(id);
  if (known?.purpose === purpose) return known;
  const session: UiaSession = { id: randomId(), purpose, completed: new Set() };
  server.uiaSessions.set(session.id, session);
  if (server.uiaSessions.size > MAX_SESSIONS) {
    for (const oldest of server.uiaSessions.keys()) {
      server.uiaSessions.delete(oldest);
      break;
    }
  }
  return session;
}

function hasPassword(server: ServerState, auth: JsonObject, user: User | undefined): boolean {
  const password = stringAt(auth, "password");
  const named = stringAt(objectAt(auth, "identifier"), "user") ?? stringAt(auth, "user");
  if (user === undefined || password === undefined) return false;
  if (named !== undefined && named !== user.localpart && named !== user.userId) return false;
  return server.users.get(user.userId) === user && passwordMatches(user, password);
}

/** Without an error code where the client has not tried yet, as the specification says. */
function incomplete(session: UiaSession, stage: Stage, failure?: string): MatrixError {
  const flows = { flows: [{ stages: [stage] }], params: {}, session: session.id, completed: [] };
  return new UiaError(flows, failure);
}

/** 401 whose body is the flows; `errcode` and `error` are there only after a stage failed. */
class UiaError extends MatrixError {
  private readonly flows: JsonObject;

  constructor(flows: JsonObject, failure: string | undefined) {
    super(401, "M_FORBIDDEN", failure ?? "");
    this.flows = flows;
  }

  override toJson(): JsonObject {
    return this.message === "" ? this.flows : { ...this.flows, errcode: this.errcode, error: this.message };
  }
}
