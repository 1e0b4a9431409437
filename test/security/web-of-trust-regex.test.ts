import { describe, expect, it } from "vitest";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import { authenticate } from "../../src/trust/web/authenticate.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import { now, says } from "../support/openpgp.js";
import { certify, trusts, webCertificate, webKey, webPackets } from "../support/openpgp-web.js";

const [rKey, aKey, tKey] = [webKey(now), webKey(now), webKey(now)];

/** How far T is `name`, where R lets A introduce whom `expressions` allow. */
async function amountOf(name: string, ...expressions: readonly string[]): Promise<number> {
  const [r, a, t] = [
    webCertificate(rKey, ["R"], now),
    webCertificate(aKey, ["A"], now),
    webCertificate(tKey, [name], now),
  ];
  certify(r, a, "A", { hashed: [...trusts(1, 120), ...expressions.map(says.regularExpression)] });
  certify(a, t, name);
  const algorithm = openpgp({ keys: [r, a, t].map(webPackets) });
  const introductions = await algorithm.introductions({ roots: [rKey.fingerprint], now: now * 1000 });
  return authenticate(new TrustNetwork(introductions), {
    roots: [{ key: rKey.fingerprint, amount: 120, depth: 255 }],
    target: { key: tKey.fingerprint, name },
    now: now * 1000,
  }).amount;
}

const company = "<[^>]+[@.]example\\.org>$";

describe("an introducer for example.org", () => {
  it.each([
    "matrix:u/alice:example.org",
    "Alice <matrix:u/alice:example.org>",
    "Alice <matrix:u/alice:matrix.example.org:8448>",
    "Alice <alice@example.org>",
  ])("may introduce %s", async (name) => {
    expect(await amountOf(name, company)).toBe(120);
  });

  it.each([
    "matrix:u/alice:example.org.evil",
    "matrix:u/alice:evilexample.org",
    "matrix:u/alice:exаmple.org",
    "matrix:u/alice:EXAMPLE.ORG",
    "matrix:u/alice:evil:example.org",
    "matrix:u/alice:evil.org?.example.org",
    "matrix:u/alice:evil.org/.example.org",
    "matrix:u/alice:evil.org#@example.org",
    "matrix:u/alice:evil.org <alice@example.org",
    "matrix:u/alice:evil.org\n<.example.org>",
    "<alice@example.org> <matrix:u/alice:evil.org>",
    "Alice <matrix:u/alice:evil.org> ",
    "Alice <alice@example.org>\0",
    "Alice <alice@example.org.>",
    "Alice <alice@evil.org>\n",
  ])("may not introduce %j", async (name) => {
    expect(await amountOf(name, company)).toBe(0);
  });
});

it.each(["(a+)+$", "<[^>]+[@.](.*)*>$", `${"(".repeat(20_000)}`, `<[^>]+[@.]${"a\\.".repeat(5000)}a>$`])(
  "an expression that takes engines for ever takes no time and allows nobody",
  async (expression) => {
    const started = performance.now();
    expect(await amountOf(`Alice <${"a".repeat(400)}@b.org>`, expression)).toBe(0);
    expect(performance.now() - started).toBeLessThan(1000);
  },
);

it("an expression that is not understood does not widen the one beside it", async () => {
  expect(await amountOf("Alice <alice@evil.org>", company, ".*", "")).toBe(0);
});
