import { expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../src/encoding/base64.js";
import { readSignable, signEventContent, verifyEvent, verifyObject } from "../../src/index.js";
import { lesserKeyOf } from "../../src/model/cross-signing-key.js";
import { type Body, makeSigningKey } from "../support/homeserver-account.js";
import { lesserKey, makeEventSigner, message } from "../support/signed-events.js";

/** A server passes one of a user's keys off as the key that signs events, or that key off as another. */
const alice = makeEventSigner("@alice:example.org");
const { userId, keys, served } = alice;
const event = { ...message, sender: userId };

async function stateWith(seed: string, eventSigningKey: Body, masterKey: Body = keys.body.master_key) {
  const content = await signEventContent(event, decodeBase64(seed));
  return (await verifyEvent({ ...event, content }, { algorithms: [], keys: { masterKey, eventSigningKey } })).state;
}

it("takes no key of another usage, or of two", async () => {
  const { seed, publicKey } = makeSigningKey();
  const two = (usage: unknown): Body => {
    const key = { user_id: userId, usage, keys: { [`ed25519:${publicKey}`]: publicKey } };
    return { ...key, signatures: { [userId]: { [`ed25519:${keys.master.publicKey}`]: keys.master.sign(key) } } };
  };
  expect(await stateWith(seed, lesserKey(userId, "event_signing", publicKey, keys.master))).toBe("signed");
  for (const usage of ["self_signing", "user_signing", "master", "message_signing", "Event_signing", ""]) {
    expect(await stateWith(seed, lesserKey(userId, usage, publicKey, keys.master))).toBe("undecided");
  }
  for (const usage of [["event_signing", "self_signing"], [], "event_signing", ["event_signing", "event_signing"]]) {
    expect(await stateWith(seed, two(usage))).toBe("undecided");
  }
});

it("takes no master, self-signing or device key in its place", async () => {
  expect(await stateWith(keys.master.seed, keys.body.master_key)).toBe("undecided");
  expect(await stateWith(keys.selfSigning.seed, keys.body.self_signing_key)).toBe("undecided");
  expect(await stateWith(keys.selfSigning.seed, served.eventSigningKey)).toBe("undecided");
  expect(
    await stateWith(keys.master.seed, lesserKey(userId, "event_signing", keys.master.publicKey, keys.master)),
  ).toBe("undecided");
});

it("takes no key that another than the master key signed, nor another user's", async () => {
  const mallory = makeEventSigner("@mallory:example.org");
  const bySelfSigning = lesserKey(userId, "event_signing", alice.eventKey.publicKey, keys.selfSigning);
  expect(await stateWith(alice.eventKey.seed, bySelfSigning)).toBe("undecided");
  expect(await stateWith(mallory.eventKey.seed, mallory.served.eventSigningKey, mallory.served.masterKey)).toBe(
    "undecided",
  );
  const renamed = lesserKey(userId, "event_signing", mallory.eventKey.publicKey, mallory.keys.master);
  expect(await stateWith(mallory.eventKey.seed, renamed)).toBe("undecided");
});

it("never passes for the other cross-signing keys", async () => {
  const masterKey = readSignable(keys.body.master_key, userId);
  for (const purpose of ["self-signing-key", "user-signing-key"] as const) {
    expect(await lesserKeyOf(served.eventSigningKey, purpose, masterKey)).toBeUndefined();
  }
  const signed = { ...served.eventSigningKey, signatures: { [userId]: { "custom:org.example.x:k": "A" } } };
  expect(await verifyObject(signed, userId, { algorithms: [] })).toMatchObject([{ purpose: "event-signing-key" }]);
});

it("takes no signature on a key object for one on an event, nor the other way round", async () => {
  const key = keys.body.self_signing_key;
  const keyId = `ed25519:${alice.eventKey.publicKey}`;
  const asContent = { ...key, signatures: { [userId]: { [keyId]: alice.eventKey.sign(key) } } };
  expect(await verifyEvent({ ...event, content: asContent }, { algorithms: [], keys: served })).toMatchObject({
    state: "bad",
    warning: "bad-signature",
  });
  // A master key that signs an event whose content is a key has not signed that key.
  const content = await signEventContent({ ...event, content: key }, decodeBase64(keys.master.seed));
  const masterKey = readSignable(keys.body.master_key, userId);
  expect(await lesserKeyOf(content, "self-signing-key", masterKey)).toBeUndefined();
});

it("takes no degenerate key, under which everything verifies", async () => {
  const neutral = encodeBase64(Uint8Array.of(1, ...new Uint8Array(31)));
  const forged = encodeBase64(Uint8Array.of(1, ...new Uint8Array(63)));
  const eventSigningKey = lesserKey(userId, "event_signing", neutral, keys.master);
  const content = { ...message.content, signatures: { [userId]: { [`ed25519:${neutral}`]: forged } } };
  expect(
    await verifyEvent(
      { ...event, content },
      { algorithms: [], keys: { masterKey: keys.body.master_key, eventSigningKey } },
    ),
  ).toMatchObject({ state: "bad" });
});
