import { createPublicKey, verify } from "node:crypto";
import { ed25519 } from "matrix-countersign/ed25519";
import { describe, expect, it } from "vitest";
import { decodeBase64 } from "../../src/encoding/base64.js";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import { acceptEvent, prepareEvent, type SignedEvent, signEventContent, verifyEvent } from "../../src/index.js";
import { ed25519Value, makeEd25519Key } from "../support/ed25519.js";
import { type Body, makeSigningKey } from "../support/homeserver-account.js";
import { makeEventSigner, message } from "../support/signed-events.js";

const alice = makeEventSigner("@alice:example.org");
const company = makeEd25519Key();
const now = () => 1_767_225_600_000;
const options = { algorithms: [ed25519()], now, keys: alice.served };
const algorithm = "org.ietf.ed25519";
const unsigned: SignedEvent = { ...message, sender: alice.userId };

/** The event with an organisation's signature, in the way of a signing tool. */
async function countersigned(event: SignedEvent): Promise<SignedEvent> {
  const request = prepareEvent(event, algorithm, options.algorithms);
  const output = `${company.publicKey} ${ed25519Value(company, request.bytes, now(), 0)}`;
  return { ...event, content: await acceptEvent(request, output, options) };
}

/** The event with these entries under its sender. */
function claiming(entries: Body, event = unsigned): SignedEvent {
  return { ...event, content: { ...event.content, signatures: { [event.sender]: entries } } };
}

