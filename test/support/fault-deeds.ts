import type { OwnSignature } from "matrix-countersign";
import { expect } from "vitest";
import type { ProfileName } from "../../examples/homeserver/server.js";
import type { Deed, Ending } from "./cut-points.js";
import { type FaultStage, firstSequence, type Tab } from "./fault-stage.js";

/** The servers that faults are tried on: with and without profile fields, signatures on keys, and device lists that tell. */
export const faultProfiles = [
  "synapse-1.161",
  "synapse-strict",
  "dendrite",
  "continuwuity",
] as const satisfies ProfileName[];

const signatures = new WeakMap<FaultStage, OwnSignature>();

function signatureOf(stage: FaultStage): OwnSignature {
  const signature = signatures.get(stage);
  if (!signature) throw new Error("nothing was signed");
  return signature;
}

const sign = async (stage: FaultStage, { countersign }: Tab): Promise<void> =>
  void signatures.set(stage, await countersign.sign(stage.signer));
const publish = (stage: FaultStage, { countersign }: Tab): Promise<unknown> =>
  countersign.publish(signatureOf(stage), { rooms: [stage.roomId] });
const withdraw = (stage: FaultStage, { countersign }: Tab): Promise<unknown> =>
  countersign.withdraw(signatureOf(stage).keyId, { rooms: [stage.roomId] });

/** What an app does with a signature that was accepted by a tab that is gone, or signs anew where none was. */
async function publishAccepted(stage: FaultStage, tab: Tab): Promise<void> {
  const [accepted] = await tab.countersign.outbox();
  if (accepted) {
    const { signature, masterKey } = accepted;
    signatures.set(stage, { ...signature, masterKey });
  } else await sign(stage, tab);
  await publish(stage, tab);
}

/** To key, profile and room. */
export const publishing: Deed = { prepare: sign, act: publish, repeat: publishAccepted };

/** Nothing is asked to be published: that is for the next tab. */
export const accepting: Deed = { prepare: async () => undefined, act: sign, repeat: publishAccepted };

/** From profile and room. */
export const withdrawing: Deed = {
  prepare: async (stage, tab) => {
    await sign(stage, tab);
    await publish(stage, tab);
  },
  act: withdraw,
  repeat: withdraw,
};

/** The signature stands once in every place that the server has, beside the other one; sent was one manifest alone. */
export function expectPublishedOnce(profile: ProfileName, { stage, state }: Ending): void {
  const signature = signatureOf(stage);
  const both = { [stage.other.keyId]: stage.other.value, [signature.keyId]: signature.value };
  expect(state.outbox, "outbox").toEqual([]);
  expect(state.onKey, "on the key").toEqual(profile === "synapse-strict" ? {} : both);
  expect(state.inRoom, "in the room").toMatchObject({ withdrawn: [], sequence: firstSequence + 1 });
  expect(state.inRoom?.external, "in the room").toEqual(both);
  expectOneManifest(profile, { stage, state });
  expect(state, "what a reader sees").toMatchObject({ level: "trusted", problems: [] });
}

/** The signature is listed once as taken back, the other one is where it was; sent was one manifest alone. */
export function expectWithdrawnOnce(profile: ProfileName, { stage, state }: Ending): void {
  const signature = signatureOf(stage);
  const rest = { [stage.other.keyId]: stage.other.value };
  const onKey = { ...rest, [signature.keyId]: signature.value };
  const hash = expect.stringMatching(/^[0-9a-f]{64}$/);
  expect(state.outbox, "outbox").toEqual([]);
  expect(state.onKey, "on the key").toEqual(profile === "synapse-strict" ? {} : onKey);
  expect(state.inRoom?.external, "in the room").toEqual(rest);
  expect(state.inRoom?.withdrawn, "taken back").toEqual([{ key: hash }, { key: hash, value: hash }]);
  expect(state.inRoom?.sequence, "sequence").toBe(firstSequence + 2);
  expectOneManifest(profile, { stage, state });
  // Who finds no signature at all has none to reject.
  const level = profile === "synapse-strict" ? "unproven" : "rejected";
  expect(state, "what a reader sees").toMatchObject({ level, problems: [] });
}

function expectOneManifest(profile: ProfileName, { stage, state }: Pick<Ending, "stage" | "state">): void {
  expect(state.inProfile, "in the profile").toEqual(profile === "dendrite" ? undefined : state.inRoom);
  expect(stage.sentManifests.size, "different manifests that were sent").toBe(1);
  expect(state.isApproved, "approval").toBe(true);
}
