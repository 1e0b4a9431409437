import { type JsonObject, readSignable, readSignableEvent } from "matrix-countersign";
import { expect, it } from "vitest";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { setStage } from "../support/vouched-user.js";

it("a signature that is changed while it is published goes out as it was checked", async () => {
  const { own, server, signer, victim } = await setStage();
  server.manifests.clear();
  const checked = await own.sign(signer);
  const mutable = { ...checked };
  const publishing = own.publish(mutable);
  mutable.keyId = "custom:org.example.evil:zzzz";
  mutable.value = "ZXZpbA";
  await publishing;
  expect((server.manifests.get(victim) as { external: object }).external).toEqual({ [checked.keyId]: checked.value });
});

it("a request with one member more than the master key has is not accepted", async () => {
  const { own, signer } = await setStage();
  const request = await own.prepare({ algorithm: signer.algorithm });
  const object = { ...request.object, note: "x" };
  const bytes = readSignable(object, request.userId).bytes;
  await expect(own.accept({ ...request, object, bytes }, await signer.sign(bytes))).rejects.toMatchObject({
    code: "ERR_OBJECT_SHAPE",
  });
});

it("an object that says one thing first and another later is read once", async () => {
  const { object } = await makeCrossSigningKey("@alice:example.org", "self_signing");
  let reads = 0;
  const shifty: JsonObject = { ...object };
  Object.defineProperty(shifty, "usage", {
    enumerable: true,
    get: () => (reads++ === 0 ? ["self_signing"] : ["master"]),
  });
  const { purpose, bytes } = readSignable(shifty, "@alice:example.org");
  expect(new TextDecoder().decode(bytes)).toContain("self_signing");
  expect(purpose).toBe("self-signing-key");
});

it.each([null, [], "text", 7])("%j is no object that could be signed", (value) => {
  expect(() => readSignable(value as never, "@a:b")).toThrow(expect.objectContaining({ code: "ERR_OBJECT_SHAPE" }));
  const event = { type: "m.x", sender: "@a:b", content: value as never };
  expect(() => readSignableEvent(event)).toThrow(expect.objectContaining({ code: "ERR_OBJECT_SHAPE" }));
});

it("an event type that is no text does not make an event of a key", async () => {
  const { object } = await makeCrossSigningKey("@alice:example.org");
  const event = { type: [] as never, sender: "@alice:example.org", content: object };
  expect(() => readSignableEvent(event)).toThrow(expect.objectContaining({ code: "ERR_OBJECT_SHAPE" }));
});
