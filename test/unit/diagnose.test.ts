import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { type Breakage, diagnose } from "../../src/matrix/diagnose.js";
import { createHttp } from "../../src/matrix/http.js";
import { json, matrixError, scriptedFetch } from "../support/scripted-fetch.js";

const userId = "@alice:example.org";
const keyId = "custom:org.openpgp.signature:ABCD";

function setUp(answer: () => Response) {
  const { fetch, seen } = scriptedFetch(answer);
  const client = {
    getUserId: () => "@reader:example.org",
    getHomeserverUrl: () => "https://hs.example.org",
    getAccessToken: () => "token",
    getCrypto: () => undefined,
  };
  return { http: createHttp(client, { fetch }, new AbortController().signal), seen };
}

async function breakagesOf(signatures: unknown): Promise<Omit<Breakage, "key">[]> {
  const { http } = setUp(() => json({ master_keys: { [userId]: { signatures } } }));
  const { breakages, isBrokenForElement } = await diagnose(http, userId);
  expect(isBrokenForElement).toBe(breakages.some(({ breaks }) => breaks.includes("element")));
  return breakages.map(({ key: _key, ...breakage }) => breakage);
}

describe("diagnosing", () => {
  it("asks for this one user", async () => {
    const { http, seen } = setUp(() => json({ master_keys: { [userId]: {} } }));
    expect(await diagnose(http, userId)).toEqual({ breakages: [], isBrokenForElement: false });
    expect(seen).toMatchObject([{ method: "POST", path: "/_matrix/client/v3/keys/query" }]);
    expect(seen[0]?.body).toEqual({ device_keys: { [userId]: [] } });
  });

  it("finds nothing in ordinary keys", async () => {
    const entry = { "ed25519:DEVICE": "c2ln", [keyId]: "c2ln", "io.element.x509:abcd": "-----BEGIN CMS-----" };
    expect(await breakagesOf({ [userId]: entry, "@bob:example.org": {} })).toEqual([]);
  });

  it.each<[string, unknown, Omit<Breakage, "key">[]]>([
    [
      "an object",
      { [userId]: { [keyId]: {} } },
      [{ signer: userId, keyId, rule: "object-value", breaks: ["element", "mautrix-go"] }],
    ],
    [
      "null for a signature",
      { [userId]: { [keyId]: null } },
      [{ signer: userId, keyId, rule: "object-value", breaks: ["element"] }],
    ],
    [
      "half a character",
      { [userId]: { [keyId]: "\ud800" } },
      [{ signer: userId, keyId, rule: "object-value", breaks: ["element"] }],
    ],
    [
      "a signer",
      { external: { [keyId]: "c2ln" } },
      [{ signer: "external", rule: "signer-not-user-id", breaks: ["element"] }],
    ],
    [
      "a key ID without a colon",
      { [userId]: { "org.example": "c2ln" } },
      [{ signer: userId, keyId: "org.example", rule: "key-id-no-colon", breaks: ["element"] }],
    ],
    [
      "a key ID without an algorithm",
      { [userId]: { ":abcdefgh": "c2ln" } },
      [{ signer: userId, keyId: ":abcdefgh", rule: "key-id-malformed", breaks: ["element"] }],
    ],
    [
      "a short key ID",
      { [userId]: { "a.b:abc": "c2ln" } },
      [{ signer: userId, keyId: "a.b:abc", rule: "key-id-short", breaks: ["matrix-dart-sdk"] }],
    ],
    [
      "an entry that is text",
      { [userId]: "c2ln" },
      [{ signer: userId, rule: "malformed-signatures", breaks: ["element", "mautrix-go"] }],
    ],
    [
      "an entry that is null",
      { [userId]: null },
      [{ signer: userId, rule: "malformed-signatures", breaks: ["element"] }],
    ],
    ["signatures that are text", "c2ln", [{ rule: "malformed-signatures", breaks: ["element", "mautrix-go"] }]],
    ["signatures that are null", null, [{ rule: "malformed-signatures", breaks: ["element"] }]],
  ])("says who does not survive %s", async (_what, signatures, expected) => {
    expect(await breakagesOf(signatures)).toEqual(expected);
  });

  it("says everything that is wrong with one signature", async () => {
    const rules = (await breakagesOf({ external: { short: 1, a: "c2ln" } })).map(({ rule, keyId: id }) => [id, rule]);
    expect(rules).toEqual([
      [undefined, "signer-not-user-id"],
      ["short", "object-value"],
      ["short", "key-id-no-colon"],
      ["a", "key-id-no-colon"],
      ["a", "key-id-short"],
    ]);
  });

  it("looks at all three keys, however malformed", async () => {
    const broken: JsonObject = { usage: 7, signatures: { [userId]: { [keyId]: {} } } };
    const lists = ["master_keys", "self_signing_keys", "user_signing_keys"];
    const { http } = setUp(() => json(Object.fromEntries(lists.map((list) => [list, { [userId]: broken }]))));
    const { breakages } = await diagnose(http, userId);
    expect(breakages.map(({ key }) => key)).toEqual(["master-key", "self-signing-key", "user-signing-key"]);
  });

  it("does not call an identity whole that nobody saw", async () => {
    const nobody = { breakages: [], isBrokenForElement: false, problem: "no-keys" };
    expect(await diagnose(setUp(() => json({ master_keys: { [userId]: "key" } })).http, userId)).toEqual(nobody);
    expect(await diagnose(setUp(() => json({})).http, userId)).toEqual(nobody);
    const { http } = setUp(() => json({ failures: { "example.org": {} } }));
    expect(await diagnose(http, userId)).toEqual({ ...nobody, problem: "server-unreachable" });
  });

  it("takes names of the server's prototype for no keys", async () => {
    const { http } = setUp(() => json({}));
    await expect(diagnose(http, "__proto__")).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    expect(await breakagesOf(JSON.parse(`{ "__proto__": { "__proto__": "c2ln" } }`))).toHaveLength(2);
  });

  it("passes a refusal on", async () => {
    const { http } = setUp(() => matrixError(403, "M_FORBIDDEN"));
    await expect(diagnose(http, userId)).rejects.toMatchObject({ code: "ERR_HTTP_STATUS", status: 403 });
  });
});
