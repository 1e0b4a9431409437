import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { createHomeserver, type ProfileName } from "../../examples/homeserver/server.js";
import { ed25519, ed25519Signer } from "../../src/algorithms/ed25519/index.js";
import { openSession } from "../../src/client/session.js";
import { signOwnEvent, verifyServedEvent } from "../../src/client/signed-events/own-events.js";
import { readTrustState } from "../../src/client/trusting/trust-in-force.js";
import { acceptEvent, prepareEvent } from "../../src/index.js";
import { memoryStore } from "../../src/store/index.js";
import { embeddedUser } from "../support/embedded-user.js";
import { nobodyTrusted } from "../support/nobody-trusted.js";
import { makeEventSigner, message } from "../support/signed-events.js";

/** A user whose key for events was uploaded, as far as the server takes it. */
async function stage(profile: ProfileName) {
  const { url, close } = await createHomeserver({ profile }).listen();
  onTestFinished(close);
  const { account, keys, client } = await embeddedUser(url, "alice");
  const signer = makeEventSigner(account.userId, keys);
  const path = "/v3/keys/device_signing/upload";
  const body = { ...keys.body, event_signing_key: signer.served.eventSigningKey };
  const { session: uia } = (await account.post(path, body)).body;
  const identifier = { type: "m.id.user", user: "alice" };
  const auth = { type: "m.login.password", session: uia, identifier, password: "password" };
  await account.post(path, { ...body, auth });
  const secrets = new Map([["m.event_signing", signer.eventKey.seed]]);
  const secretStorage = { get: async (name: string) => secrets.get(name) };
  const session = openSession({ ...client, secretStorage }, {}, memoryStore(), nobodyTrusted);
  return { session, signer, secrets, event: { ...message, sender: account.userId } };
}

describe("the own signed events", () => {
  it("are signed with the key in secret storage and verified with the one that the server serves", async () => {
    const { session, event } = await stage("msc2961");
    const content = await signOwnEvent(session, event);
    expect(await verifyServedEvent(session, { ...event, content })).toMatchObject({ state: "signed" });
    const changed = { ...event, content: { ...content, body: "wolves!" } };
    expect(await verifyServedEvent(session, changed)).toMatchObject({ state: "bad", warning: "bad-signature" });
  });

  it("cannot be signed where the server takes no such key, nor without its private part, nor for others", async () => {
    const without = await stage("synapse-1.161");
    await expect(signOwnEvent(without.session, without.event)).rejects.toMatchObject({
      code: "ERR_OWN_IDENTITY_MISSING",
    });
    const { session, secrets, event, signer } = await stage("msc2961");
    const other = { ...event, sender: "@bob:localhost" };
    await expect(signOwnEvent(session, other)).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
    secrets.set("m.event_signing", signer.keys.master.seed);
    await expect(signOwnEvent(session, event)).rejects.toMatchObject({ code: "ERR_SIGN_FAILED" });
  });

  it("are verified by external signatures alone where nobody may be asked", async () => {
    const { session, event } = await stage("msc2961");
    const content = await signOwnEvent(session, event);
    const offline = openSession(session.client, { offline: true }, memoryStore(), nobodyTrusted);
    expect(await verifyServedEvent(offline, { ...event, content })).toMatchObject({
      state: "undecided",
      reports: [{ code: "no-key" }],
    });
  });

  it("of a user whom the server does not know are undecided", async () => {
    const { session, signer } = await stage("msc2961");
    const stranger = makeEventSigner("@stranger:localhost");
    expect(await verifyServedEvent(session, await stranger.sign(message))).toMatchObject({ state: "undecided" });
    // Neither does the key of one user speak for another.
    const claimed = { ...(await signer.sign(message)), sender: "@stranger:localhost" };
    expect(await verifyServedEvent(session, claimed)).toMatchObject({ state: "unsigned" });
  });

  it("name the anchors that may say whose words they are, and none beside a bad signature", async () => {
    const { session, event } = await stage("msc2961");
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const key = publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
    const scope = { users: [event.sender], purposes: ["events"] as const };
    const press = { id: "press office", algorithm: "org.ietf.ed25519", key, speaksFor: "scope", scope } as const;
    const reader = openSession(
      session.client,
      { algorithms: [ed25519()] },
      memoryStore(),
      await readTrustState({ version: 1, anchors: [press] }),
    );
    const request = prepareEvent(event, "org.ietf.ed25519", [ed25519()]);
    const content = await acceptEvent(request, await ed25519Signer(pem).sign(request.bytes), {
      algorithms: [ed25519()],
    });
    const signed = await verifyServedEvent(reader, { ...event, content });
    expect(signed).toMatchObject({ state: "signed", anchors: [{ anchorIds: ["press office"] }] });
    const changed = { ...event, content: { ...content, body: "wolves!" } };
    expect(await verifyServedEvent(reader, changed)).toMatchObject({ state: "bad", anchors: [] });
  });
});
