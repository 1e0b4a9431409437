import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Introduction } from "../../src/model/introduction.js";
import { authenticate, introducer, type TrustAnswer } from "../../src/trust/web/authenticate.js";
import { hostOfName, hostOfServer } from "../../src/trust/web/host-of-name.js";
import type { TrustRoot } from "../../src/trust/web/root-set.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import { introduction, introductionsOf, webNow } from "../support/introductions.js";

interface Ask {
  readonly roots?: readonly Partial<TrustRoot>[];
  readonly name?: string;
  readonly now?: number;
  readonly wanted?: number;
}

function rootsOf({ roots = [{}] }: Ask): TrustRoot[] {
  return roots.map((root) => ({ key: "R", amount: 120, depth: 255, ...root }));
}

/** How far T belongs to the name T. */
function ask(introductions: readonly Introduction[], options: Ask = {}): TrustAnswer {
  const { name = "T", now = webNow, wanted } = options;
  return authenticate(new TrustNetwork(introductions), {
    roots: rootsOf(options),
    target: { key: "T", name },
    now,
    ...(wanted !== undefined && { wanted }),
  });
}

const amountOf = (introductions: readonly Introduction[], options?: Ask): number => ask(introductions, options).amount;

describe("a path", () => {
  it("carries the least of its amounts, and names its hops from the root on", () => {
    const [first, last] = [introduction("R", "A", { amount: 90 }), introduction("A", "T", { amount: 60 })];
    expect(ask([last, first])).toEqual({
      amount: 60,
      paths: [{ root: "R", amount: 60, hops: [first, last] }],
      isExhausted: false,
    });
  });

  it("needs depth for everything that follows it", () => {
    const chain = (depth: number): Introduction[] => [introduction("R", "A", { depth }), ...introductionsOf("A>B B>T")];
    expect(amountOf(chain(1))).toBe(0);
    expect(amountOf(chain(2))).toBe(120);
  });

  it("is no longer than its root allows", () => {
    const chain = introductionsOf("R>A A>T");
    expect([0, 1, 2].map((depth) => amountOf(chain, { roots: [{ depth }] }))).toEqual([0, 0, 120]);
  });

  it("ends at the very name, character for character", () => {
    const chain = introductionsOf("R>T", { name: "matrix:u/alice:example.org" });
    for (const name of [
      "matrix:u/alice:example.org ",
      "matrix:u/alice:example.org\0",
      "matrix:u/аlice:example.org",
      "matrix:u/Alice:example.org",
      "matrix:u/alice:example.org\u200b",
    ]) {
      expect(amountOf(chain, { name })).toBe(0);
    }
    expect(amountOf(chain, { name: "matrix:u/alice:example.org" })).toBe(120);
  });

  it("counts from its beginning up to its end", () => {
    const chain = [...introductionsOf("R>A"), introduction("A", "T", { validFrom: webNow, validUntil: webNow + 10 })];
    const network = new TrustNetwork(chain);
    const at = (now: number): number =>
      authenticate(network, { roots: rootsOf({}), target: { key: "T", name: "T" }, now }).amount;
    expect([-1, 0, 9, 10, 0].map((later) => at(webNow + later))).toEqual([0, 120, 120, 0, 120]);
  });

  it("does not end in loops", () => {
    expect(amountOf(introductionsOf("R>A A>B B>A A>R B>R B>T T>A T>T", { amount: 60 }))).toBe(60);
    expect(amountOf(introductionsOf("R>A A>B B>A"))).toBe(0);
  });
});

describe("a certificate's own word for its name", () => {
  const own = introduction("T", "T");
  it("counts where somebody calls it an introducer, by whatever name", () => {
    expect(amountOf([own, introduction("R", "T", { name: "other", depth: 1 })])).toBe(120);
    expect(amountOf([own, introduction("R", "T", { name: "other", depth: 0 })])).toBe(0);
    expect(amountOf([own])).toBe(0);
  });

  it("counts where it is a root, even one that introduces nobody", () => {
    expect(ask([own], { roots: [{ key: "T", depth: 0, amount: 70 }] })).toMatchObject({
      amount: 70,
      paths: [{ root: "T", hops: [own] }],
    });
    expect(amountOf([own], { roots: [{ key: "T" }], name: "another" })).toBe(0);
  });

  it("is no introduction, so the root's bound does not count it", () => {
    const chain = [own, introduction("R", "T", { name: "other", depth: 1 })];
    expect(amountOf(chain, { roots: [{ depth: 1 }] })).toBe(120);
  });
});

describe("several paths", () => {
  it("add up to what was wanted", () => {
    const two = introductionsOf("R>A R>B A>T B>T", { amount: 60 });
    expect(amountOf(two)).toBe(120);
    expect(ask(two, { wanted: 40 })).toMatchObject({ amount: 60, paths: [{ amount: 60 }] });
  });

  it("never carry more than what they share", () => {
    const shared = [introduction("R", "C", { amount: 60 }), ...introductionsOf("C>A C>B A>T B>T")];
    expect(amountOf(shared)).toBe(60);
  });

  it("of several roots are taken together, so a common introducer counts once", () => {
    const roots = [{ key: "R" }, { key: "S" }];
    const common = [...introductionsOf("R>A S>A", { amount: 60 }), introduction("A", "T", { amount: 60 })];
    expect(amountOf(common, { roots })).toBe(60);
    expect(amountOf([...common, introduction("S", "T", { amount: 50 })], { roots })).toBe(110);
  });

  it("carry no more than their root is believed, all together", () => {
    expect(amountOf(introductionsOf("R>A R>B A>T B>T"), { roots: [{ amount: 60 }] })).toBe(60);
  });

  it("may stand in each other's way: an introduction more can make it less, never more than there is", () => {
    const others = "R>A B>T A>C C>D D>T R>E E>F F>B";
    expect(amountOf(introductionsOf(others, { amount: 60 }))).toBe(120);
    expect(amountOf(introductionsOf(`${others} A>B`, { amount: 60 }))).toBe(60);
  });
});

