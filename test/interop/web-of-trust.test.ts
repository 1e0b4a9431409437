import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureSystemTools } from "../../scripts/tools.mjs";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { concatBytes } from "../../src/encoding/bytes.js";
import { authenticate } from "../../src/trust/web/authenticate.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import { daySeconds, hash, says, type TestKey } from "../support/openpgp.js";
import {
  certify,
  type OwnWord,
  revokeCertification,
  revokeKey,
  selfSignature,
  trusts,
  type WebCertificate,
  webCertificate,
  webKey,
  webPackets,
} from "../support/openpgp-web.js";
import { SqWot, type WebQuestion } from "../support/sq-wot.js";

/** sq-wot knows no time but its computer's. */
const now = Math.floor(Date.now() / 1000);
const poolSize = 12;
const networks = 500;
const parallel = 3;

let sqWot: SqWot;
let pool: TestKey[];

beforeAll(async () => {
  await ensureSystemTools();
  sqWot = await SqWot.start();
  pool = Array.from({ length: poolSize }, () => webKey(now));
});

afterAll(() => sqWot.dispose());

/** Ours in the same unit. A root of Sequoia's bounds each path, not all of them together: so none does here. */
async function ourPercent({ certificates, roots, target, name, wanted }: WebQuestion): Promise<number> {
  const algorithm = openpgp({ keys: concatBytes(...certificates.map(webPackets)) });
  const fingerprints = roots.map(({ key }) => key.fingerprint);
  const introductions = await algorithm.introductions({ roots: fingerprints, now: now * 1000 });
  const answer = authenticate(new TrustNetwork(introductions), {
    roots: fingerprints.map((key) => ({ key, amount: 1_000_000, depth: 255 })),
    target: { key: target.key.fingerprint, name },
    now: now * 1000,
    wanted,
  });
  return Math.floor((answer.amount * 100) / 120);
}

const amount = fc.constantFrom(20, 30, 40, 60, 60, 90, 120, 120);
const domains = ["a.org", "b.org", "x.a.org"];

/** What becomes of one certifier's word about one name. */
const fate = fc.constantFrom(
  ...["stands", "stands", "stands", "stands", "stands", "stands", "stands"],
  ...["reissued", "expires", "expired", "revoked", "revoked-and-reissued"],
);

/** What is wrong with a certificate. */
const flaw = fc.constantFrom(
  ...["none", "none", "none", "none", "none", "none", "none", "none", "none"],
  ...["key-revoked", "name-expired", "key-expired", "name-revoked"],
);

const network = fc.record({
  certificates: fc.array(
    fc.record({ domain: fc.nat(2), other: fc.nat(2), flaw, hasOther: fc.constantFrom(true, true, false) }),
    { minLength: 4, maxLength: 9 },
  ),
  statements: fc.array(
    fc.record({
      issuer: fc.nat(8),
      target: fc.nat(8),
      name: fc.nat(1),
      depth: fc.constantFrom(0, 1, 1, 2, 3, 255),
      amount,
      older: amount,
      isPlain: fc.constantFrom(false, false, false, true),
      domains: fc.constantFrom([], [], [], [], [], [], ["a.org"], ["b.org"], ["b.org", "a.org"]),
      fate,
    }),
    { minLength: 8, maxLength: 48 },
  ),
  roots: fc.constantFrom(1, 1, 1, 2, 3),
  wanted: fc.constantFrom(120, 120, 120, 240, 60, 40),
});

type Drawing = typeof network extends fc.Arbitrary<infer T> ? T : never;

/** The drawing as certificates; a flaw that the two hold differently stands only where it makes no difference. */
function build({ certificates: drawn, statements, roots, wanted }: Drawing): WebQuestion {
  const last = drawn.length - 1;
  const certificates = drawn.map(({ domain, other, flaw, hasOther }, index): WebCertificate => {
    const name = `K${index} <k${index}@${domains[domain]}>`;
    const ends = says.keyLifetime(950 * daySeconds);
    const word: OwnWord =
      flaw === "name-expired"
        ? { hashed: [says.expiresAfter(daySeconds)] }
        : flaw === "key-expired"
          ? { hashed: [ends] }
          : {};
    const second = `K${index} <second@${domains[other]}>`;
    const names = hasOther ? [name, second] : [name];
    const own = { [name]: word, [second]: flaw === "key-expired" ? word : {} };
    const certificate = webCertificate(pool[index] ?? webKey(now), names, now, own);
    if (flaw === "key-revoked") revokeKey(certificate);
    if (flaw === "name-revoked" && index === last) revokeCertification(certificate, certificate, name);
    return certificate;
  });
  const said = new Set<string>();
  for (const [index, statement] of statements.entries()) {
    const issuer = certificates[statement.issuer % certificates.length];
    const target = certificates[statement.target % certificates.length];
    const names = [...(target?.userIds.keys() ?? [])];
    const name = names[statement.name % names.length] ?? "";
    const isDead = drawn[statement.issuer % certificates.length]?.flaw === "key-expired";
    const key = `${issuer?.key.fingerprint} ${name}`;
    if (!issuer || !target || issuer === target || isDead || said.has(key)) continue;
    said.add(key);
    state(issuer, target, name, statement, now - (100 + index) * daySeconds);
  }
  const [first] = certificates;
  const target = certificates[last] ?? first;
  if (!target) throw new Error("expected a certificate");
  const [name = ""] = target.userIds.keys();
  return { certificates, roots: certificates.slice(0, roots), target, name, wanted };
}

