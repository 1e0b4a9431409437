import { describe, expect, it } from "vitest";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { parseJson } from "../../src/encoding/parse-json.js";
import type { ErrorCode } from "../../src/errors.js";
import { externalSignatures, isSignatureValue, withExternalSignature } from "../../src/model/external-signature.js";
import { type ExternalKeyId, formatKeyId, parseKeyId } from "../../src/model/key-id.js";
import { readSignable, readSignableEvent, signedBytes } from "../../src/model/signable.js";
import { fitsSizeRule, signatureSize } from "../../src/model/size.js";

const failsWith = (code: ErrorCode): unknown => expect.objectContaining({ name: "CountersignError", code });

const alice = "@alice:example.org";
const key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
const otherKey = "/wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

function crossSigningKey(changes: JsonObject = {}): JsonObject {
  return { user_id: alice, usage: ["master"], keys: { [`ed25519:${key}`]: key }, ...changes };
}

function deviceKeys(changes: JsonObject = {}): JsonObject {
  return {
    user_id: alice,
    device_id: "DEVICE",
    algorithms: ["m.olm.v1.curve25519-aes-sha2"],
    keys: { "ed25519:DEVICE": key, "curve25519:DEVICE": otherKey },
    ...changes,
  };
}

describe("parseKeyId", () => {
  it.each<[string, ExternalKeyId]>([
    ["custom:org.example", { form: "custom", algorithm: "org.example" }],
    ["custom:org.example:", { form: "custom", algorithm: "org.example", key: "" }],
    ["custom:org.example:a:b", { form: "custom", algorithm: "org.example", key: "a:b" }],
    ["custom:a:b", { form: "custom", algorithm: "a", key: "b" }],
    ["custom:m.reserved:b", { form: "custom", algorithm: "m.reserved", key: "b" }],
    ["custom:custom:a", { form: "custom", algorithm: "custom", key: "a" }],
    ["io.element.x509:key", { form: "bare", algorithm: "io.element.x509", key: "key" }],
    [`custom:${"a".repeat(255)}:k`, { form: "custom", algorithm: "a".repeat(255), key: "k" }],
    ["custom:org.example:\u{1f600}", { form: "custom", algorithm: "org.example", key: "\u{1f600}" }],
  ])("takes %s apart", (text, parts) => {
    expect(parseKeyId(text)).toEqual(parts);
  });

  it.each([
    "",
    ":",
    "custom:",
    "custom::key",
    "ed25519:ABC",
    "curve25519:ABC",
    "m.example:key",
    "io.element.x509",
    "custom:1org:key",
    "custom:Org.example:key",
    "custom:org example:key",
    "custom:org.example\n:key",
    "Custom:org.example:key",
    `custom:${"a".repeat(256)}:k`,
    "__proto__",
  ])("knows no external key in %j", (text) => {
    expect(parseKeyId(text)).toBeUndefined();
  });
});

describe("formatKeyId", () => {
  it("writes what parseKeyId takes apart", () => {
    expect(formatKeyId({ form: "custom", algorithm: "org.example", key: "a:b" })).toBe("custom:org.example:a:b");
    expect(formatKeyId({ form: "bare", algorithm: "io.element.x509", key: "k" })).toBe("io.element.x509:k");
    expect(formatKeyId({ form: "custom", algorithm: "org.example" })).toBe("custom:org.example");
  });

  it.each<[string, ExternalKeyId]>([
    ["an algorithm outside the grammar", { form: "custom", algorithm: "Org", key: "key" }],
    ["an algorithm with a colon", { form: "custom", algorithm: "org.example:a", key: "key" }],
    ["a reserved algorithm", { form: "custom", algorithm: "m.example", key: "key" }],
    ["a bare algorithm without a dot", { form: "bare", algorithm: "example", key: "key" }],
    ["a bare algorithm without a key", { form: "bare", algorithm: "org.example" }],
    ["an ID that is too short", { form: "bare", algorithm: "a.b", key: "cde" }],
    ["an ID that is too long", { form: "custom", algorithm: "org.example", key: "k".repeat(240) }],
    ["white space", { form: "custom", algorithm: "org.example", key: "a b" }],
    ["characters outside ASCII", { form: "custom", algorithm: "org.example", key: "\u00e9" }],
    ["a bare algorithm that would read as custom", { form: "bare", algorithm: "custom", key: "org.example" }],
  ])("refuses %s", (_what, parts) => {
    expect(() => formatKeyId(parts)).toThrowError(failsWith("ERR_KEY_ID_MALFORMED"));
  });
});

