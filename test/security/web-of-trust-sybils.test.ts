import { describe, expect, it } from "vitest";
import type { Introduction } from "../../src/model/introduction.js";
import { authenticate } from "../../src/trust/web/authenticate.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import { introduction, introductionsOf, webNow } from "../support/introductions.js";

const root = { key: "R", amount: 120, depth: 255 };

function amountOf(introductions: readonly Introduction[], roots = [root]): number {
  const target = { key: "T", name: "T" };
  return authenticate(new TrustNetwork(introductions), { roots, target, now: webNow }).amount;
}

describe("somebody who is believed by half does not become two", () => {
  const half = introduction("R", "A", { amount: 60 });

  it("by a thousand keys that vouch for each other", () => {
    const keys = Array.from({ length: 1000 }, (_, index) => `S${index}`);
    const swarm = keys.flatMap((key, index) =>
      introductionsOf(`A>${key} ${key}>T ${key}>${keys[(index + 1) % keys.length]}`),
    );
    expect(amountOf([half, ...swarm])).toBe(60);
  });

  it("by several names", () => {
    const names = ["one", "two", "three"].map((name) => introduction("R", "A", { amount: 60, name }));
    expect(amountOf([...names, ...introductionsOf("A>T")])).toBe(60);
  });

  it("by several certificates of one key", () => {
    const key = "hash of the one key";
    const twins = ["A1", "A2", "A3"].flatMap((twin) => [
      introduction("R", twin, { amount: 60, targetKeyHash: key }),
      introduction(twin, "T", { issuerKeyHash: key }),
    ]);
    expect(amountOf(twins)).toBe(60);
  });

  it("by certifying one key in several certificates, where many believe him", () => {
    const key = "hash of the one key";
    const two = ["R1", "R2"].map((name) => ({ ...root, key: name }));
    const twins = ["A1", "A2"].flatMap((twin, index) => [
      introduction(`R${index + 1}`, twin, { targetKeyHash: key }),
      introduction(twin, "T", { issuerKeyHash: key, amount: 60 }),
    ]);
    expect(amountOf(twins, two)).toBe(60);
  });

  it("by calling the target an introducer as well", () => {
    const own = introduction("T", "T");
    const both = [introduction("A", "T"), introduction("A", "T", { name: "second" })];
    expect(amountOf([half, own, ...both])).toBe(60);
  });

  it("as a root of two certificates under one key", () => {
    const key = "hash of the one key";
    const list = ["R1", "R2"].map((name) => introduction(name, "T", { issuerKeyHash: key }));
    const others = ["R1", "R2"].map((name) => introduction(name, `${name}A`, { issuerKeyHash: key }));
    const twins = ["R1", "R2"].map((name) => ({ ...root, key: name, amount: 60 }));
    expect(amountOf([...list, ...others, ...introductionsOf("R1A>T R2A>T")], twins)).toBe(60);
  });
});

it("a huge web is given up within bounds, and says so", () => {
  const layers = Array.from({ length: 12 }, (_, layer) =>
    Array.from({ length: 150 }, (_, index) => `L${layer}-${index}`),
  );
  const edges = layers.flatMap((layer, depth) =>
    layer.flatMap((issuer) => (layers[depth + 1] ?? ["T"]).map((target) => introduction(issuer, target))),
  );
  const started = performance.now();
  const network = new TrustNetwork(edges);
  const answer = authenticate(network, { roots: [root], target: { key: "T", name: "T" }, now: webNow });
  expect(answer).toEqual({ amount: 0, paths: [], isExhausted: true });
  expect(performance.now() - started).toBeLessThan(10_000);
});

it("a chain longer than anybody makes is given up, and says so", () => {
  const chain = Array.from({ length: 40 }, (_, index) =>
    introduction(`K${index}`, index === 39 ? "T" : `K${index + 1}`),
  );
  const answer = authenticate(new TrustNetwork(chain), {
    roots: [{ ...root, key: "K0" }],
    target: { key: "T", name: "T" },
    now: webNow,
  });
  expect(answer).toEqual({ amount: 0, paths: [], isExhausted: true });
});
