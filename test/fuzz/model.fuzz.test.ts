import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeBase64 } from "../../src/encoding/base64.js";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import type { JsonObject } from "../../src/encoding/json-object.js";
import { externalSignatures, withExternalSignature } from "../../src/model/external-signature.js";
import { formatKeyId, parseKeyId } from "../../src/model/key-id.js";
import { readManifest } from "../../src/model/manifest/manifest.js";
import { readSignable, readSignableEvent, signedBytes } from "../../src/model/signable.js";
import { fitsSizeRule, signatureSize } from "../../src/model/size.js";
import { anyJson, anyText, canonicalData, objectOf, outcome } from "../support/arbitraries.js";

const runs = { numRuns: 3000 };
const userId = fc.oneof(fc.constant("@alice:example.org"), anyText);
const algorithm = fc.oneof(
  fc.constantFrom("org.example", "io.element.x509", "ed25519", "m.example", "custom", "a"),
  anyText,
);
const keyId = fc.oneof(
  fc
    .tuple(fc.constantFrom("custom:", "", "Custom:", "custom::"), algorithm, fc.constantFrom(":", ""), anyText)
    .map((p) => p.join("")),
  anyText,
);
const value = fc.oneof(anyText, objectOf(canonicalData), anyJson);
const publicKey = fc.uint8Array({ minLength: 31, maxLength: 33 }).map(encodeBase64);

/** Objects that are almost keys: each member right, wrong or missing. */
const almostKey: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      user_id: userId,
      usage: fc.oneof(
        fc.constantFrom<unknown>(["master"], ["self_signing"], ["user_signing"], ["master", "x"], "master"),
        anyJson,
      ),
      keys: fc.oneof(
        publicKey.map((key) => ({ [`ed25519:${key}`]: key })),
        fc.tuple(publicKey, publicKey).map(([name, key]) => ({ [`ed25519:${name}`]: key })),
        fc.constant({ "ed25519:DEVICE": "a", "curve25519:DEVICE": "b" }),
        anyJson,
      ),
      device_id: fc.oneof(fc.constantFrom("DEVICE", ""), anyJson),
      algorithms: fc.oneof(fc.constant(["m.olm"]), anyJson),
      signatures: fc.oneof(objectOf(objectOf(value)), anyJson),
      unsigned: anyJson,
      extra: anyJson,
    },
    { requiredKeys: [] },
  )
  .map((record) => record as JsonObject);
/** Keys as they should be, with members that nobody knows and at times one member that is something else. */
const rightKey: fc.Arbitrary<JsonObject> = fc
  .tuple(
    fc.oneof(
      fc
        .tuple(
          fc.constantFrom("master", "self_signing", "user_signing"),
          fc.uint8Array({ minLength: 32, maxLength: 32 }),
        )
        .map(
          ([usage, bytes]): JsonObject => ({
            usage: [usage],
            keys: { [`ed25519:${encodeBase64(bytes)}`]: encodeBase64(bytes) },
          }),
        ),
      fc.constant<JsonObject>({ device_id: "D", algorithms: [], keys: { "ed25519:D": "a", "curve25519:D": "b" } }),
    ),
    objectOf(canonicalData),
    userId,
    fc.option(fc.tuple(fc.constantFrom("user_id", "usage", "keys", "device_id", "algorithms", "extra"), anyJson)),
  )
  .map(([key, extra, user_id, damage]) => ({ ...extra, ...key, user_id, ...(damage && { [damage[0]]: damage[1] }) }));
const anyObject: fc.Arbitrary<JsonObject> = fc.oneof(almostKey, rightKey, objectOf(anyJson));

/** Every outcome that a property met: one that never saw anything read proves nothing. */
let seen = new Set<string>();

beforeEach(() => {
  seen = new Set();
});

afterEach(() => {
  expect(Object.keys(Object.prototype)).toEqual([]);
});

describe("key IDs", () => {
  it("come back from parseKeyId as they were, or not at all", () => {
    fc.assert(
      fc.property(keyId, (text) => {
        const parts = parseKeyId(text);
        if (!parts) return;
        const body = parts.key === undefined ? parts.algorithm : `${parts.algorithm}:${parts.key}`;
        expect(parts.form === "custom" ? `custom:${body}` : body).toBe(text);
        expect(parts.algorithm).toMatch(/^[a-z][a-z0-9._-]{0,254}$/);
      }),
      runs,
    );
  });

  it("are written so that they read the same, or refused", () => {
    const parts = fc.tuple(
      fc.constantFrom("custom" as const, "bare" as const),
      algorithm,
      fc.option(anyText, { nil: undefined }),
    );
    fc.assert(
      fc.property(parts, ([form, name, key]) => {
        const id = { form, algorithm: name, ...(key !== undefined && { key }) };
        const result = outcome(() => formatKeyId(id));
        if ("value" in result) expect(parseKeyId(result.value)).toEqual(id);
        else expect(result.code).toBe("ERR_KEY_ID_MALFORMED");
      }),
      runs,
    );
  });
});

