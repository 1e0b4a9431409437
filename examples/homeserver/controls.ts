/** `/_countersign/…`: what a test in a browser may do to the server. Off unless the server was made with `controls`. */
import { expireAccessTokens } from "./accounts.js";
import { missingParam } from "./errors.js";
import type { Fault, Faults } from "./faults.js";
import { type JsonObject, own, stringAt } from "./json.js";
import type { MatrixRequest, Router } from "./router.js";

/** Adds the routes: `rate-limit`, `fail`, `clear`, `expire-tokens`, `restart`. */
export function addControlRoutes(router: Router, faults: Faults, restart: () => void): void {
  const control = (name: string, act: (request: MatrixRequest) => void): void => {
    router.open("POST", `/_countersign/${name}`, (request) => {
      act(request);
      return {};
    });
  };
  control("rate-limit", ({ body }) => {
    const count = own(body, "count");
    if (typeof count !== "number") throw missingParam("count is missing");
    const retryAfterMs = own(body, "retry_after_ms");
    faults.rateLimitNext(count, {
      ...(typeof retryAfterMs === "number" ? { retryAfterMs } : {}),
      ...target(body),
    });
  });
  control("fail", ({ body }) => faults.failNext(faultOf(body)));
  control("clear", () => faults.clear());
  control("expire-tokens", ({ server, body }) => expireAccessTokens(server, stringAt(body, "user_id")));
  control("restart", restart);
}

function target(body: JsonObject): { path?: string; method?: string } {
  const path = stringAt(body, "path");
  const method = stringAt(body, "method");
  return { ...(path === undefined ? {} : { path }), ...(method === undefined ? {} : { method }) };
}

function faultOf(body: JsonObject): Fault {
  const count = own(body, "count");
  const skip = own(body, "skip");
  const delayMs = own(body, "delay_ms");
  const status = own(body, "status");
  const contentType = stringAt(body, "content_type");
  const answer = own(body, "body");
  return {
    ...target(body),
    ...(typeof count === "number" ? { count } : {}),
    ...(typeof skip === "number" ? { skip } : {}),
    ...(typeof delayMs === "number" ? { delayMs } : {}),
    ...(typeof status === "number" ? { status } : {}),
    ...(own(body, "after") === true ? { after: true } : {}),
    ...(contentType === undefined ? {} : { contentType }),
    ...(answer === undefined ? {} : { body: answer }),
    ...(own(body, "disconnect") === true ? { disconnect: true } : {}),
    ...(own(body, "hang") === true ? { hang: true } : {}),
  };
}
