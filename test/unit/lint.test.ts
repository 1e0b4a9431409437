import { describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { derValue } from "../../src/encoding/der-writer.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import type { RouteName } from "../../src/model/identity.js";
import { type LintedSignature, type LintOptions, type LintRule, lint } from "../../src/model/lint/lint.js";
import { lintUpload } from "../../src/model/lint/lint-upload.js";
import { derCertificate, derSignedData } from "../support/der-certificates.js";

const userId = "@alice:example.org";
const keyId = "custom:org.openpgp.signature:ABCD";
const good: LintedSignature = { userId, keyId, value: "c2lnbmF0dXJl" };
const onKeys: readonly RouteName[] = ["signatures-upload", "bootstrap"];
const everywhere: readonly RouteName[] = [...onKeys, "profile-field", "room-state", "bundle"];

const rulesOf = (signature: LintedSignature, options?: LintOptions): LintRule[] =>
  lint(signature, options).map(({ rule }) => rule);

describe("linting a signature", () => {
  it("finds nothing in what goes anywhere", () => {
    expect(lint(good)).toEqual([]);
    expect(lint(good, { encoding: "base64-only" })).toEqual([]);
  });

  it.each<[string, Partial<LintedSignature>, LintRule[], readonly RouteName[]]>([
    ["an object", { value: { signature: "c2ln" } }, ["object-value"], onKeys],
    ["half a character", { value: "\ud800" }, ["object-value"], onKeys],
    ["a server as signer", { userId: "example.org" }, ["signer-not-user-id"], everywhere],
    ["a signer of no server", { userId: "@alice" }, ["signer-not-user-id"], everywhere],
    ["a server name with a space", { userId: "@alice:exa mple" }, ["signer-not-user-id"], everywhere],
    ["no colon", { keyId: "org.example.abcd" }, ["key-id-no-colon"], everywhere],
    ["7 characters", { keyId: "a.b:abc" }, ["key-id-short"], onKeys],
    ["256 characters", { keyId: `${keyId}${"A".repeat(256 - keyId.length)}` }, ["key-id-malformed"], everywhere],
    ["letters outside ASCII", { keyId: "custom:org.example:\u00e9" }, ["key-id-malformed"], everywhere],
    ["a space", { keyId: "custom:org.example:a b" }, ["key-id-malformed"], everywhere],
    ["a key ID of Matrix's own", { keyId: "ed25519:ABCDEFGH" }, ["key-id-malformed"], everywhere],
    ["an algorithm in capitals", { keyId: "custom:ORG.example:abcd" }, ["key-id-malformed"], everywhere],
    ["no algorithm", { keyId: ":abcdefgh" }, ["key-id-malformed"], everywhere],
    ["padding", { value: "YQ==" }, ["base64-not-canonical"], onKeys],
    ["the URL-safe alphabet", { value: "-_-_" }, ["base64-not-canonical"], onKeys],
    ["stray bits", { value: "YR" }, ["base64-not-canonical"], onKeys],
    ["lines", { value: "YWJj\nYWJj" }, ["base64-not-canonical"], onKeys],
    ["2,049 characters", { value: "A".repeat(2049 - keyId.length) }, ["size"], onKeys],
    ["an object that is no JSON", { value: { size: 1.5 } }, ["object-value", "size"], onKeys],
  ])("finds %s", (_what, changes, rules, routes) => {
    const findings = lint({ ...good, ...changes });
    expect(findings.map(({ rule }) => rule)).toEqual(rules);
    for (const finding of findings) expect(finding.routes).toEqual(routes);
  });

  it.each<[string, Partial<LintedSignature>]>([
    ["a user of old", { userId: "@:example.org" }],
    ["a server with a port", { userId: "@alice:[::1]:8448" }],
    ["8 characters", { keyId: "a.b:abcd" }],
    ["255 characters", { keyId: `${keyId}${"A".repeat(255 - keyId.length)}` }],
    ["2,048 characters", { value: "A".repeat(2048 - keyId.length) }],
    ["2,049 characters under a bare key ID", { keyId: "org.example:abcd", value: "A".repeat(2048) }],
    ["text that is no base64", { keyId: "custom:org.ietf.ed25519:abcd", value: "c2ln.1.0" }],
  ])("finds nothing in %s", (_what, changes) => {
    expect(lint({ ...good, ...changes })).toEqual([]);
  });

  it.each(["c2ln.1.0", "-----BEGIN CMS-----\nYWJj\n-----END CMS-----", "", "abcde"])(
    "finds what is no base64 only where the server takes base64 alone: %s",
    (value) => {
      const signature = { ...good, keyId: "custom:org.example:abcd", value };
      expect(rulesOf(signature)).not.toContain("base64-not-canonical");
      const isFound = rulesOf(signature, { encoding: "base64-only" }).includes("base64-not-canonical");
      expect(isFound).toBe(value !== "");
    },
  );

  it("finds a leaf that is not the first certificate, in what Element reads alone", () => {
    const [leaf, issuer] = [
      derCertificate({ extensions: [["2.5.29.14", derValue(0x04, Uint8Array.of(7))]] }),
      derCertificate(),
    ];
    const pem = (...certificates: Uint8Array[]): string => {
      const bytes = derSignedData(certificates, derValue(0x80, Uint8Array.of(7)));
      return `-----BEGIN CMS-----\n${encodeBase64(bytes)}\n-----END CMS-----`;
    };
    const byElement = { ...good, keyId: "io.element.x509:abcd" };
    expect(lint({ ...byElement, value: pem(leaf, issuer) })).toEqual([]);
    const findings = lint({ ...byElement, value: pem(issuer, leaf) });
    expect(findings).toMatchObject([{ rule: "x509-leaf-order", routes: onKeys }]);
    expect(lint({ ...good, keyId: "custom:io.element.x509:abcd", value: pem(issuer, leaf) })).toEqual([]);
  });

  it("finds on a route what matters there", () => {
    const signature = { userId: "nobody", keyId, value: { signature: "c2ln" } };
    expect(rulesOf(signature, { route: "bootstrap" })).toEqual(["object-value", "signer-not-user-id"]);
    expect(rulesOf(signature, { route: "profile-field" })).toEqual(["signer-not-user-id"]);
  });

  it("never repeats what the signature holds", () => {
    const [one, other] = ["nobody", "abcdef"].map((name) =>
      lint({ userId: name, keyId: name, value: { [name]: name } }),
    );
    expect(one).toEqual(other);
    expect(one).not.toEqual([]);
  });
});

describe("linting a whole key", () => {
  const rulesOn = (signatures: unknown): LintRule[] =>
    lintUpload({ user_id: userId, signatures }, userId).map(({ rule }) => rule);

  it("finds nothing in keys as Matrix and this package write them", () => {
    expect(lintUpload({ user_id: userId }, userId)).toEqual([]);
    expect(rulesOn({})).toEqual([]);
    expect(rulesOn({ [userId]: { "ed25519:DEVICE": "c2ln" }, "@bob:example.org": { "ed25519:KEY": "YQ==" } })).toEqual(
      [],
    );
    expect(rulesOn({ [userId]: { [keyId]: "c2ln", "io.element.x509:abcd": "a b" } })).toEqual([]);
  });

  it.each<[string, JsonObject]>([
    ["device's", { [userId]: { [keyId]: "c2ln", "ed25519:DEVICE": "c2ln" } }],
    ["other user's", { [userId]: { [keyId]: "c2ln" }, "@bob:example.org": { "ed25519:KEY": "c2ln" } }],
  ])("finds an external signature and a %s in one upload, which matters to that upload alone", (_whose, signatures) => {
    const findings = lintUpload({ signatures }, userId);
    expect(findings).toMatchObject([{ rule: "device-signature", routes: ["signatures-upload"] }]);
  });

  it.each<[string, unknown, LintRule[]]>([
    ["an external signature that breaks a rule", { [userId]: { [keyId]: "YQ==" } }, ["base64-not-canonical"]],
    ["two that break one", { [userId]: { [keyId]: "YQ==", [`${keyId}E`]: "YR" } }, ["base64-not-canonical"]],
    ["an object by Matrix", { [userId]: { "ed25519:DEVICE": {} } }, ["object-value"]],
    ["a number by Matrix", { [userId]: { "ed25519:DEVICE": 1 } }, ["object-value"]],
    ["another user's object", { "@bob:example.org": { "ed25519:KEY": {} } }, ["object-value"]],
    ["another signer", { external: { "x509:abcd": "c2ln" } }, ["signer-not-user-id"]],
    ["another signer who signed nothing", { external: {} }, ["signer-not-user-id"]],
    ["another user's key ID", { "@bob:example.org": { keykeykey: "c2ln" } }, ["key-id-no-colon"]],
    ["another user's short key ID", { "@bob:example.org": { "a:b": "c2ln" } }, ["key-id-short"]],
    ["another user's key ID that is all key", { "@bob:example.org": { ":abcdefgh": "c2ln" } }, ["key-id-malformed"]],
    [
      "an algorithm of 256 characters",
      { "@bob:example.org": { [`${"a".repeat(256)}:b`]: "c2ln" } },
      ["key-id-malformed"],
    ],
    ["an entry that is text", { "@bob:example.org": "c2ln" }, ["object-value"]],
    ["an entry that is null", { [userId]: null }, ["object-value"]],
    ["signatures that are a list", [], ["object-value"]],
    ["signatures that are null", null, ["object-value"]],
  ])("finds %s", (_what, signatures, rules) => {
    expect(rulesOn(signatures)).toEqual(rules);
  });

  it("takes __proto__ for a name like any other", () => {
    const signatures = JSON.parse(`{ "__proto__": { "ed25519:KEY": "c2ln" }, "${userId}": { "__proto__": "c2ln" } }`);
    expect(rulesOn(signatures)).toEqual(["signer-not-user-id", "key-id-no-colon", "device-signature"]);
  });
});
