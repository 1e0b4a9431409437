import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { importSettings } from "../../src/client/signed-documents/trust-settings-file.js";
import { readRevocationList } from "../../src/model/revocation-list.js";
import { bob, now } from "../support/revocation-lists.js";

const schema = JSON.parse(
  readFileSync(new URL("../../schema/trust-settings.schema.json", import.meta.url), "utf8"),
) as {
  readonly $id: string;
};
const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
ajv.addSchema(schema);

function fits(value: unknown, part = ""): boolean {
  return ajv.validate(`${schema.$id}${part}`, value) as boolean;
}

async function isRead(read: () => unknown): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (error) {
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_/) });
    return false;
  }
}

function settingsAreRead(file: object): Promise<boolean> {
  return isRead(() => importSettings({ ...file }, { algorithms: [], now, signedBy: "anybody" }));
}

const fingerprint = "0123456789abcdef0123456789ABCDEF01234567";
const hash = "ab".repeat(32);
const anchor = { id: "company", algorithm: "org.openpgp.signature", key: fingerprint, scope: {} };
const settings = { version: 1, anchors: [anchor] };
const rule = { id: "two", scope: { users: ["@*:*"] }, require: { anchor: "company" } };
const policy = { version: 1, rules: [rule] };
const decision = { ...bob, decision: "deny", decidedAt: now };
const entry = { issuer: "CN=CA", attribute: "subject", value: "CN=Bob", userId: bob.userId };
const pem = `-----BEGIN CERTIFICATE-----\n${Buffer.from("certificate").toString("base64")}\n-----END CERTIFICATE-----\n`;

const withAnchor = (change: object) => ({ ...settings, anchors: [{ ...anchor, ...change }] });
const withScope = (scope: unknown) => withAnchor({ scope });
const withPolicy = (change: object) => ({ ...settings, policy: { ...policy, ...change } });
const withRule = (change: object) => withPolicy({ rules: [{ ...rule, ...change }] });
const withNeed = (require: unknown) => withRule({ require });

const valid: readonly object[] = [
  settings,
  { version: 1, anchors: [] },
  { ...settings, exported_ts: now, policy, decisions: [decision, { ...decision, withdrawnAt: now }] },
  { ...settings, exported_ts: now, signatures: { "trust-settings": { "custom:org.ietf.cms:a": "x", b: {} } } },
  ...[
    ...["0123 4567 89ab cdef 0123 4567 89AB CDEF 0123 4567", hash, "SHA256:abc", "c29tZSBrZXk=", pem],
    `ssh-ed25519 ${Buffer.from("key").toString("base64")} bob@laptop`,
    ...[
      { spki: hash, subject: "CN=CA" },
      [
        { key: fingerprint, names: ["@bob:example.org"] },
        { key: hash, names: [] },
      ],
    ],
  ].map((key) => withAnchor({ key })),
  ...["@bob:example.org", "@*:example.org:8448", "@bot-*:*", "@*-bot:*.example.org", "@:[::1]:8448", "@*:*"].map(
    (users) => withScope({ users: [users, { users: `${users.replace("@", "@b")}`, purposes: ["events"], amount: 1 }] }),
  ),
  withScope({
    servers: ["example.org", "[::1]:8448"],
    except: ["@eve:example.org"],
    purposes: ["identity", "introduce"],
  }),
  withAnchor({
    ...{ label: "", speaksFor: "directory", directory: [entry], emailServers: { "example.org": "matrix.example.org" } },
    ...{ depth: 255, amount: 120, notBefore: 0, notAfter: 2 ** 53 - 1, maxAge: 1 },
    ...{ requireExpiry: true, exclusive: false, acceptUnconfirmed: true },
    revocation: { mode: "hard-fail", url: "https://example.org/list.json" },
  }),
  withPolicy({ validity: "signing-time", grace: 1, conferNative: true }),
  withRule({ label: "Two", mode: "warn", scope: { servers: ["example.org"], except: ["@*:example.org"] } }),
  ...[
    ...[{ amount: 240 }, { algorithm: "org.ietf.cms", amount: 60 }, { anchor: "company", amount: 120 }],
    { atLeast: 1, of: [{ anchor: "company" }, { allOf: [{ amount: 1 }] }] },
  ].map(withNeed),
];

