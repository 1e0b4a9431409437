/** `/sync` and `/keys/changes`. */
import { deviceLists } from "../device-lists.js";
import { MatrixError, missingParam } from "../errors.js";
import { type JsonObject, objectAt, own, parseJson } from "../json.js";
import type { AuthenticatedRequest, Router } from "../router.js";
import { positionOf } from "../stream.js";
import { type SyncFilter, syncSince } from "../sync-response.js";

const MAX_TIMEOUT_MS = 60_000;
const DEFAULT_TIMELINE_LIMIT = 20;

/** Adds the routes. */
export function addSyncRoutes(router: Router): void {
  router.authenticated("GET", "/_matrix/client/{v3|r0}/sync", sync);
  router.authenticated("GET", "/_matrix/client/{v3|r0}/keys/changes", ({ server, session, query }) => {
    const from = query.get("from");
    if (from === null) throw missingParam("from is missing");
    return { ...deviceLists(server, session.user.userId, checkedPosition(from)) };
  });
}

async function sync({ server, session, query, signal }: AuthenticatedRequest): Promise<JsonObject> {
  const token = query.get("since");
  const since = token === null || token === "" ? undefined : checkedPosition(token);
  const timeoutMs = Math.min(Number.parseInt(query.get("timeout") ?? "0", 10) || 0, MAX_TIMEOUT_MS);
  const filter = readFilter(session.user.filters, query.get("filter"));
  const fullState = query.get("full_state") === "true";
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = syncSince(server, session, fullState ? undefined : since, filter);
    const left = deadline - Date.now();
    if (!answer.isEmpty || since === undefined || left <= 0 || signal.aborted) return answer.body;
    await server.stream.changed(left, signal);
  }
}

function checkedPosition(token: string): number {
  const position = positionOf(token);
  if (position === undefined) throw new MatrixError(400, "M_UNKNOWN", "Invalid token");
  return position;
}

/** The two members of a filter that count here; the rest asks for less than is told. */
function readFilter(filters: readonly JsonObject[], named: string | null): SyncFilter {
  const filter = named?.startsWith("{") ? parsedFilter(named) : filters[Number.parseInt(named ?? "", 10)];
  const room = objectAt(filter, "room");
  const limit = own(objectAt(room, "timeline"), "limit");
  const isLimit = typeof limit === "number" && limit >= 0;
  return {
    timelineLimit: isLimit ? Math.min(Math.floor(limit), 1000) : DEFAULT_TIMELINE_LIMIT,
    includesLeft: own(room, "include_leave") === true,
  };
}

function parsedFilter(text: string): JsonObject {
  try {
    return parseJson(text) as JsonObject;
  } catch {
    throw new MatrixError(400, "M_NOT_JSON", "The filter is not JSON");
  }
}