function state(
  issuer: WebCertificate,
  target: WebCertificate,
  name: string,
  { depth, amount, older, isPlain, domains, fate }: Drawing["statements"][number],
  created: number,
): void {
  const hashed = isPlain && depth === 0 ? [] : trusts(depth, amount, ...domains);
  const expiry = { expires: [says.expiresAfter(1000 * daySeconds)], expired: [says.expiresAfter(daySeconds)] };
  const before = { created: created - 200 * daySeconds, hashed: trusts(depth, older) };
  if (fate === "reissued" || fate === "revoked-and-reissued") certify(issuer, target, name, before);
  if (fate === "revoked-and-reissued") {
    revokeCertification(issuer, target, name, { created: created - 100 * daySeconds });
  }
  const ends = fate === "expires" || fate === "expired" ? expiry[fate] : [];
  certify(issuer, target, name, { created, hashed: [...hashed, ...ends] });
  if (fate === "revoked") revokeCertification(issuer, target, name);
}

describe("the same answer and the same amount as sq-wot", () => {
  it(`on ${networks} networks`, async () => {
    const drawings = fc.sample(network, { seed: 20_261_122, numRuns: networks });
    const answers: { ours: number; theirs: number }[] = [];
    const work = drawings.entries();
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (const [index, drawing] of work) {
          const question = build(drawing);
          const [theirs, ours] = await Promise.all([sqWot.percent(question), ourPercent(question)]);
          answers.push({ ours, theirs });
          expect(ours, JSON.stringify({ index, drawing })).toBe(theirs);
        }
      }),
    );
    expect(answers).toHaveLength(networks);
    const isPartial = ({ theirs }: { theirs: number }): boolean => theirs > 0 && theirs < 100;
    expect(answers.filter(({ theirs }) => theirs === 0).length, "without a path").toBeGreaterThan(networks / 20);
    expect(answers.filter(isPartial).length, "partly").toBeGreaterThan(networks / 20);
    expect(answers.filter(({ theirs }) => theirs >= 100).length, "fully").toBeGreaterThan(networks / 20);
  });
});

/** R is the root, A whom it may introduce, T <t@a.org> who is asked for. */
interface Trio {
  readonly r: WebCertificate;
  readonly a: WebCertificate;
  readonly t: WebCertificate;
}

interface Difference {
  readonly what: string;
  readonly why: string;
  readonly build: (trio: Trio) => void;
  readonly theirs: number;
  readonly ours: number;
}

const tName = "T <t@a.org>";
const old = now - 300 * daySeconds;
const expired = { created: now - 200 * daySeconds, hashed: [says.expiresAfter(daySeconds)] };
const introduceA = ({ r, a, t }: Trio): void => {
  certify(r, a, "A", { hashed: trusts(1, 120) });
  certify(a, t, tName);
};
const limited = (expression: string) => (trio: Trio) => {
  certify(trio.r, trio.a, "A", { hashed: [...trusts(1, 120), says.regularExpression(expression)] });
  certify(trio.a, trio.t, tName);
};

