import { ed25519 } from "matrix-countersign/ed25519";
import { sshsig } from "matrix-countersign/sshsig";
import { memoryStore } from "matrix-countersign/store";
import { describe, expect, it } from "vitest";
import { fetchRevocationList } from "../../src/client/signed-documents/fetch-revocation-list.js";
import { mergeRevocationLists } from "../../src/client/signed-documents/merge-revocation-lists.js";
import { prepareRevocationList } from "../../src/client/signed-documents/prepare-revocation-list.js";
import {
  rememberedRevocationList,
  takeRevocationList,
} from "../../src/client/signed-documents/remember-revocation-list.js";
import { acceptDocument } from "../../src/client/signed-documents/sign-document.js";
import { exportSettings, importSettings } from "../../src/client/signed-documents/trust-settings-file.js";
import { verifyRevocationList } from "../../src/client/signed-documents/verify-revocation-list.js";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import { isRevoked, type RevocationList, readRevocationList } from "../../src/model/revocation-list.js";
import { readSignable } from "../../src/model/signable.js";
import { readSignableDocument } from "../../src/model/signable-document.js";
import type { TrustSettings } from "../../src/model/trust-policy.js";
import { bob, dayMs, eve, makeOrganisation, now } from "../support/revocation-lists.js";

const algorithms = [ed25519()];
const options = { algorithms, now };
const company = makeOrganisation();
const listed = { anchor: "company", sequence: now, expires_ts: now + 30 * dayMs, revoked: [entryOf(bob)] };

function entryOf({ userId, masterKey }: typeof bob) {
  return { user_id: userId, master_key: `ed25519:${masterKey}` };
}

function prepared(wishes: object = {}) {
  return prepareRevocationList(
    { anchor: "company", revoked: [bob], expiresAt: now + 30 * dayMs, now, ...wishes },
    ed25519(),
  );
}

describe("a list of revocations", () => {
  it("is read off its four members, and found in at once", () => {
    const list = readRevocationList(listed);
    expect(list).toMatchObject({ anchor: "company", sequence: now, expiresAt: now + 30 * dayMs });
    expect(isRevoked(list, bob.userId, bob.masterKey)).toBe(true);
    expect(isRevoked(list, bob.userId, eve.masterKey)).toBe(false);
    expect(isRevoked(list, eve.userId, bob.masterKey)).toBe(false);
    expect(isRevoked(list, "__proto__", bob.masterKey)).toBe(false);
  });

  it("reads a key with padding as the same key", () => {
    const list = readRevocationList({ ...listed, revoked: [entryOf({ ...bob, masterKey: `${bob.masterKey}=` })] });
    expect(isRevoked(list, bob.userId, bob.masterKey)).toBe(true);
  });

  it.each<[string, object]>([
    ["another member", { extra: 1 }],
    ["no anchor", { anchor: "" }],
    ["a sequence that is no whole number", { sequence: -1 }],
    ["an end that is text", { expires_ts: "never" }],
    ["no list", { revoked: {} }],
    ["an entry with another member", { revoked: [{ ...entryOf(bob), reason: "left" }] }],
    ["an entry without a key", { revoked: [{ user_id: bob.userId }] }],
    ["a key that is none", { revoked: [entryOf({ ...bob, masterKey: "Qm9i" })] }],
    ["a key without its algorithm", { revoked: [{ user_id: bob.userId, master_key: bob.masterKey }] }],
    ["a user who is none", { revoked: [entryOf({ ...bob, userId: "bob" })] }],
    ["more than anybody reads", { revoked: Array(40_001).fill(entryOf(bob)) }],
  ])("is refused with %s", (_what, change) => {
    expect(() => readRevocationList({ ...listed, ...change })).toThrow(
      expect.objectContaining({ code: "ERR_LIST_MALFORMED" }),
    );
  });
});