describe("readSignable", () => {
  it.each([
    ["master", "master-key"],
    ["self_signing", "self-signing-key"],
    ["user_signing", "user-signing-key"],
  ])("tells a %s key by its usage", (usage, purpose) => {
    const object = crossSigningKey({ usage: [usage], signatures: { any: "thing" }, unsigned: { age: 1 } });
    const signable = readSignable(object, alice);
    expect(signable).toMatchObject({ purpose, userId: alice, publicKey: key });
    expect(decodeUtf8(signable.bytes)).toBe(
      `{"keys":{"ed25519:${key}":"${key}"},"usage":["${usage}"],"user_id":"${alice}"}`,
    );
  });

  it("takes padded and unpadded forms of one key for one", () => {
    const object = crossSigningKey({ keys: { [`ed25519:${key}`]: `${key}=` } });
    expect(readSignable(object, alice).publicKey).toBe(key);
  });

  it("tells device keys by their shape", () => {
    const signable = readSignable(deviceKeys(), alice);
    expect(signable.purpose).toBe("device-keys");
    expect(signable.publicKey).toBeUndefined();
  });

  it.each<[string, JsonObject]>([
    ["another user's key", crossSigningKey({ user_id: "@mallory:example.org" })],
    ["a key without a user", crossSigningKey({ user_id: undefined })],
    ["two usages", crossSigningKey({ usage: ["master", "self_signing"] })],
    ["no usage", crossSigningKey({ usage: [] })],
    ["a usage that is text", crossSigningKey({ usage: "master" })],
    ["an unknown usage", crossSigningKey({ usage: ["toString"] })],
    ["no keys", crossSigningKey({ keys: {} })],
    ["keys that are a list", crossSigningKey({ keys: [key] })],
    ["two keys", crossSigningKey({ keys: { [`ed25519:${key}`]: key, [`ed25519:${otherKey}`]: otherKey } })],
    ["a key under another's name", crossSigningKey({ keys: { [`ed25519:${key}`]: otherKey } })],
    ["a key under a name that is none", crossSigningKey({ keys: { "ed25519:DEVICE": key } })],
    ["a key of another kind", crossSigningKey({ keys: { [`curve25519:${key}`]: key } })],
    ["a key that is too short", crossSigningKey({ keys: { "ed25519:AAAA": "AAAA" } })],
    ["a key that is no text", crossSigningKey({ keys: { [`ed25519:${key}`]: 1 } })],
    ["a master key that is a device too", crossSigningKey({ device_id: "DEVICE" })],
    ["a master key with algorithms", crossSigningKey({ algorithms: [] })],
    ["device keys with a usage", deviceKeys({ usage: ["master"] })],
    [
      "device keys with a foreign name among them",
      deviceKeys({ keys: { "ed25519:DEVICE": key, "ed25519:OTHER": key } }),
    ],
    ["device keys of no device", deviceKeys({ device_id: "", keys: { "ed25519:": key } })],
    ["device keys without keys", deviceKeys({ keys: {} })],
    ["device keys without algorithms", deviceKeys({ algorithms: undefined })],
    ["nothing", {}],
  ])("refuses %s", (_what, object) => {
    const served = JSON.parse(JSON.stringify(object)) as JsonObject;
    expect(() => readSignable(served, alice)).toThrowError(failsWith("ERR_OBJECT_SHAPE"));
  });

  it("refuses members that are inherited, and a user called __proto__ that nobody wrote", () => {
    const inherits = Object.create(crossSigningKey()) as JsonObject;
    expect(() => readSignable(inherits, alice)).toThrowError(failsWith("ERR_OBJECT_SHAPE"));
    expect(() => readSignable({}, "__proto__")).toThrowError(failsWith("ERR_OBJECT_SHAPE"));
    expect(readSignable(crossSigningKey({ user_id: "__proto__" }), "__proto__").userId).toBe("__proto__");
  });

  it("refuses what has no canonical JSON", () => {
    expect(() => readSignable(crossSigningKey({ half: 0.5 }), alice)).toThrowError(failsWith("ERR_JSON_VALUE"));
  });
});

describe("signedBytes", () => {
  it("leaves out signatures and unsigned at the top alone", () => {
    const object = { b: { signatures: 1, unsigned: 2 }, signatures: {}, unsigned: {}, a: 1 };
    expect(decodeUtf8(signedBytes(object))).toBe('{"a":1,"b":{"signatures":1,"unsigned":2}}');
  });

  it("keeps a member called __proto__", () => {
    expect(decodeUtf8(signedBytes(parseJson('{"__proto__":1}') as JsonObject))).toBe('{"__proto__":1}');
  });
});

describe("readSignableEvent", () => {
  const content = { body: "hello", signatures: { any: "thing" } };

  it("puts type and state key before the content", () => {
    const event = readSignableEvent({ type: "m.room.message", sender: alice, content });
    expect(event).toMatchObject({ purpose: "event", userId: alice });
    expect(decodeUtf8(event.bytes)).toBe('m.room.message{"body":"hello"}');
    const state = readSignableEvent({ type: "m.room.name", stateKey: "key", sender: alice, content });
    expect(decodeUtf8(state.bytes)).toBe('m.room.namekey{"body":"hello"}');
  });

  it.each([
    ["an empty type", { type: "" }],
    ["a brace in the type", { type: "m.{" }],
    ["a brace in the state key", { stateKey: "{" }],
    ["a lone surrogate in the type", { type: "m.\ud800" }],
    ["a surrogate pair split over type and state key", { type: "m.\ud83d\ud83d", stateKey: "\ude00" }],
  ])("refuses %s", (_what, changes) => {
    const event = { type: "m.room.message", sender: alice, content, ...changes };
    expect(() => readSignableEvent(event)).toThrowError(failsWith("ERR_OBJECT_SHAPE"));
  });
});

