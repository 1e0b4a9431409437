import { describe, expect, it, vi } from "vitest";
import type { MatrixClientLike } from "../../src/matrix/client-like.js";
import { createHttp, type HttpOptions, path } from "../../src/matrix/http.js";
import { type Answer, json, matrixError, scriptedFetch } from "../support/scripted-fetch.js";

const whoami = { method: "GET", path: path("account", "whoami") } as const;

function setUp(answer: Answer, options: HttpOptions = {}, client: Partial<MatrixClientLike> = {}) {
  const { fetch, seen } = scriptedFetch(answer);
  const waits: number[] = [];
  const ended = new AbortController();
  const http = createHttp(
    {
      getUserId: () => "@alice:example.org",
      getHomeserverUrl: () => "https://hs.example.org/",
      getAccessToken: () => "token-1",
      getCrypto: () => undefined,
      ...client,
    },
    { fetch, random: () => 0.5, wait: async (ms) => void waits.push(ms), ...options },
    ended.signal,
  );
  return { http, seen, waits, ended };
}

describe("requests to the homeserver", () => {
  it("sends the access token to the client API of the own homeserver", async () => {
    const { http, seen } = setUp(() => json({ user_id: "@alice:example.org" }));
    expect(await http.request(whoami)).toEqual({ user_id: "@alice:example.org" });
    expect(seen).toEqual([
      { method: "GET", path: "/_matrix/client/v3/account/whoami", body: undefined, authorization: "Bearer token-1" },
    ]);
  });

  it("keeps a hostile user ID inside one path segment", async () => {
    const { http, seen } = setUp(() => json({}));
    await http.request({ method: "GET", path: path("profile", "@a/../../x?y#z:h") });
    expect(seen[0]?.path).toBe("/_matrix/client/v3/profile/%40a%2F..%2F..%2Fx%3Fy%23z%3Ah");
  });

  it("waits as long as a 429 asks in retry_after_ms", async () => {
    let refusals = 2;
    const { http, waits } = setUp(() =>
      refusals-- > 0 ? matrixError(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 1234 }) : json({ done: true }),
    );
    expect(await http.request(whoami)).toEqual({ done: true });
    expect(waits).toEqual([1234, 1234]);
  });

  it("prefers the Retry-After header", async () => {
    let refused = false;
    const { http, waits } = setUp(() => {
      if (refused) return json({});
      refused = true;
      return json({ errcode: "M_LIMIT_EXCEEDED", retry_after_ms: 5 }, 429, { "Retry-After": "3" });
    });
    await http.request(whoami);
    expect(waits).toEqual([3000]);
  });

  it("gives up at once where a 429 asks for more than the longest wait", async () => {
    const { http, waits } = setUp(() => matrixError(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 3_600_000 }));
    await expect(http.request(whoami)).rejects.toMatchObject({
      code: "ERR_HTTP_RATE_LIMITED",
      retryAfterMs: 3_600_000,
    });
    expect(waits).toEqual([]);
  });

  it("retries 5xx and network faults with growing back-off, then throws the last one", async () => {
    let tries = 0;
    const { http, waits } = setUp(() => {
      tries += 1;
      if (tries % 2) throw new TypeError("connection refused");
      return matrixError(502, "M_UNKNOWN");
    });
    await expect(http.request(whoami)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK", name: "HttpError" });
    expect(tries).toBe(5);
    expect(waits).toEqual([500, 1000, 2000, 4000]);
  });

  it("lets one 429 hold back every request of the client, and obeys it beyond the number of retries", async () => {
    let refusals = 6;
    const sent: string[] = [];
    const waiting: (() => void)[] = [];
    const { http } = setUp(
      ({ path: asked }) => {
        sent.push(asked);
        return refusals-- > 0 ? matrixError(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 1000 }) : json({});
      },
      { maxRetries: 0, wait: () => new Promise((resolve) => waiting.push(resolve)) },
    );
    const first = http.request(whoami);
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    const second = http.request(whoami);
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toHaveLength(1);
    const opening = setInterval(() => waiting.shift()?.());
    await Promise.all([first, second]).finally(() => clearInterval(opening));
    expect(sent.length).toBe(8);
  });

  it.each<HttpOptions>([
    { maxConcurrent: 0 },
    { timeoutMs: Number.POSITIVE_INFINITY },
    { timeoutMs: -1 },
    { maxRetries: Number.NaN },
  ])("refuses limits that are none: %j", (options) => {
    expect(() => setUp(() => json({}), options)).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });

  it("lets a queued request go as soon as its caller gives up", async () => {
    const { http } = setUp((_request, signal) => new Promise((_, reject) => signal.addEventListener("abort", reject)), {
      maxConcurrent: 1,
    });
    const running = new AbortController();
    const first = http.request({ ...whoami, signal: running.signal });
    const queued = http.request({ ...whoami, signal: AbortSignal.timeout(1) });
    await expect(queued).rejects.toMatchObject({ code: "ERR_ABORTED" });
    running.abort();
    await expect(first).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("does not wait for ever for a client that renews its token for ever", async () => {
    const { http, ended } = setUp(
      () => matrixError(401, "M_UNKNOWN_TOKEN"),
      {},
      { whoami: () => new Promise(() => {}) },
    );
    const asked = http.request(whoami);
    ended.abort();
    await expect(asked).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("keeps a malformed token out of every error", async () => {
    const { http } = setUp(() => json({}), {}, { getAccessToken: () => "syt_secret\nx" });
    const error = await http.request(whoami).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "ERR_HTTP_TOKEN" });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain("secret");
  });

  it("spreads its retries at random, so that clients do not come back all at once", async () => {
    for (const [random, expected] of [
      [0, [250, 500]],
      [0.999, [749.5, 1499]],
    ] as const) {
      const { http, waits } = setUp(() => matrixError(500, "M_UNKNOWN"), { random: () => random, maxRetries: 2 });
      await expect(http.request(whoami)).rejects.toMatchObject({ status: 500 });
      expect(waits).toEqual(expected);
    }
  });

  it("follows no redirect and sends neither cookies nor referrer", async () => {
    const inits: RequestInit[] = [];
    const { http } = setUp(() => json({}), {
      fetch: async (_input, init = {}) => {
        inits.push(init);
        return json({});
      },
    });
    await http.request(whoami);
    expect(inits).toMatchObject([
      { redirect: "error", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" },
    ]);
  });

  it("does not retry a refusal", async () => {
    const { http, seen } = setUp(() => matrixError(403, "M_FORBIDDEN"));
    await expect(http.request(whoami)).rejects.toMatchObject({
      code: "ERR_HTTP_STATUS",
      status: 403,
      errcode: "M_FORBIDDEN",
    });
    expect(seen).toHaveLength(1);
  });

  it("says so where the answer is HTML", async () => {
    const { http } = setUp(() => new Response("<html>captive portal</html>", { status: 200 }));
    await expect(http.request(whoami)).rejects.toMatchObject({ code: "ERR_HTTP_NOT_JSON", status: 200 });
  });

  it("stops reading an answer that never ends", async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024).fill(0x20));
      },
    });
    const { http } = setUp(() => new Response(endless), { maxResponseBytes: 10_000 });
    await expect(http.request(whoami)).rejects.toMatchObject({ code: "ERR_HTTP_TOO_LARGE" });
    expect(pulled).toBeLessThan(20);
  });

  it("times out an answer that never comes", async () => {
    const never: Answer = (_request, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const { http } = setUp(never, { timeoutMs: 5, maxRetries: 0 });
    await expect(http.request(whoami)).rejects.toMatchObject({ code: "ERR_HTTP_TIMEOUT" });
  });

  it("ends on the caller's abort, also while it waits to try again", async () => {
    const caller = new AbortController();
    const { http } = setUp(() => matrixError(500, "M_UNKNOWN"), {
      wait: async (_ms, signal) => {
        caller.abort();
        signal.throwIfAborted();
      },
    });
    await expect(http.request({ ...whoami, signal: caller.signal })).rejects.toThrow();
    const after = http.request({ ...whoami, signal: caller.signal });
    await expect(after).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });

  it("has at most a few requests under way", async () => {
    let running = 0;
    let most = 0;
    const { http } = setUp(
      async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return json({});
      },
      { maxConcurrent: 3 },
    );
    await Promise.all(Array.from({ length: 20 }, () => http.request(whoami)));
    expect(most).toBe(3);
  });

  it("lets the client renew a refused token once", async () => {
    let token = "token-1";
    const { http, seen } = setUp(
      ({ authorization }) =>
        authorization === "Bearer token-2" ? json({}) : matrixError(401, "M_UNKNOWN_TOKEN", { soft_logout: true }),
      {},
      {
        getAccessToken: () => token,
        whoami: async () => {
          token = "token-2";
        },
      },
    );
    await http.request(whoami);
    expect(seen.map(({ authorization }) => authorization)).toEqual(["Bearer token-1", "Bearer token-2"]);
  });

  it("says that the token is expired where the client cannot renew it", async () => {
    const { http, seen } = setUp(() => matrixError(401, "M_UNKNOWN_TOKEN"), {}, { whoami: async () => ({}) });
    await expect(http.request(whoami)).rejects.toMatchObject({ code: "ERR_HTTP_TOKEN", status: 401 });
    expect(seen).toHaveLength(1);
  });

  it("asks nobody without a token", async () => {
    const { http, seen } = setUp(() => json({}), {}, { getAccessToken: () => null });
    await expect(http.request(whoami)).rejects.toMatchObject({ code: "ERR_HTTP_TOKEN" });
    expect(seen).toEqual([]);
  });

  it("falls back to the next prefix where the server lacks the first", async () => {
    const { http, seen } = setUp(({ path: asked }) =>
      asked.startsWith("/_matrix/client/r0/") ? json({}) : matrixError(404, "M_UNRECOGNIZED"),
    );
    await http.request({ ...whoami, prefixes: ["unstable/x", "r0"] });
    expect(seen.map(({ path: asked }) => asked.split("/")[3])).toEqual(["v3", "unstable", "r0"]);
  });

  it("does not take a missing thing for a missing endpoint", async () => {
    const { http, seen } = setUp(() => matrixError(404, "M_NOT_FOUND"));
    await expect(http.request({ ...whoami, prefixes: ["r0"] })).rejects.toMatchObject({ errcode: "M_NOT_FOUND" });
    expect(seen).toHaveLength(1);
  });
});
