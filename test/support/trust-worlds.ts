import fc from "fast-check";
import type { AnchorWords, IntroductionWords, TrustCase } from "./trust-case.js";
import type { Keys } from "./trust-keys.js";
import type { SignatureWords } from "./trust-signatures.js";
import type { PlainCase } from "./trust-tables.js";

/** Keys that share keys, stand under each other and name users: whatever could be counted twice. */
const keys: Keys = {
  "key 1": "openpgp",
  "key 2": "openpgp",
  "key 3": "openpgp",
  "key 1 again": { kind: "openpgp", "same key as": "key 1" },
  "key 1 as ssh key": { kind: "ssh", "same key as": "key 1" },
  root: "cms",
  "other root": "cms",
  authority: { kind: "cms", under: ["root", "other root"] },
  card: { kind: "cms", under: "authority", names: ["@alice:example.org"], emails: ["alice@example.org"] },
  "second card": {
    kind: "cms",
    under: "root",
    names: ["@alice:example.org"],
    began: "5 days ago",
    ends: "in 5 minutes",
  },
  "old card": { kind: "cms", under: "authority", names: ["@alice:example.org"], ends: "5 days ago" },
  "carol's key": "matrix",
  "dave's key": "matrix",
};
const openpgp = ["key 1", "key 2", "key 3", "key 1 again"];
const signers = Object.keys(keys).filter((name) => !name.includes("root") && name !== "authority");
/** Those that anchors have and signatures are made by. */
const often = ["key 1", "key 2", "key 3", "card"];
const users = ["@alice:example.org", "@alice:example.org.evil", "@bob:example.org"];

/** Scopes, each with those of {@link users} that it holds. */
const scopes: readonly { readonly scope: object; readonly holds: readonly string[] }[] = [
  { scope: { servers: ["example.org"] }, holds: ["@alice:example.org", "@bob:example.org"] },
  {
    scope: { servers: ["example.org"], purposes: ["identity", "introduce"] },
    holds: ["@alice:example.org", "@bob:example.org"],
  },
  {
    scope: { users: [{ users: "@*:*", amount: 60 }], except: ["@bob:*"] },
    holds: ["@alice:example.org", "@alice:example.org.evil"],
  },
  { scope: { users: ["@*:*", { users: "@alice:*", purposes: ["events"] }] }, holds: ["@bob:example.org"] },
  { scope: { users: ["@alice:example.org"] }, holds: ["@alice:example.org"] },
  { scope: { servers: ["example.org"], except: ["@alice:example.org"] }, holds: ["@bob:example.org"] },
  { scope: {}, holds: [] },
];

const times = [undefined, "200 days ago", "3 days ago"];
const amounts = [40, 60, 120];

/** An object without the members that are `undefined`. */
function defined<T extends object>(members: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return members.map(
    (given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T,
  );
}

/** Now and then the value, mostly none. */
function rarely<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
}

const anchor: fc.Arbitrary<AnchorWords> = defined(
  fc.record({
    key: fc.constantFrom(...often, ...often, "key 1 again", "key 1 as ssh key", "root", "other root", "authority"),
    speaksFor: fc.constantFrom("scope", "scope", "scope", "named", "email"),
    scope: fc.constantFrom(...scopes.slice(0, 2), ...scopes.slice(0, 3), ...scopes).map(({ scope }) => scope),
    amount: fc.constantFrom(...amounts),
    depth: fc.constantFrom(undefined, 0, 1, 2),
    emailServers: fc.constantFrom(undefined, { "example.org": "example.org" }),
    exclusive: rarely(fc.constant(true)),
    maxAge: rarely(fc.constantFrom("100 days")),
    requireExpiry: rarely(fc.constant(true)),
    notAfter: rarely(fc.constantFrom("1 day ago", "in 3 minutes")),
    revocation: rarely(fc.constantFrom({ mode: "hard-fail" }, { mode: "soft-fail" })),
  }),
);

const signature: fc.Arbitrary<SignatureWords> = defined(
  fc.record({
    by: fc.constantFrom(...often, ...often, ...signers),
    called: fc.constantFrom("one", "two", "three"),
    made: fc.constantFrom(...times),
    ends: rarely(fc.constantFrom("10 days ago", "in 2 minutes")),
    says: rarely(fc.constantFrom("bad-signature", "key-revoked", "key-unconfirmed")),
    on: rarely(fc.constantFrom("an older key", "an event")),
  }),
) as fc.Arbitrary<SignatureWords>;