describe("external signatures", () => {
  const object = parseJson(`{
    "signatures": {
      "${alice}": {
        "ed25519:DEVICE": "internal",
        "custom:org.example:text": "value",
        "io.element.x509:bare": "pem",
        "custom:org.example:object": { "signature": "x" },
        "custom:org.example:number": 1,
        "custom:org.example:null": null,
        "custom:org.example:list": ["x"]
      },
      "@mallory:example.org": { "custom:org.example:foreign": "value" }
    }
  }`) as JsonObject;

  it("come from the owner's own entry alone, texts and objects, in order", () => {
    expect(externalSignatures(object, alice)).toEqual([
      { userId: alice, keyId: "custom:org.example:text", value: "value" },
      { userId: alice, keyId: "io.element.x509:bare", value: "pem" },
      { userId: alice, keyId: "custom:org.example:object", value: { signature: "x" } },
    ]);
  });

  it.each<[string, JsonObject]>([
    ["no signatures", {}],
    ["signatures that are a list", { signatures: [] }],
    ["signatures that are null", { signatures: null }],
    ["an entry that is text", { signatures: { [alice]: "custom:org.example:a" } }],
    ["inherited signatures", Object.create({ signatures: { [alice]: { "custom:org.example:a": "b" } } }) as JsonObject],
  ])("are none in an object with %s", (_what, bare) => {
    expect(externalSignatures(bare, alice)).toEqual([]);
  });

  it("are none for __proto__ and constructor where nobody wrote such entries", () => {
    for (const userId of ["__proto__", "constructor", "toString"])
      expect(externalSignatures(object, userId)).toEqual([]);
  });

  it("go in beside all that is there, and replace only themselves", () => {
    const signature = { userId: alice, keyId: "custom:org.example:text", value: "new" };
    const before = structuredClone(object);
    const signed = withExternalSignature(object, signature);
    expect(object).toEqual(before);
    const expected = structuredClone(object) as { signatures: Record<string, Record<string, unknown>> };
    (expected.signatures[alice] as Record<string, unknown>)["custom:org.example:text"] = "new";
    expect(signed).toEqual(expected);
  });

  it("take __proto__ as a user and as a key", () => {
    const signature = { userId: "__proto__", keyId: "__proto__", value: "v" };
    const signed = withExternalSignature({ a: 1 }, signature);
    expect(JSON.stringify(signed)).toBe('{"a":1,"signatures":{"__proto__":{"__proto__":"v"}}}');
    const custom = withExternalSignature(signed, { ...signature, keyId: "custom:org.example:k" });
    expect(externalSignatures(custom, "__proto__")).toEqual([{ ...signature, keyId: "custom:org.example:k" }]);
    expect("custom:org.example:k" in {}).toBe(false);
  });

  it("have values of two forms", () => {
    expect(["", {}, [], null, 1, undefined].map(isSignatureValue)).toEqual([true, true, false, false, false, false]);
  });
});

describe("the size rule", () => {
  it("counts code points of key ID and value together", () => {
    expect(signatureSize("custom:a", "\u{1f600}\u{1f600}a")).toBe(8 + 3);
    expect(signatureSize("custom:a", { b: "\u{1f600}", a: 1 })).toBe(8 + '{"a":1,"b":"x"}'.length);
    expect(signatureSize("k", "\ud800\ud800\udc00\udc00")).toBe(1 + 3);
  });

  it("binds custom IDs at 2048 and not at 2049, and bare ones never", () => {
    const keyId = "custom:org.example:k";
    expect(fitsSizeRule(keyId, "v".repeat(2048 - keyId.length))).toBe(true);
    expect(fitsSizeRule(keyId, "v".repeat(2049 - keyId.length))).toBe(false);
    expect(fitsSizeRule(keyId, "\u{1f600}".repeat(2048 - keyId.length))).toBe(true);
    expect(fitsSizeRule("io.element.x509:k", "v".repeat(100_000))).toBe(true);
    expect(fitsSizeRule(keyId, "v".repeat(30), 49)).toBe(false);
    expect(fitsSizeRule(keyId, "v".repeat(29), 49)).toBe(true);
  });

  it("refuses an object without canonical JSON", () => {
    expect(() => signatureSize("custom:a", { half: 0.5 })).toThrowError(failsWith("ERR_JSON_VALUE"));
  });
});