describe("signable objects", () => {
  const codes = ["ERR_OBJECT_SHAPE", "ERR_JSON_VALUE", "ERR_JSON_LIMIT"];

  it("are read or refused with a CountersignError, and are the user's who was asked for", () => {
    fc.assert(
      fc.property(anyObject, userId, fc.boolean(), (object, other, own) => {
        const asked = own && typeof object.user_id === "string" ? object.user_id : other;
        const result = outcome(() => readSignable(object, asked));
        seen.add("code" in result ? result.code : "read");
        if ("code" in result) {
          expect(codes).toContain(result.code);
          return;
        }
        const signed = JSON.parse(decodeUtf8(result.value.bytes) ?? "") as JsonObject;
        expect(signed.user_id).toBe(asked);
        expect(Object.keys(signed)).not.toContain("signatures");
        expect(Object.keys(signed)).not.toContain("unsigned");
        expect(result.value.purpose === "device-keys").toBe(!("usage" in signed));
        seen.add(result.value.purpose);
      }),
      runs,
    );
    for (const purpose of ["master-key", "self-signing-key", "user-signing-key", "device-keys"]) {
      expect(seen).toContain(purpose);
    }
  });

  it("are what their signed bytes say: signatures and unsigned change nothing", () => {
    fc.assert(
      fc.property(fc.oneof(almostKey, rightKey), anyJson, anyJson, (object, signatures, unsigned) => {
        const asked = typeof object.user_id === "string" ? object.user_id : "";
        const changed = outcome(() => readSignable({ ...object, signatures, unsigned }, asked));
        expect(changed).toEqual(outcome(() => readSignable(object, asked)));
        expect(outcome(() => signedBytes({ ...object, signatures, unsigned }))).toEqual(
          outcome(() => signedBytes(object)),
        );
      }),
      runs,
    );
  });

  it("are events whose type and state key cannot run into the content", () => {
    fc.assert(
      fc.property(
        anyText,
        fc.option(anyText, { nil: undefined }),
        anyText,
        objectOf(anyJson),
        (type, stateKey, sender, content) => {
          const event = { type, sender, content, ...(stateKey !== undefined && { stateKey }) };
          const result = outcome(() => readSignableEvent(event));
          seen.add("code" in result ? result.code : "read");
          if ("code" in result) {
            expect(codes).toContain(result.code);
            return;
          }
          const text = decodeUtf8(result.value.bytes) ?? "";
          expect(text.slice(0, text.indexOf("{"))).toBe(type + (stateKey ?? ""));
        },
      ),
      runs,
    );
    expect(seen).toContain("read");
  });
});

describe("external signatures", () => {
  it("are read from any object for any user without a throw", () => {
    fc.assert(
      fc.property(anyObject, userId, (object, asked) => {
        for (const signature of externalSignatures(object, asked)) {
          expect(signature.userId).toBe(asked);
          expect(parseKeyId(signature.keyId)).toBeDefined();
        }
      }),
      runs,
    );
  });

  it("come out as they went in, and leave the rest as it was", () => {
    const signature = fc.record({ userId, keyId, value: fc.oneof(anyText, objectOf(canonicalData)) });
    fc.assert(
      fc.property(anyObject, signature, (object, added) => {
        const before = JSON.stringify(object);
        const signed = withExternalSignature(object, added);
        expect(JSON.stringify(object)).toBe(before);
        const others = externalSignatures(object, added.userId).filter((other) => other.keyId !== added.keyId);
        const found = externalSignatures(signed, added.userId);
        expect(found.filter((other) => other.keyId !== added.keyId)).toEqual(others);
        expect(found.filter((other) => other.keyId === added.keyId)).toEqual(parseKeyId(added.keyId) ? [added] : []);
        expect(outcome(() => signedBytes(signed))).toEqual(outcome(() => signedBytes(object)));
      }),
      runs,
    );
  });
});

describe("the size rule", () => {
  it("counts text as its code points, and binds custom IDs alone", () => {
    fc.assert(
      fc.property(keyId, anyText, fc.nat(40), (id, text, limit) => {
        expect(signatureSize(id, text)).toBe([...id].length + [...text].length);
        expect(fitsSizeRule(id, text, limit)).toBe(
          !id.startsWith("custom:") || [...id].length + [...text].length <= limit,
        );
      }),
      runs,
    );
  });

  it("counts an object or throws CountersignError", () => {
    fc.assert(
      fc.property(objectOf(anyJson), (object) => {
        const result = outcome(() => signatureSize("custom:a", object));
        if ("code" in result) expect(["ERR_JSON_VALUE", "ERR_JSON_LIMIT"]).toContain(result.code);
      }),
      runs,
    );
  });
});

describe("manifests", () => {
  const now = 1_795_324_800_000;
  const almostManifest = fc.record(
    {
      user_id: userId,
      master_key: fc.oneof(fc.constant("ed25519:k"), anyText),
      sequence: fc.oneof(fc.constant(now), fc.double(), anyJson),
      external: fc.oneof(objectOf(value), anyJson),
      withdrawn: fc.oneof(
        fc.array(
          fc.record({ key: fc.oneof(fc.constant("0".repeat(64)), anyJson), value: anyJson }, { requiredKeys: [] }),
        ),
        anyJson,
      ),
      signatures: anyJson,
    },
    { requiredKeys: [] },
  );

  it("are read or refused with a CountersignError, and are the user's and the key's asked for", () => {
    fc.assert(
      fc.property(fc.oneof(almostManifest, anyJson), userId, (served, asked) => {
        const expected = { userId: asked, masterKey: "ed25519:k", now };
        const result = outcome(() => readManifest(served, expected));
        seen.add("code" in result ? result.code : "read");
        if ("code" in result) {
          expect(result.code).toMatch(/^ERR_MANIFEST_/);
          return;
        }
        expect(result.value).toMatchObject({ userId: asked, masterKey: "ed25519:k" });
        expect(result.value.sequence).toBeLessThanOrEqual(now + 86_400_000);
      }),
      runs,
    );
    expect(seen).toContain("read");
  });
});