describe("an introducer", () => {
  const may = (introductions: readonly Introduction[], server = "example.org", roots?: Ask["roots"]): number =>
    introducer(new TrustNetwork(introductions), {
      roots: rootsOf(roots ? { roots } : {}),
      key: "A",
      server,
      now: webNow,
    }).amount;

  it("has depth for one statement more", () => {
    expect(may([introduction("R", "A", { depth: 0 })])).toBe(0);
    expect(may([introduction("R", "A", { depth: 1 })])).toBe(120);
    expect(may([introduction("R", "B", { depth: 1 }), introduction("B", "A", { depth: 1 })])).toBe(0);
    expect(may([introduction("R", "B", { depth: 2 }), introduction("B", "A", { depth: 1 })])).toBe(120);
  });

  it("speaks for the domains alone that every hop allows", () => {
    const chain = [
      introduction("R", "B", { domains: ["example.org"] }),
      introduction("B", "A", { domains: ["a.example.org"] }),
    ];
    expect(may(chain, "a.example.org:8448")).toBe(120);
    expect(may(chain, "example.org")).toBe(0);
    expect(may([introduction("R", "A", { domains: [] })])).toBe(0);
  });

  it("may be a root itself", () => {
    expect(may(introductionsOf("A>T"), "example.org", [{ key: "A", depth: 0, amount: 80 }])).toBe(80);
  });
});

describe("properties", () => {
  const node = fc.constantFrom("R", "S", "A", "B", "C", "D", "T");
  const edge = fc
    .record({
      issuer: node,
      target: node,
      depth: fc.constantFrom(0, 1, 2, 255),
      amount: fc.integer({ min: 1, max: 120 }),
      name: fc.constantFrom("T", "second"),
    })
    .map(({ issuer, target, ...more }) =>
      introduction(issuer, target, issuer === target ? { ...more, depth: 0, amount: 120 } : more),
    );
  const edges = fc.array(edge, { maxLength: 30 });
  const roots = [{ key: "R" }, { key: "S", amount: 60, depth: 2 }];

  it("the order of the introductions never matters", () => {
    const shuffled = edges.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        expect(ask(other, { roots })).toEqual(ask(list, { roots }));
      }),
    );
  });

  it("every path is one: joined, deep enough, and within what it leads through", () => {
    fc.assert(
      fc.property(edges, (list) => {
        const { amount, paths } = ask(list, { roots, wanted: 1000 });
        const used = new Map<string, number>();
        for (const { root, hops, amount: carried } of paths) {
          let at = root;
          for (const [index, hop] of hops.entries()) {
            expect(hop.issuer).toBe(at);
            expect(hop.depth).toBeGreaterThanOrEqual(hop.issuer === hop.target ? 0 : hops.length - 1 - index);
            at = hop.target;
            if (hop.issuer === hop.target) continue;
            const pair = `${hop.issuer}>${hop.target}`;
            used.set(pair, (used.get(pair) ?? 0) + carried);
            const most = Math.max(...list.filter((e) => `${e.issuer}>${e.target}` === pair).map((e) => e.amount));
            expect(used.get(pair)).toBeLessThanOrEqual(most);
          }
          expect(at).toBe("T");
          expect(hops.at(-1)?.name).toBe("T");
        }
        expect(amount).toBe(paths.reduce((sum, path) => sum + path.amount, 0));
        expect(amount).toBeLessThanOrEqual(180);
      }),
    );
  });

  it("without any introduction by the roots there is nothing", () => {
    fc.assert(
      fc.property(edges, (list) => {
        const strangers = list.filter(({ issuer }) => issuer !== "R" && issuer !== "S");
        expect(amountOf(strangers, { roots })).toBe(0);
      }),
    );
  });

  it("removing an introduction never makes a path where there was none", () => {
    fc.assert(
      fc.property(edges, fc.nat(), (list, index) => {
        if (amountOf(list, { roots }) > 0) return;
        expect(amountOf(list.toSpliced(index % Math.max(list.length, 1), 1), { roots })).toBe(0);
      }),
    );
  });
});

describe("the host of a name", () => {
  it.each([
    ["matrix:u/alice:example.org", "example.org"],
    ["Alice <matrix:u/alice:example.org>", "example.org"],
    ["Alice <matrix:u/alice:example.org:8448>", "example.org"],
    ["Alice <alice@example.org>", "example.org"],
    ["Alice <alice@evil.org> <alice@example.org>", "example.org"],
    ["<alice@example.org>", "example.org"],
  ])("of %j is %s", (name, host) => {
    expect(hostOfName(name)).toBe(host);
  });

  it.each([
    "alice@example.org",
    "Alice <alice@example.org> (work)",
    "Alice <alice@example.org",
    "matrix:u/alice:example.org>",
    "Alice <matrix:u/alice:example.org",
    "matrix:u/alice:[::1]:8448",
    "matrix:u/alice:example.org/",
    "matrix:u/alice",
    "Alice <alice@example.org >",
    "Alice <alice@exаmple.org>",
    "Alice",
    "",
  ])("of %j is none", (name) => {
    expect(hostOfName(name)).toBeUndefined();
  });

  it("of a server is without its port", () => {
    expect(["example.org", "example.org:443", "[::1]:443", "example.org:port"].map(hostOfServer)).toEqual([
      "example.org",
      "example.org",
      undefined,
      undefined,
    ]);
  });
});
