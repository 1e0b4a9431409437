import { describe, expect, inject, it } from "vitest";
import { makeCrossSigningKeys, registerAccount } from "../support/homeserver-account.js";
import { makeEventSigner } from "../support/signed-events.js";

describe.each(["1.163.2", "1.152.1"] as const)("a key for events on a real Synapse %s", (version) => {
  it("is neither taken nor served", async () => {
    const account = await registerAccount(inject("synapse").urls[version], `signer-${Date.now().toString(36)}`);
    const { userId } = account;
    const signer = makeEventSigner(userId, makeCrossSigningKeys(userId));
    const body = { ...signer.keys.body, event_signing_key: signer.served.eventSigningKey };
    expect((await account.post("/v3/keys/device_signing/upload", body)).status).toBe(200);
    const { body: answer } = await account.post("/v3/keys/query", { device_keys: { [userId]: [] } });
    expect(Object.keys(answer.master_keys)).toEqual([userId]);
    expect(answer).not.toHaveProperty("event_signing_keys");
  });
});
