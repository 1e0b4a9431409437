import { MatrixError, unrecognized } from "./errors.js";
import type { JsonObject, JsonValue } from "./json.js";
import type { ServerState, Session } from "./state.js";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** What a handler gets. */
export interface MatrixRequest {
  readonly server: ServerState;
  readonly query: URLSearchParams;
  readonly body: JsonObject;
  /** The parts of the path named by `{}` in the route, percent-decoded, in order. */
  readonly params: readonly string[];
  /** Aborts when the client goes away or the server stops. */
  readonly signal: AbortSignal;
  /** Who asks; throws M_MISSING_TOKEN or M_UNKNOWN_TOKEN. */
  authenticate(): Session;
}

/** What a handler of an endpoint that needs an access token gets. */
export interface AuthenticatedRequest extends MatrixRequest {
  readonly session: Session;
}

/** A body to be sent with 200; a MatrixError is thrown instead. */
export type Answer = JsonValue | Promise<JsonValue>;

interface Route {
  readonly method: Method;
  readonly pattern: RegExp;
  readonly answer: (request: MatrixRequest) => Answer;
}

export interface Router {
  /** An endpoint that anybody may call. */
  open(method: Method, path: string, answer: (request: MatrixRequest) => Answer): void;
  /** An endpoint that needs an access token. */
  authenticated(method: Method, path: string, answer: (request: AuthenticatedRequest) => Answer): void;
  /** Finds and runs the handler; throws M_UNRECOGNIZED where there is none. */
  run(method: string, path: string, request: Omit<MatrixRequest, "params">): Answer;
}

/**
 * An empty table of routes. A path is written as `/_matrix/client/{v3|r0}/rooms/{}/send/{}/{}`: alternatives in
 * braces are literal, empty braces are one parameter.
 */
export function createRouter(): Router {
  const routes: Route[] = [];
  const add = (method: Method, path: string, answer: Route["answer"]): void => {
    routes.push({ method, pattern: patternOf(path), answer });
  };
  return {
    open(method, path, answer) {
      add(method, path, answer);
    },
    authenticated(method, path, answer) {
      add(method, path, (request) => answer({ ...request, session: request.authenticate() }));
    },
    run(method, path, request) {
      let pathIsKnown = false;
      for (const route of routes) {
        const match = route.pattern.exec(path);
        if (match === null) continue;
        pathIsKnown = true;
        if (route.method === method) return route.answer({ ...request, params: match.slice(1).map(decode) });
      }
      throw unrecognized(pathIsKnown ? 405 : 404);
    },
  };
}

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{[^}]*\})/)
    .map((part) => {
      if (part === "{}") return "([^/]*)";
      if (part.startsWith("{")) return `(?:${part.slice(1, -1).split("|").map(escapeLiteral).join("|")})`;
      return escapeLiteral(part);
    })
    .join("");
  return new RegExp(`^${source}/?$`);
}

const escapeLiteral = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new MatrixError(400, "M_INVALID_PARAM", "The path is not percent-encoded UTF-8");
  }
}