const invalid: readonly (object | readonly unknown[])[] = [
  {},
  { version: 2, anchors: [] },
  { version: 1 },
  { version: 1, anchors: {} },
  { ...settings, trusted: true },
  { ...settings, unsigned: {}, exported_ts: now },
  ...[-1, 1.5, "now", null, 2 ** 53].map((time) => ({ ...settings, exported_ts: time })),
  ...[null, [], {}, { version: 2 }].map((other) => ({ ...settings, policy: other })),
  ...[{}, [null], [{ ...decision, decision: "maybe" }], [{ ...decision, extra: 1 }]].map((decisions) => ({
    ...settings,
    decisions,
  })),
  ...[
    { userId: "bob" },
    { masterKey: "x" },
    { masterKey: `${bob.masterKey}=` },
    { masterKey: "b".repeat(43) },
    { decidedAt: -1 },
  ].map((change) => ({ ...settings, decisions: [{ ...decision, ...change }] })),
  ...[null, "anchor", {}].map((other) => ({ ...settings, anchors: [other] })),
  ...[
    ...["", " ", "=", "0x0123", "0123 4567", fingerprint.slice(1), `0x${fingerprint}`, 5, null, [], {}],
    ...[{ spki: hash }, { spki: "ab", subject: "CN=CA" }, { spki: hash, subject: "CN=CA", extra: 1 }],
    ...[
      [{ key: "0123", names: [] }],
      [{ names: [] }],
      [{ key: hash }],
      [{ key: hash, names: [""] }],
      [{ key: hash, names: "bob" }],
    ],
    [{ key: hash, names: Array(17).fill("bob") }],
  ].map((key) => withAnchor({ key })),
  ...[
    ...[{ id: "" }, { id: 1 }, { algorithm: "" }, { label: 1 }, { speaksFor: "all" }, { trusted: true }],
    ...[
      { depth: 256 },
      { depth: -1 },
      { amount: 0 },
      { amount: 121 },
      { amount: 1.5 },
      { notBefore: -1 },
      { maxAge: "1" },
    ],
    ...[{ exclusive: "yes" }, { requireExpiry: 1 }, { acceptUnconfirmed: null }],
    ...[{ emailServers: { "example.org": "*" } }, { emailServers: [] }, { directory: {} }, { directory: [{}] }],
    ...[{ directory: [{ ...entry, attribute: "email" }] }, { directory: [{ ...entry, userId: "bob" }] }],
    ...[
      { revocation: {} },
      { revocation: { mode: "fail" } },
      { revocation: { mode: "soft-fail", url: "http://example.org" } },
    ],
  ].map(withAnchor),
  ...[
    ...[
      undefined,
      null,
      [],
      { users: "@bob:example.org" },
      { users: [1] },
      { servers: ["*"] },
      { servers: ["a b"] },
      { all: true },
    ],
    ...[
      "bob",
      "@bob",
      "@**:example.org",
      "@?:example.org",
      "@*:exa*mple.org",
      "@*:*.*.org",
      "@a b:example.org",
      "@*:",
    ].map((users) => ({ users: [users] })),
    ...[{ users: [{}] }, { users: [{ users: "@*:*", amount: 0 }] }, { users: [{ users: "@*:*", extra: 1 }] }],
    ...[{ users: ["@*:*", "@*:*"] }, { except: ["eve"] }, { purposes: ["all"] }, { purposes: "identity" }],
  ].map(withScope),
  ...[{ version: 2 }, { validity: "ever" }, { grace: -1 }, { rules: {} }, { conferNative: 1 }, { extra: 1 }].map(
    withPolicy,
  ),
  ...[
    { id: "" },
    { label: 1 },
    { mode: "maybe" },
    { extra: 1 },
    { scope: undefined },
    { scope: { users: [{ users: "@*:*" }] } },
  ].map(withRule),
  withRule({ scope: { users: "@*:*" } }),
  ...[
    ...[null, {}, { amount: 0 }, { amount: "1" }, { anchor: "" }, { anchor: "company", amount: 121 }, { algorithm: 1 }],
    ...[{ atLeast: 0, of: [{ amount: 1 }] }, { atLeast: 1, of: [] }, { atLeast: 1 }, { allOf: [] }, { allOf: {} }],
    ...[{ anyOf: [{ amount: 1 }] }, { anchor: "company", algorithm: "a" }, { allOf: [{ amount: 1 }], atLeast: 1 }],
  ].map(withNeed),
];