const differences: readonly Difference[] = [
  {
    what: "an introducer whose key has expired since",
    why: "nobody can tell what an expired key would say today; Sequoia counts what it said while it was alive",
    build: (trio) => {
      trio.a.userIds.set("A", [selfSignature(trio.a.key, "A", now, { hashed: [says.keyLifetime(950 * daySeconds)] })]);
      introduceA(trio);
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "an introducer who has retired",
    why: "the same: a key that was given up introduces nobody any more",
    build: (trio) => {
      introduceA(trio);
      revokeKey(trio.a, 3);
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "an introducer by a name that it revoked",
    why: "the root certified that name; Sequoia takes it for a statement about the key",
    build: (trio) => {
      introduceA(trio);
      revokeCertification(trio.a, trio.a, "A");
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "an introducer whose key flags do not let it certify",
    why: "the key's own word; Sequoia lets every primary key certify",
    build: (trio) => {
      trio.a.userIds.set("A", [selfSignature(trio.a.key, "A", now, { flags: 2 })]);
      introduceA(trio);
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "a newer certification that has expired",
    why: "the newest has the last word, so an older one does not come back",
    build: ({ r, t }) => {
      certify(r, t, tName, { created: old });
      certify(r, t, tName, expired);
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "a newer certification with a critical notation that nobody knows",
    why: "the same: what is not understood is not believed, and the older one is not the last word",
    build: ({ r, t }) => {
      certify(r, t, tName, { created: old });
      certify(r, t, tName, { hashed: [says.notation("limit@example.org", true)] });
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "a revocation under SHA-1",
    why: "a revocation only takes away, so its digest is no matter",
    build: ({ r, t }) => {
      certify(r, t, tName);
      revokeCertification(r, t, tName, { hash: hash.sha1 });
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "a revocation in the same second",
    why: "in doubt the revocation is the later one",
    build: ({ r, t }) => {
      certify(r, t, tName, { created: old });
      revokeCertification(r, t, tName, { created: old });
    },
    theirs: 100,
    ours: 0,
  },
  {
    what: "two certifications of one second",
    why: "in doubt the one that says less is the later one",
    build: ({ r, t }) => {
      certify(r, t, tName, { hashed: trusts(0, 120) });
      certify(r, t, tName, { hashed: trusts(0, 60) });
    },
    theirs: 100,
    ours: 50,
  },
  {
    what: "a certification of type 0x11",
    why: "it says that nothing was checked",
    build: ({ r, t }) => certify(r, t, tName, { type: 0x11 }),
    theirs: 100,
    ours: 0,
  },
  {
    what: "any regular expression but the one form",
    why: "it is not run; Sequoia has an engine for it",
    build: limited(".*"),
    theirs: 100,
    ours: 0,
  },
  {
    what: "a domain whose dots are not escaped",
    why: "it would match more domains than it shows",
    build: limited("<[^>]+[@.]a.org>$"),
    theirs: 100,
    ours: 0,
  },
  {
    what: "a regular expression without a trust subpacket",
    why: "a limit is a limit; Sequoia ignores it there",
    build: ({ r, t }) => certify(r, t, tName, { hashed: [says.regularExpression("<[^>]+[@.]b\\.org>$")] }),
    theirs: 100,
    ours: 0,
  },
];

/** The edges of a web of full depth and half trust, written `issuer>target`. */
function web(edges: readonly string[]): WebQuestion {
  const names = [...new Set(edges.flatMap((edge) => edge.split(">")))];
  const certificates = names.map((name, index) => webCertificate(pool[index] ?? webKey(now), [name], now));
  const named = (name: string | undefined): WebCertificate | undefined => certificates[names.indexOf(name ?? "")];
  for (const edge of edges) {
    const [from, to = ""] = edge.split(">");
    const [issuer, target] = [named(from), named(to)];
    if (issuer && target) certify(issuer, target, to, { hashed: trusts(255, 60) });
  }
  const [root, target] = [named("R"), named("T")];
  if (!root || !target) throw new Error("expected a root and a target");
  return { certificates, roots: [root], target, name: "T", wanted: 120 };
}

it("one path may stand in the way of two, here as there", async () => {
  const others = ["R>A", "B>T", "A>C", "C>D", "D>T", "R>E", "E>F", "F>B"];
  for (const [edges, percent] of [
    [[...others, "A>B"], 50],
    [others, 100],
  ] as const) {
    const question = web(edges);
    expect(await sqWot.percent(question)).toBe(percent);
    expect(await ourPercent(question)).toBe(percent);
  }
});

describe("where the two differ, ours is the stricter:", () => {
  it.each(differences)("$what ($why)", async ({ build, theirs, ours }) => {
    const [r, a, t] = ["R", "A", tName].map((name, index) => webCertificate(pool[index] ?? webKey(now), [name], now));
    if (!r || !a || !t) throw new Error("expected three certificates");
    build({ r, a, t });
    const question = { certificates: [r, a, t], roots: [r], target: t, name: tName, wanted: 120 };
    expect({ theirs: await sqWot.percent(question), ours: await ourPercent(question) }).toEqual({ theirs, ours });
  });

  it("a Matrix name lies in the domain of its server, which no regular expression for e-mail can say", async () => {
    const name = "T <matrix:u/t:a.org>";
    const [r, a, t] = ["R", "A", name].map((text, index) => webCertificate(pool[index] ?? webKey(now), [text], now));
    if (!r || !a || !t) throw new Error("expected three certificates");
    certify(r, a, "A", { hashed: trusts(1, 120, "a.org") });
    certify(a, t, name);
    const question = { certificates: [r, a, t], roots: [r], target: t, name, wanted: 120 };
    expect({ theirs: await sqWot.percent(question), ours: await ourPercent(question) }).toEqual({
      theirs: 0,
      ours: 100,
    });
  });
});
