import { memoryStore } from "matrix-countersign/store";
import { afterEach, expect, it } from "vitest";
import { type FaultStage, setFaultStage } from "../support/fault-stage.js";

let stage: FaultStage | undefined;

afterEach(() => stage?.close());

/** The server adds what nobody may write, and hopes that its owner can take nothing back any more. */
it.each([
  ["too long", `custom:org.example.stamp:${"k".repeat(300)}`],
  ["too short", "custom:a"],
  ["no ASCII", "custom:org.example.stamp:ключ"],
])("a planted signature whose key ID is %s hinders no withdrawal", async (_what, keyId) => {
  stage = await setFaultStage("continuwuity");
  const { owner, signer, roomId } = stage;
  const tab = await stage.openTab();
  const signature = await tab.countersign.sign(signer);
  await tab.countersign.publish(signature, { rooms: [roomId] });
  const { userId } = owner.account;
  const planting: typeof fetch = async (input, init) => {
    const response = await fetch(input, init);
    if (!String(input).endsWith("/keys/query")) return response;
    const body = await response.json();
    body.master_keys[userId].signatures[userId][keyId] = "cGxhbnRlZA";
    return new Response(JSON.stringify(body), response);
  };
  const device = await stage.openTab({ store: memoryStore(), fetch: planting });
  expect(await device.countersign.withdraw(signature.keyId, { rooms: [roomId] })).toMatchObject({ complete: true });
  expect(await stage.look()).toMatchObject({ level: "rejected" });
});