/** What a schema cannot say. */
const beyondSchema: readonly (readonly [string, object])[] = [
  ["two anchors of one id", { ...settings, anchors: [anchor, anchor] }],
  ["two rules of one id", withPolicy({ rules: [rule, rule] })],
  ["a rule about an anchor that is not there", withNeed({ anchor: "other" })],
  ["more than there is to choose from", withNeed({ atLeast: 2, of: [{ amount: 1 }] })],
  ["requirements one within another nine times", withNeed(nested(9))],
  ["one pattern in two forms", withScope({ users: ["@*:example.org"], servers: ["example.org"] })],
  ["armor that holds no certificate", withAnchor({ key: pem.replaceAll("CERTIFICATE", "PUBLIC KEY") })],
  ["an SSH key that is none", withAnchor({ key: "ssh-ed25519 ?" })],
  ["an address that cannot be parsed", withAnchor({ revocation: { mode: "soft-fail", url: "https://[" } })],
];

function nested(levels: number): object {
  return levels === 1 ? { amount: 1 } : { allOf: [nested(levels - 1)] };
}

/** A copy without what JSON cannot hold. */
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value)) as object;

describe("the schema and the reader of settings say the same", () => {
  it.each(valid.map((file) => [JSON.stringify(file), file]))("of what is right: %s", async (_text, file) => {
    expect([fits(asJson(file)), await settingsAreRead(asJson(file))]).toEqual([true, true]);
  });

  it.each(invalid.map((file) => [JSON.stringify(file), file]))("of what is wrong: %s", async (_text, file) => {
    expect([fits(asJson(file)), await settingsAreRead(asJson(file))]).toEqual([false, false]);
  });

  it.each(beyondSchema)("but for %s, which only the reader refuses", async (_what, file) => {
    expect([fits(asJson(file)), await settingsAreRead(asJson(file))]).toEqual([true, false]);
  });
});

describe("the schema and the reader of lists of revocations say the same", () => {
  const revoked = [{ user_id: bob.userId, master_key: `ed25519:${bob.masterKey}` }];
  const list = { anchor: "company", sequence: now, expires_ts: now + 1, revoked };
  const entries = (change: object) => ({ ...list, revoked: [{ ...revoked[0], ...change }] });
  const both = (value: object): Promise<boolean[]> =>
    Promise.all([fits(value, "#/$defs/revocationList"), isRead(() => readRevocationList({ ...value }))]);

  it.each([list, { ...list, revoked: [] }, entries({ master_key: `ed25519:${bob.masterKey}=` })])(
    "of what is right: %j",
    async (value) => {
      expect(await both(value)).toEqual([true, true]);
    },
  );

  it.each([
    ...[{}, { ...list, extra: 1 }, { ...list, anchor: "" }, { ...list, anchor: "a".repeat(256) }],
    ...[
      { ...list, sequence: 1.5 },
      { ...list, expires_ts: -1 },
      { ...list, revoked: {} },
      { ...list, revoked: [null] },
    ],
    ...[entries({ user_id: "bob" }), entries({ master_key: bob.masterKey }), entries({ extra: 1 })],
    entries({ master_key: `ed25519:${"b".repeat(43)}` }),
  ])("of what is wrong: %j", async (value) => {
    expect(await both(value)).toEqual([false, false]);
  });
});
