import { afterEach, describe, expect, it, vi } from "vitest";
import { HttpError } from "../../src/errors.js";
import { createPoller } from "../../src/matrix/watch/poller.js";
import { orAborted } from "../../src/model/abort.js";

const minute = 60_000;

/** A poller whose time passes when the test says so. */
function polling(options: { intervalMs?: number; random?: () => number; fails?: () => unknown } = {}) {
  const waits: { readonly ms: number; readonly over: () => void }[] = [];
  const asked: (readonly string[])[] = [];
  const stopping = new AbortController();
  const poller = createPoller({
    intervalMs: options.intervalMs,
    random: options.random ?? (() => 0),
    wait: (ms, signal) => orAborted(new Promise((over) => waits.push({ ms, over: () => over() })), signal),
    async poll(userIds) {
      asked.push(userIds);
      const failure = options.fails?.();
      if (failure) throw failure;
    },
    signal: stopping.signal,
  });
  /** Lets the pause that is running end, and waits until the next one begins. */
  const passTime = async (): Promise<void> => {
    const { length } = waits;
    waits.at(-1)?.over();
    await vi.waitFor(() => expect(waits.length).toBe(length + 1));
  };
  const pauses = (): number[] => waits.map(({ ms }) => ms);
  return { poller, asked, waits, pauses, passTime, stop: () => stopping.abort() };
}

const users = (count: number): string[] => Array.from({ length: count }, (_, index) => `@${index}:x`);

describe("asks about users", () => {
  it("again and again, ten minutes apart, a little later for jitter", async () => {
    const { poller, asked, pauses, passTime } = polling({ random: () => 0.8 });
    poller.add(["@a:x", "@b:x", "@a:x"]);
    await passTime();
    await passTime();
    expect(asked).toEqual([
      ["@a:x", "@b:x"],
      ["@a:x", "@b:x"],
    ]);
    expect(pauses()).toEqual([12 * minute, 12 * minute, 12 * minute]);
  });

  it("in batches, spread over the interval, each in turn", async () => {
    const { poller, asked, pauses, passTime } = polling();
    poller.add(users(600));
    for (let count = 0; count < 3; count++) await passTime();
    expect(asked.slice(0, 2).map(({ length }) => length)).toEqual([250, 250]);
    expect(new Set(asked.flat())).toEqual(new Set(users(600)));
    expect(pauses()[0]).toBe((10 * minute) / 3);
  });

  it("never closer than a second, however many there are", () => {
    const { poller, pauses } = polling({ intervalMs: minute });
    poller.add(users(50_000));
    // Who comes later does not make it ask twice at a time.
    poller.add(["@later:x"]);
    expect(pauses()).toEqual([1000]);
  });

  it("one batch at a time", async () => {
    const answers: (() => void)[] = [];
    const poller = createPoller({
      random: () => 0,
      wait: async () => {},
      poll: () => new Promise((resolve) => answers.push(resolve)),
      signal: new AbortController().signal,
    });
    poller.add(users(1000));
    for (const count of [1, 2, 3]) {
      await vi.waitFor(() => expect(answers).toHaveLength(count));
      await new Promise((resolve) => setImmediate(resolve));
      expect(answers).toHaveLength(count);
      answers.at(-1)?.();
    }
  });
});

describe("after a failure", () => {
  it("doubles the pause up to an hour, and forgets that after a success", async () => {
    let failing = true;
    const { poller, pauses, passTime } = polling({ fails: () => failing && new Error("down") });
    poller.add(["@a:x"]);
    for (let count = 0; count < 4; count++) await passTime();
    failing = false;
    await passTime();
    expect(pauses()).toEqual([10, 20, 40, 60, 60, 10].map((minutes) => minutes * minute));
  });

  it("waits as long as the server asks, a day at most", async () => {
    const asksFor = [45 * minute, 1e12];
    const { poller, pauses, passTime } = polling({
      fails: () => new HttpError("ERR_HTTP_RATE_LIMITED", "slow down", { retryAfterMs: asksFor.shift() ?? 0 }),
    });
    poller.add(["@a:x"]);
    await passTime();
    await passTime();
    expect(pauses()).toEqual([10 * minute, 45 * minute, 24 * 60 * minute]);
  });

  it("goes on with the others, so that one batch holds nobody else up", async () => {
    const { poller, asked, passTime } = polling({ fails: () => new Error("down") });
    poller.add(users(500));
    await passTime();
    await passTime();
    expect(asked).toEqual([users(250), users(500).slice(250)]);
  });
});

describe("runs", () => {
  it("not while there is nobody, and anew when somebody comes", async () => {
    const { poller, asked, waits, pauses, passTime } = polling();
    expect(waits).toEqual([]);
    poller.add([]);
    expect(waits).toEqual([]);
    poller.add(["@a:x"]);
    poller.remove(["@a:x"]);
    waits[0]?.over();
    poller.add(["@b:x"]);
    expect(pauses()).toHaveLength(2);
    await passTime();
    expect(asked).toEqual([["@b:x"]]);
  });

  it("no more after the signal ended", async () => {
    const { poller, asked, waits, stop } = polling();
    poller.add(["@a:x"]);
    stop();
    waits[0]?.over();
    poller.add(["@b:x"]);
    await Promise.resolve();
    expect(asked).toEqual([]);
  });

  it.each([0, 59_999, 24 * 60 * minute + 1, Number.NaN, 60_000.5])("never every %s milliseconds", (intervalMs) => {
    expect(() => polling({ intervalMs })).toThrow(expect.objectContaining({ code: "ERR_OPTION_INVALID" }));
  });
});

describe("waits for the page", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("while it is hidden or offline", async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
    const network = new EventTarget();
    const browser = { onLine: true };
    vi.stubGlobal("document", page);
    vi.stubGlobal("navigator", browser);
    vi.stubGlobal("addEventListener", network.addEventListener.bind(network));
    const { poller, asked, waits, passTime } = polling();
    poller.add(["@a:x"]);
    waits[0]?.over();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([]);
    browser.onLine = false;
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([]);
    browser.onLine = true;
    network.dispatchEvent(new Event("online"));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await vi.waitFor(() => expect(waits).toHaveLength(2));
    await passTime();
    expect(asked).toHaveLength(2);
  });

  it("and ends with the signal meanwhile", async () => {
    const page = Object.assign(new EventTarget(), { visibilityState: "hidden" });
    vi.stubGlobal("document", page);
    const { poller, asked, waits, stop } = polling();
    poller.add(["@a:x"]);
    waits[0]?.over();
    await new Promise((resolve) => setImmediate(resolve));
    stop();
    page.visibilityState = "visible";
    page.dispatchEvent(new Event("visibilitychange"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([]);
  });
});
