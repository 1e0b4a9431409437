import { expect, it } from "vitest";
import { decodeBase64, encodeBase64 } from "../../src/encoding/base64.js";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import { readSignableEvent, verifyEvent } from "../../src/index.js";
import { signEd25519 } from "../../src/model/ed25519.js";
import { withExternalSignature } from "../../src/model/external-signature.js";
import { makeEventSigner } from "../support/signed-events.js";

/**
 * Type and state key are signed one after the other with nothing between, so a server moves characters from one to the other.
 */
const alice = makeEventSigner("@alice:example.org");
const options = { algorithms: [], keys: alice.served };
const content = { membership: "join" };

/** Signs as a client that does not mind the boundary. */
async function signCarelessly(type: string, stateKey: string) {
  const event = { type, stateKey, sender: alice.userId, content };
  const value = encodeBase64(await signEd25519(decodeBase64(alice.eventKey.seed), readSignableEvent(event).bytes));
  const keyId = `ed25519:${alice.eventKey.publicKey}`;
  return { ...event, content: withExternalSignature(content, { userId: alice.userId, keyId, value }) };
}

it("tells the one split that keeps type and state key apart from every other", async () => {
  const signed = await alice.sign({ type: "m.room.member", stateKey: "@alice:example.org", content });
  const text = "m.room.member@alice:example.org";
  for (let at = 1; at <= text.length; at++) {
    const shifted = { ...signed, type: text.slice(0, at), stateKey: text.slice(at) };
    expect(decodeUtf8(readSignableEvent(shifted).bytes)).toBe(`${text}{"membership":"join"}`);
    expect(await verifyEvent(shifted, options)).toMatchObject(
      shifted.type === "m.room.member" ? { state: "signed" } : { state: "undecided", reason: "open-boundary" },
    );
  }
});

it("does not call signed what another client signed without minding", async () => {
  for (const [type, stateKey] of [
    ["a", "bc"],
    ["ab", "c"],
    ["m.room.message", ".feedback"],
    ["m.rööm", ""],
  ] as const) {
    expect(await verifyEvent(await signCarelessly(type, stateKey), options)).toMatchObject({
      state: "undecided",
      reason: "open-boundary",
    });
  }
});

it("never reads a part of the content as type or state key", async () => {
  for (const [type, stateKey] of [
    ['m.room.message{"body":', ""],
    ["m.room.message", '{"membership"'],
    ["", "m.room.message"],
  ] as const) {
    const { content: signedContent } = await alice.sign({ type: "m.room.message", content });
    expect(await verifyEvent({ type, stateKey, sender: alice.userId, content: signedContent }, options)).toMatchObject({
      state: "bad",
      warning: "malformed",
    });
  }
});
