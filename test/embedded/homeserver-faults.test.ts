import { afterEach, beforeEach, expect, test } from "vitest";
import { createHomeserver, type Homeserver, type Listening } from "../../examples/homeserver/server.js";
import { ask, type HttpAccount, registerAccount } from "../support/homeserver-account.js";
import { httpFaults } from "../support/http-faults.js";

const field = "org.example.field";
let homeserver: Homeserver;
let listening: Listening;
let user: HttpAccount;

beforeEach(async () => {
  homeserver = createHomeserver({ controls: true });
  listening = await homeserver.listen();
  user = await registerAccount(listening.url, "user");
});

afterEach(() => listening.close());

const fieldPath = (): string => `/v3/profile/${encodeURIComponent(user.userId)}/${field}`;
const write = (value: number, signal?: AbortSignal): Promise<Response> =>
  fetch(`${listening.url}/_matrix/client${fieldPath()}`, {
    method: "PUT",
    headers: { Authorization: `Bearer ${user.token}` },
    body: JSON.stringify({ [field]: value }),
    ...(signal === undefined ? {} : { signal }),
  });
const stored = async (): Promise<unknown> => (await user.get(fieldPath())).body[field];

test("a request that is lost is not carried out, one whose answer is lost is", async () => {
  homeserver.failNext({ disconnect: true });
  await expect(write(1)).rejects.toThrow("fetch failed");
  expect(await stored()).toBeUndefined();
  homeserver.failNext({ disconnect: true, after: true });
  await expect(write(2)).rejects.toThrow("fetch failed");
  expect(await stored()).toBe(2);
});

test.each(httpFaults)("$name: whether the request is carried out is known", async ({ fault, carriedOut }) => {
  homeserver.failNext(fault);
  await write(1, AbortSignal.timeout(200)).catch(() => undefined);
  expect(await stored()).toBe(carriedOut ? 1 : undefined);
});

test("a late answer is a true one, and who does not wait for it has been served all the same", async () => {
  homeserver.failNext({ delayMs: 30 });
  const started = performance.now();
  expect((await write(1)).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(25);
  homeserver.failNext({ delayMs: 60_000 });
  await expect(write(2, AbortSignal.timeout(200))).rejects.toThrow("timeout");
  expect(await stored()).toBe(2);
});

test("every request of a conversation can be the one that fails", async () => {
  const seen: string[] = [];
  const stop = homeserver.onRequest(({ method, path }) => seen.push(`${method} ${path}`));
  const conversation = async (): Promise<number[]> => {
    const statuses = [];
    for (const value of [1, 2, 3]) statuses.push((await write(value)).status);
    return statuses;
  };
  expect(await conversation()).toEqual([200, 200, 200]);
  stop();
  expect(seen).toEqual(Array.from({ length: 3 }, () => `PUT /_matrix/client${fieldPath()}`));
  for (const index of seen.keys()) {
    homeserver.failNext({ skip: index, status: 503 });
    const expected = [200, 200, 200];
    expected[index] = 503;
    expect(await conversation()).toEqual(expected);
  }
  expect(seen).toHaveLength(3);
});

test("two faults wait for their own requests", async () => {
  homeserver.failNext({ skip: 1, method: "GET", status: 503 });
  homeserver.failNext({ skip: 1, count: 2, method: "PUT", status: 502 });
  const statuses = [];
  for (const value of [1, 2, 3, 4]) statuses.push((await write(value)).status, (await user.get(fieldPath())).status);
  expect(statuses).toEqual([200, 200, 502, 503, 502, 200, 200, 200]);
});

test("pages ask for the same over HTTP, and are not counted themselves", async () => {
  const seen: string[] = [];
  homeserver.onRequest(({ path }) => seen.push(path));
  await ask(listening.url, "POST", "/_countersign/fail", { skip: 1, disconnect: true, after: true });
  expect((await write(1)).status).toBe(200);
  await expect(write(2)).rejects.toThrow("fetch failed");
  await ask(listening.url, "POST", "/_countersign/fail", { delay_ms: 1 });
  expect(await stored()).toBe(2);
  expect(seen).toHaveLength(3);
});