describe("what a document is", () => {
  const masterKey = { user_id: bob.userId, usage: ["master"], keys: { [`ed25519:${bob.masterKey}`]: bob.masterKey } };
  const settings = { version: 1, exported_ts: now, anchors: [] };

  it("is read off its members, none of which another kind has alone", () => {
    expect(readSignableDocument(listed).signable).toMatchObject({ purpose: "revocation-list" });
    expect(readSignableDocument(settings).signable).toMatchObject({ purpose: "trust-settings" });
    for (const both of [
      { ...listed, ...settings },
      { ...masterKey, ...listed },
      { ...masterKey, ...settings },
      masterKey,
      {},
    ]) {
      expect(() => readSignableDocument(both)).toThrow(expect.objectContaining({ code: "ERR_OBJECT_SHAPE" }));
    }
    for (const document of [listed, settings]) {
      expect(() => readSignable(document, bob.userId)).toThrow(expect.objectContaining({ code: "ERR_OBJECT_SHAPE" }));
    }
  });

  it("is no user's, whatever it names", () => {
    const { userId, bytes } = readSignableDocument({ ...listed, anchor: "@bob:example.org" }).signable;
    expect(userId).toBe("revocation-list");
    expect(decodeUtf8(bytes)).toMatch(/^\{"anchor":/);
  });
});

describe("preparing a list", () => {
  it("keeps what the one before took back, adds, and gives back what is named alone", () => {
    const before = readRevocationList(prepared().document);
    const later = now + 5;
    const next = prepared({ previous: before, revoked: [eve], now: later }).document;
    expect(next).toMatchObject({ sequence: later, revoked: [entryOf(bob), entryOf(eve)] });
    const previous = readRevocationList(next);
    expect(prepared({ previous, revoked: [], restored: [bob], now: later }).document).toMatchObject({
      sequence: later + 1,
      revoked: [entryOf(eve)],
    });
  });

  it("starts anew where a sequence ran ahead of every reader", () => {
    const previous = { ...readRevocationList(prepared().document), sequence: now + 2 * dayMs };
    expect(prepared({ previous }).document.sequence).toBe(now);
  });

  it.each<[string, object]>([
    ["has ended already", { expiresAt: now }],
    ["follows another anchor's", { previous: { ...readRevocationList(listed), anchor: "other" } }],
    ["takes back what is no key", { revoked: [{ ...bob, masterKey: "x" }] }],
  ])("refuses one that %s", (_what, wishes) => {
    expect(() => prepared(wishes)).toThrow(expect.objectContaining({ code: "ERR_LIST_MALFORMED" }));
  });

  it("hands out commands that work on a file with a name of its own", () => {
    const { commands } = prepareRevocationList(
      { anchor: "company", revoked: [bob], expiresAt: now + 1, now },
      sshsig(),
    );
    expect(commands.at(-1)).toMatchObject({
      inputFile: "matrix-revocation-list.json",
      outputFile: "matrix-revocation-list.json.sig",
    });
  });

  it("accepts no request that was changed since", async () => {
    const request = prepared();
    const changed = { ...request, document: prepared({ revoked: [eve] }).document };
    const accepting = acceptDocument(changed, company.output(request.bytes), { algorithm: ed25519(), now: () => now });
    await expect(accepting).rejects.toMatchObject({ code: "ERR_OBJECT_SHAPE" });
  });
});

describe("verifying a list", () => {
  it("takes one that the anchor's own key signed, as text, bytes or JSON", async () => {
    const list = await company.list();
    const text = JSON.stringify(list, undefined, 2);
    for (const file of [list, text, new TextEncoder().encode(text)]) {
      const finding = await verifyRevocationList(file, company.anchor, options);
      expect(finding.problem).toBeUndefined();
      expect(finding.list?.revoked.get(bob.userId)).toEqual(new Set([bob.masterKey]));
      expect(finding.reports).toMatchObject([{ code: "valid", purpose: "revocation-list" }]);
    }
  });

  it.each<[string, () => Promise<object>]>([
    ["malformed", async () => ({ ...(await company.list()), extra: 1 })],
    ["of-another-anchor", () => company.list({ anchor: "other" })],
    ["ahead", () => company.list({ now: now + dayMs + 1, expiresAt: now + 9 * dayMs })],
    ["not-signed", async () => listed],
    ["not-signed", async () => ({ ...(await company.list()), expires_ts: now + 31 * dayMs })],
  ])("finds one %s, and the one seen before goes on counting", async (problem, make) => {
    const file = { ...(await make()) };
    const seen = readRevocationList(listed);
    const finding = await verifyRevocationList(file, company.anchor, { ...options, seen });
    expect(finding).toMatchObject({ problem, list: seen });
    expect((await verifyRevocationList(file, company.anchor, options)).list).toBeUndefined();
  });

  it("refuses text in which a member stands twice", async () => {
    const text = JSON.stringify(await company.list()).replace('{"anchor"', '{"revoked":[],"anchor"');
    expect(await verifyRevocationList(text, company.anchor, options)).toMatchObject({ problem: "malformed" });
  });

  it("takes the union of two of one sequence, until the first of them ends", async () => {
    const one = readRevocationList(listed);
    const file = await company.list({ revoked: [eve], expiresAt: now + dayMs });
    const { list, problem } = await verifyRevocationList(file, company.anchor, { ...options, seen: one });
    expect(problem).toBe("conflicting");
    expect(list).toMatchObject({ sequence: now, expiresAt: now + dayMs });
    expect([bob, eve].every(({ userId, masterKey }) => isRevoked(list as RevocationList, userId, masterKey))).toBe(
      true,
    );
  });

  it("has nothing against the same list once more", () => {
    const seen = readRevocationList(listed);
    expect(mergeRevocationLists(readRevocationList(listed), seen)).toEqual({ list: seen });
  });
});

describe("remembering lists", () => {
  it("keeps the newest for the anchor with this key, whatever is handed in later", async () => {
    const store = memoryStore();
    const old = await company.list();
    const newer = await company.list({ revoked: [bob, eve], now: now + 1 });
    await takeRevocationList(newer, company.anchor, options, store);
    const finding = await takeRevocationList(old, company.anchor, options, store);
    expect(finding).toMatchObject({ problem: "rolled-back", list: { sequence: now + 1 } });
    const remembered = await rememberedRevocationList(company.anchor, store);
    expect(remembered && isRevoked(remembered, eve.userId, eve.masterKey)).toBe(true);
    const successor = makeOrganisation();
    expect(await rememberedRevocationList(successor.anchor, store)).toBeUndefined();
    store.close();
  });

  it("keeps a long one", async () => {
    const store = memoryStore();
    const revoked = Array.from({ length: 4000 }, (_, index) => ({ ...bob, userId: `@user-${index}:example.org` }));
    await takeRevocationList(await company.list({ revoked }), company.anchor, options, store);
    expect((await rememberedRevocationList(company.anchor, store))?.revoked.size).toBe(4000);
    store.close();
  });
});

describe("fetching a list", () => {
  const published = { revocation: { mode: "hard-fail", url: "https://example.org/revoked.json" } } as const;

  it("asks the anchor's address without a word about who asks", async () => {
    const asked: [unknown, RequestInit | undefined][] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      asked.push([url, init]);
      return new Response(JSON.stringify(await company.list()));
    };
    const file = await fetchRevocationList(published, { fetch });
    expect((await verifyRevocationList(file, company.anchor, options)).problem).toBeUndefined();
    expect(asked).toMatchObject([
      [published.revocation.url, { credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" }],
    ]);
  });

  it.each([
    "http://example.org/list",
    "https://127.0.0.1/list",
    "https://lists.corp/list",
    "https://example.org/?a=1",
    undefined,
  ])("never asks %s", async (url) => {
    const fetch = () => Promise.reject(new Error("asked"));
    const revocation = { mode: "soft-fail" as const, ...(url !== undefined && { url }) };
    await expect(fetchRevocationList({ revocation }, { fetch })).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });

  it("stops reading past 4 MiB", async () => {
    const fetch = async () => new Response(new Uint8Array(4 * 1024 * 1024 + 1));
    await expect(fetchRevocationList(published, { fetch })).rejects.toMatchObject({ code: "ERR_HTTP_TOO_LARGE" });
  });
});

describe("a file of settings", () => {
  const settings: TrustSettings = {
    version: 1,
    anchors: [
      {
        id: "company",
        algorithm: "org.ietf.ed25519",
        key: company.key.publicKey,
        speaksFor: "scope",
        scope: { users: ["@*:example.org"] },
      },
    ],
    policy: { version: 1, rules: [{ id: "all", scope: { users: ["@*:*"] }, require: { anchor: "company" } }] },
    decisions: [{ ...bob, decision: "deny", decidedAt: now }],
  };
  const signedBy = { algorithm: "org.ietf.ed25519", key: company.key.publicKey };
  const exported = async () => company.sign(await exportSettings(settings, ed25519(), now));

  it("comes back as it was exported, with the time", async () => {
    const finding = await importSettings(JSON.stringify(await exported()), { ...options, signedBy });
    expect(finding).toMatchObject({
      settings,
      exportedAt: now,
      reports: [{ code: "valid", purpose: "trust-settings" }],
    });
    expect(finding.problem).toBeUndefined();
  });

  it("is taken without a signature only where the caller says so", async () => {
    for (const file of [settings, { ...settings, exported_ts: now }]) {
      expect(await importSettings({ ...file }, { ...options, signedBy })).toEqual({
        problem: "not-signed",
        reports: [],
      });
      expect(await importSettings({ ...file }, { ...options, signedBy: "anybody" })).toMatchObject({ settings });
    }
  });

  it.each<[string, string, object]>([
    ["another version", "ERR_SETTINGS_MALFORMED", { version: 2 }],
    ["a member that is not known", "ERR_SETTINGS_MALFORMED", { trusted: true }],
    ["no list of anchors", "ERR_SETTINGS_MALFORMED", { anchors: {} }],
    ["a policy that is none", "ERR_SETTINGS_MALFORMED", { policy: null }],
    [
      "a decision about no key",
      "ERR_POLICY_INVALID",
      { decisions: [{ ...bob, masterKey: "x", decision: "deny", decidedAt: now }] },
    ],
    ["an anchor that is none", "ERR_ANCHOR_INVALID", { anchors: [{ id: "x" }] }],
    ["a rule about an anchor that is not there", "ERR_POLICY_INVALID", { anchors: [] }],
    ["an export at no time", "ERR_SETTINGS_MALFORMED", { exported_ts: "now" }],
  ])("is refused with %s", async (_what, code, change) => {
    const file = { ...settings, ...change };
    await expect(importSettings(file, { ...options, signedBy: "anybody" })).rejects.toMatchObject({ code });
  });

  it("does not come from a clock that is far ahead", async () => {
    const file = await company.sign(await exportSettings(settings, ed25519(), now + 2 * dayMs));
    expect(await importSettings(file, { ...options, signedBy })).toMatchObject({ problem: "ahead" });
  });
});