const introduction: fc.Arbitrary<IntroductionWords> = defined(
  fc.record({
    from: fc.constantFrom(...openpgp),
    to: fc.constantFrom(...openpgp),
    name: fc.constantFrom("matrix:u/alice:example.org", "matrix:u/alice:example.org.evil", "somebody"),
    depth: fc.constantFrom(0, 1, 2),
    amount: fc.constantFrom(...amounts),
    domains: rarely(fc.constantFrom(["example.org"], ["example.com"], [])),
    ends: rarely(fc.constantFrom("1 day ago", "in 4 minutes")),
  }),
) as fc.Arbitrary<IntroductionWords>;

const requirement = fc.constantFrom<object>(
  { amount: 180 },
  { algorithm: "org.openpgp.signature" },
  { allOf: [{ algorithm: "org.openpgp.signature" }, { algorithm: "org.ietf.cms", amount: 60 }] },
  { atLeast: 2, of: [{ anchor: "0" }, { anchor: "1" }, { algorithm: "org.openpgp.signature", amount: 60 }] },
);

/** A rule of a policy, without its id. */
export const anyRule: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc.record({
  scope: fc.constantFrom({ servers: ["example.org"] }, { users: ["@alice:*"] }),
  require: requirement,
  mode: fc.constantFrom("enforce", "enforce", "warn", "audit"),
});

const words: fc.Arbitrary<TrustCase> = defined(
  fc.record({
    case: fc.constant("generated"),
    expect: fc.constant(""),
    user: fc.constantFrom("@alice:example.org", "@alice:example.org", "@alice:example.org", ...users),
    anchors: fc
      .array(anchor, { minLength: 2, maxLength: 4 })
      .map((list) => list.map((one, index) => ({ id: `${index}`, ...one }))),
    signed: fc.array(signature, { minLength: 1, maxLength: 6 }),
    introductions: fc.array(introduction, { maxLength: 8 }),
    policy: rarely(
      fc.record({
        rules: fc
          .array(anyRule, { maxLength: 2 })
          .map((list) => list.map((rule, index) => ({ id: `${index}`, ...rule }))),
        validity: fc.constantFrom("now", "signing-time"),
        grace: fc.constantFrom("0 days", "15 days"),
      }),
    ),
    team: fc.subarray([
      { user: "@carol:example.org", signed: [{ by: "key 1" }], "vouches with": ["carol's key"] },
      {
        user: "@dave:example.org",
        signed: [{ by: "key 2" }, { by: "key 1 as ssh key" }],
        "vouches with": ["dave's key", "carol's key"],
      },
    ]),
    lists: fc.subarray([
      { anchor: "0", ends: "in 5 days", revoked: { "@alice:example.org": ["the key"] } },
      { anchor: "1", ends: "in 5 minutes" },
    ]),
    history: rarely(
      fc.constantFrom<TrustCase["history"]>(
        [{ key: "old key", seen: "100 days ago", state: "pinned" }],
        [{ key: "the key", seen: "100 days ago", state: "pinned" }],
        [
          { key: "the key", seen: "100 days ago", state: "superseded" },
          { key: "new key", seen: "50 days ago", state: "pinned" },
        ],
      ),
    ),
    decisions: rarely(
      fc.constantFrom<TrustCase["decisions"]>(
        [{ decision: "deny", at: "1 day ago" }],
        [{ decision: "accept", at: "1 day ago" }],
      ),
    ),
    withdrawn: rarely(fc.constantFrom([{ by: "key 1" }], [{ by: "card", signature: "one" }])),
  }),
) as fc.Arbitrary<TrustCase>;

/** Any case of this small world: few keys, so that everything meets everything. */
export const anyCase: fc.Arbitrary<PlainCase> = words.map((one) => ({ table: { keys, anchors: {} }, words: one }));

/** Whether the scope of a generated anchor holds a user, by the table above and no matcher. */
export function isHeld({ scope }: AnchorWords, user: string): boolean {
  return scopes.some((one) => one.scope === scope && one.holds.includes(user));
}
