import { expect, it } from "vitest";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import { acceptEvent, prepareEvent, readSignable, verifyEvent } from "../../src/index.js";
import { assessIdentity, readTrust, trustContext } from "../../src/trust/index.js";
import { makeCrossSigningKey } from "../support/matrix-keys.js";
import { makeEventSigner, message } from "../support/signed-events.js";
import { stampAlgorithm, stampSigner } from "../support/stamp-algorithm.js";

/** A server shows a signed event again: elsewhere, later, as another event, as another user's, as evidence for an identity. */
const alice = makeEventSigner("@alice:example.org");
const now = 1_767_225_600_000;

it("says of every good signature that it can be shown again", async () => {
  const event = { ...(await alice.sign(message)), room_id: "!elsewhere:example.org", origin_server_ts: 1 };
  expect(await verifyEvent(event, { algorithms: [], keys: alice.served })).toMatchObject({
    state: "signed",
    replayable: true,
  });
});

it("warns where it is shown as another event, and finds nothing where it is shown as another user's", async () => {
  const event = await alice.sign({ ...message, type: "m.room.topic", stateKey: "" });
  const options = { algorithms: [], keys: alice.served };
  for (const changed of [
    { ...event, type: "m.room.name" },
    { ...event, stateKey: "@x" },
    { ...event, content: { ...event.content, body: "wolves!" } },
    { ...event, content: { ...event.content, "m.new_content": {} } },
  ]) {
    expect(await verifyEvent(changed, options)).toMatchObject({ state: "bad" });
  }
  expect(await verifyEvent({ ...event, sender: "@bob:example.org" }, options)).toMatchObject({ state: "unsigned" });
});

it("raises no level: not the event's, nor the user's", async () => {
  const signer = await stampSigner();
  const algorithms = [stampAlgorithm({ hashes: true })];
  const master = await makeCrossSigningKey(alice.userId);
  // The content is the master key itself, word for word.
  const event = { type: "m.room.message", sender: alice.userId, content: master.object };
  const request = prepareEvent(event, signer.algorithm, algorithms);
  const content = await acceptEvent(request, String(await signer.sign(request.bytes)), { algorithms });
  const { state, reports } = await verifyEvent({ ...event, content }, { algorithms });
  expect([state, reports.map(({ status, purpose }) => [status, purpose])]).toEqual(["signed", [["valid", "event"]]]);
  const masterKey = readSignable(master.object, alice.userId);
  const identity = { userId: alice.userId, masterKey, signatures: [], withdrawn: [], problems: [], fetchedAt: now };
  const anchor = {
    id: "company",
    algorithm: signer.algorithm,
    key: signer.fingerprint,
    speaksFor: "scope",
    scope: { users: [alice.userId] },
  } as const;
  const context = trustContext({ trust: await readTrust({ anchors: [anchor] }), now });
  expect(assessIdentity({ identity, reports }, context).level).toBe("unproven");
  // The very same report, were it one on the master key.
  const onKey = { purpose: "master-key", object: decodeUtf8(masterKey.bytes) ?? "", seenIn: ["master-key"] } as const;
  const relabelled = reports.map((report) => ({ ...report, ...onKey }));
  expect(assessIdentity({ identity, reports: relabelled }, context).level).toBe("trusted");
});