describe("signing an event", () => {
  it("signs type, state key and canonical JSON of the content", async () => {
    const { content } = await alice.sign({ ...message, type: "m.room.topic", stateKey: "@x" });
    const entry = (content as Body).signatures[alice.userId];
    const keyId = `ed25519:${alice.eventKey.publicKey}`;
    expect(Object.keys(entry)).toEqual([keyId]);
    const x = Buffer.from(alice.eventKey.publicKey, "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    const bytes = Buffer.from('m.room.topic@x{"body":"foxies!","msgtype":"m.text"}');
    expect(verify(null, bytes, key, Buffer.from(entry[keyId], "base64"))).toBe(true);
  });

  it("hands out the bytes that a tool signs, and puts its signature beside others", async () => {
    const request = prepareEvent(unsigned, algorithm, options.algorithms);
    expect(decodeUtf8(request.bytes)).toBe('m.room.message{"body":"foxies!","msgtype":"m.text"}');
    const { content } = await countersigned(await alice.sign(message));
    expect(Object.keys((content as Body).signatures[alice.userId])).toEqual([
      `ed25519:${alice.eventKey.publicKey}`,
      `custom:${algorithm}:${company.publicKey}`,
    ]);
    expect(content).toMatchObject(message.content);
  });

  it("takes no signature over another event, and no request that was changed", async () => {
    const request = prepareEvent(unsigned, algorithm, options.algorithms);
    const output = `${company.publicKey} ${ed25519Value(company, new Uint8Array(3), now(), 0)}`;
    await expect(acceptEvent(request, output, options)).rejects.toMatchObject({ code: "ERR_ACCEPT_NOT_VALID" });
    const other = { ...request, event: { ...unsigned, type: "m.room.name" } };
    await expect(acceptEvent(other, output, options)).rejects.toMatchObject({ code: "ERR_OBJECT_SHAPE" });
  });

  it.each<[string, Partial<SignedEvent>]>([
    ["an empty type", { type: "" }],
    ["a type with a brace", { type: "m.{}" }],
    ["a state key that could be the type's end", { stateKey: "essage" }],
    ["a type that could hold the state key's beginning", { type: "m.room.member@alice" }],
    ["a sender that is nobody", { sender: "alice" }],
  ])("refuses %s", async (_name, changes) => {
    const event = { ...unsigned, ...changes };
    expect(() => prepareEvent(event, algorithm, options.algorithms)).toThrowError(
      expect.objectContaining({ code: "ERR_OBJECT_SHAPE" }),
    );
    await expect(signEventContent(event, decodeBase64(alice.eventKey.seed))).rejects.toMatchObject({
      code: "ERR_OBJECT_SHAPE",
    });
  });

  it("needs an algorithm that it has, and a seed of 32 bytes", async () => {
    expect(() => prepareEvent(unsigned, "org.example.none", options.algorithms)).toThrowError(
      expect.objectContaining({ code: "ERR_ALGORITHM_UNKNOWN" }),
    );
    await expect(signEventContent(unsigned, new Uint8Array(31))).rejects.toMatchObject({ code: "ERR_OPTION_INVALID" });
  });
});

describe("verifyEvent", () => {
  it("says what both kinds of signature say, for that type alone", async () => {
    const event = await countersigned(await alice.sign(message));
    const verification = await verifyEvent(event, options);
    expect(verification).toMatchObject({ state: "signed", replayable: true });
    const object = 'm.room.message{"body":"foxies!","msgtype":"m.text"}';
    expect(
      verification.reports.map(({ algorithm: name, code, purpose, object: text }) => [name, code, purpose, text]),
    ).toEqual([
      ["ed25519", "valid", "event", object],
      [algorithm, "valid", "event", object],
    ]);
    expect(await verifyEvent({ ...event, type: "m.room.name" }, options)).toMatchObject({
      state: "bad",
      warning: "bad-signature",
    });
    const { keys: _keys, ...withoutKeys } = options;
    expect(await verifyEvent(event, withoutKeys)).toMatchObject({ state: "signed" });
  });

  it("warns of one bad signature beside a good one", async () => {
    const event = await countersigned(unsigned);
    const entry = (event.content as Body).signatures[alice.userId];
    const bad = claiming({ ...entry, [`ed25519:${alice.eventKey.publicKey}`]: "A".repeat(86) });
    expect(await verifyEvent(bad, options)).toMatchObject({ state: "bad", warning: "bad-signature" });
  });

  it.each<[string, SignedEvent, object]>([
    ["no signature", unsigned, { state: "unsigned", reports: [] }],
    ["an empty entry", claiming({}), { state: "unsigned" }],
    [
      "another user's signatures alone",
      { ...unsigned, content: { signatures: { "@bob:example.org": { "custom:x.y:z": "A" } } } },
      { state: "unsigned" },
    ],
    [
      "signatures that are none",
      { ...unsigned, content: { signatures: "yes" } },
      { state: "bad", warning: "malformed" },
    ],
    [
      "an entry that is none",
      { ...unsigned, content: { signatures: { [alice.userId]: [] } } },
      { state: "bad", warning: "malformed" },
    ],
    ["a value that is none", claiming({ "custom:x.y:z": 1 }), { state: "bad", warning: "bad-signature" }],
    [
      "content that cannot be signed",
      claiming({ "custom:x.y:z": "A" }, { ...unsigned, content: { n: 0.5 } }),
      { state: "bad", warning: "malformed" },
    ],
    ["a sender that is nobody", { ...unsigned, sender: "alice" }, { state: "bad", warning: "malformed" }],
    ["an unknown algorithm", claiming({ "custom:x.y:z": "A" }), { state: "undecided", reason: "unverifiable" }],
    [
      "a device's signature",
      claiming({ "ed25519:DEVICE": "A" }),
      { state: "undecided", reports: [{ code: "no-key", algorithm: "ed25519" }] },
    ],
    [
      "129 signatures",
      claiming(Object.fromEntries(Array.from({ length: 129 }, (_, n) => [`custom:x.y:${n}`, "A"]))),
      { state: "undecided" },
    ],
  ])("judges %s", async (_name, event, expected) => {
    expect(await verifyEvent(event, options)).toMatchObject(expected);
  });

  it("does not call an event signed while one of its signatures was not looked at", async () => {
    const event = await alice.sign(message);
    const entry = (event.content as Body).signatures[alice.userId];
    const many = Object.fromEntries(Array.from({ length: 128 }, (_, n) => [`custom:x.y:${n}`, "A"]));
    expect(await verifyEvent(claiming({ ...entry, ...many }), options)).toMatchObject({ state: "undecided" });
  });

  it("needs the key for events to be signed by the master key", async () => {
    const event = await alice.sign(message);
    const { signatures: _signatures, ...bare } = alice.served.eventSigningKey;
    const forged = {
      ...bare,
      signatures: { [alice.userId]: { [`ed25519:${alice.keys.master.publicKey}`]: makeSigningKey().sign(bare) } },
    };
    for (const eventSigningKey of [bare, forged, {}]) {
      const keys = { ...alice.served, eventSigningKey };
      expect(await verifyEvent(event, { ...options, keys })).toMatchObject({
        state: "undecided",
        reports: [{ code: "no-key" }],
      });
    }
  });
});
