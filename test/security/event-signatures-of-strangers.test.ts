import { expect, it } from "vitest";
import { verifyEvent } from "../../src/index.js";
import type { Body } from "../support/homeserver-account.js";
import { makeEventSigner, message } from "../support/signed-events.js";
import { stampAlgorithm } from "../support/stamp-algorithm.js";

/** Entries of other users, and names that objects inherit, stand beside the sender's own signature. */
const alice = makeEventSigner("@alice:example.org");
const bad = "A".repeat(86);

async function withEntries(entries: [string, unknown][]) {
  const event = await alice.sign(message);
  const { signatures, ...content } = event.content as Body;
  const mixed = Object.fromEntries([...Object.entries(signatures), ...entries]);
  return verifyEvent(
    { ...event, content: { ...content, signatures: mixed } },
    { algorithms: [stampAlgorithm()], keys: alice.served },
  );
}

it("ignores entries of others, good or bad", async () => {
  const entry = { [`ed25519:${alice.eventKey.publicKey}`]: bad, "custom:org.example.stamp:k": bad };
  expect(
    await withEntries([
      ["@mallory:example.org", entry],
      ["example.org", entry],
      ["__proto__", entry],
    ]),
  ).toMatchObject({
    state: "signed",
    reports: { length: 1 },
  });
});

it("takes a bad signature in the sender's own entry for what it is, whatever stands before it", async () => {
  const event = await alice.sign(message);
  const good = (event.content as Body).signatures[alice.userId];
  const own = { ...good, "custom:org.example.stamp:k": bad };
  expect(await withEntries([[alice.userId, own]])).toMatchObject({ state: "bad", warning: "bad-signature" });
});

it("reads no inherited name as an entry or a signature", async () => {
  for (const sender of ["__proto__", "constructor", "toString"]) {
    const content = { ...message.content, signatures: {} };
    expect(await verifyEvent({ ...message, sender, content }, { algorithms: [] })).toMatchObject({
      state: "bad",
      warning: "malformed",
    });
  }
  const own = JSON.parse('{"__proto__":"AAAA","constructor":"AAAA"}') as Body;
  expect(await withEntries([[alice.userId, own]])).toMatchObject({
    state: "undecided",
    reports: [{ code: "unknown-algorithm" }, { code: "unknown-algorithm" }],
  });
});
