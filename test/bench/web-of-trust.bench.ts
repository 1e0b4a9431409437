import { expect, it } from "vitest";
import type { Introduction } from "../../src/model/introduction.js";
import { authenticate, introducer } from "../../src/trust/web/authenticate.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import { introduction, webNow } from "../support/introductions.js";

const users = 10_000;
const anchors = 50;
/** Far above what was measured: machines differ, and a test only has to notice when it grows. */
const mostUs = 100;

/** Anchors, introducers of theirs, introducers of those, and users whom two of them know. */
function company(): Introduction[] {
  const indexes = Array.from({ length: anchors }, (_, index) => index);
  const some = (index: number, count: number): number[] =>
    indexes.slice(0, count).map((step) => (index + step) % anchors);
  return [
    ...indexes.flatMap((index) => some(index, 5).map((to) => introduction(`R${index}`, `A${to}`, { depth: 2 }))),
    ...indexes.flatMap((index) => some(index * 7, 3).map((to) => introduction(`A${index}`, `B${to}`, { depth: 1 }))),
    ...Array.from({ length: users }, (_, user) => [
      ...some(user, 2).map((from) => introduction(`B${from}`, `U${user}`, { depth: 0, name: nameOf(user) })),
      introduction(`U${user}`, `U${user}`, { name: nameOf(user) }),
    ]).flat(),
  ];
}

function nameOf(user: number): string {
  return `matrix:u/user${user}:example.org`;
}

it("answers for 10,000 users under 50 anchors, over paths of three introductions", () => {
  const introductions = company();
  const roots = Array.from({ length: anchors }, (_, index) => ({ key: `R${index}`, amount: 120, depth: 255 }));
  const start = performance.now();
  const network = new TrustNetwork(introductions);
  network.graphAt(webNow);
  console.log(`built of ${introductions.length} introductions in ${(performance.now() - start).toFixed(0)} ms`);

  const questions = {
    authenticate: (user: number) =>
      authenticate(network, { roots, target: { key: `U${user}`, name: nameOf(user) }, now: webNow }),
    introducer: (user: number) =>
      introducer(network, { roots, key: `B${user % anchors}`, server: "example.org", now: webNow }),
  };
  for (const [name, ask] of Object.entries(questions)) {
    for (const round of ["cold", "warm", "warm"]) {
      let trusted = 0;
      const before = performance.now();
      for (let user = 0; user < users; user++) if (ask(user).amount === 120) trusted++;
      const us = ((performance.now() - before) * 1000) / users;
      console.log(`${name}, ${round}: ${us.toFixed(1)} µs a user`);
      expect(trusted).toBe(users);
      expect(us).toBeLessThan(mostUs);
    }
  }
});
