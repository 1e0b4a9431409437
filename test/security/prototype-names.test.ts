import { externalSignatures, parseJson, readSignable, verifyObject, withExternalSignature } from "matrix-countersign";
import { expect, it } from "vitest";
import { setStage } from "../support/vouched-user.js";

const names = ["__proto__", "constructor", "toString", "hasOwnProperty"];

it.each(names)("%s as a user ID is a user whom nobody knows", async (name) => {
  const { assess } = await setStage();
  expect(await assess(name)).toMatchObject({ userId: name, level: "unproven", reasons: [{ code: "no-master-key" }] });
});

it.each(names)("%s as a signer entry or a key ID is found only where it stands itself", async (name) => {
  expect(externalSignatures({ signatures: {} }, name)).toEqual([]);
  const object = parseJson(`{"signatures":{"${name}":{"custom:org.example.x:1":"eA"}}}`) as Record<string, unknown>;
  expect(externalSignatures(object, name)).toEqual([{ userId: name, keyId: "custom:org.example.x:1", value: "eA" }]);
  const signed = withExternalSignature({}, { userId: name, keyId: "custom:org.example.x:1", value: "eA" });
  expect(externalSignatures(signed, name)).toHaveLength(1);
  expect(Object.getPrototypeOf(signed.signatures)).toBe(Object.prototype);
});

it("members that an object inherits are none of its own", async () => {
  const inherited = Object.create({ user_id: "@a:b", usage: ["master"], keys: {} }) as Record<string, unknown>;
  expect(() => readSignable(inherited, "@a:b")).toThrow(expect.objectContaining({ code: "ERR_OBJECT_SHAPE" }));
  expect(await verifyObject(inherited, "@a:b", { algorithms: [] })).toEqual([]);
});

it("a server's __proto__ among the master keys pollutes nothing", async () => {
  const { server, victim, assess } = await setStage();
  server.intercept = ({ path }) =>
    path.endsWith("/keys/query")
      ? new Response('{"master_keys":{"__proto__":{"polluted":true}},"failures":{"__proto__":{}}}')
      : undefined;
  expect((await assess(victim)).level).toBe("unproven");
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});
