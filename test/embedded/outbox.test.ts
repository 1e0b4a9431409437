import { Countersign, type OwnSignature, type PublishReceipt } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { afterEach, describe, expect, it } from "vitest";
import { type FaultStage, firstSequence, recover, setFaultStage, type Tab } from "../support/fault-stage.js";
import { accountOf, ask } from "../support/homeserver-account.js";
import { stampSigner } from "../support/stamp-algorithm.js";

/** The requests of a publish to profile and room on such a server: two that ask, then those that write. */
const profile = "synapse-strict";
const firstWrite = 3;

let stage: FaultStage | undefined;

afterEach(() => stage?.close());

async function setStage() {
  stage = await setFaultStage(profile);
  const tab = await stage.openTab();
  return { stage, tab, signature: await tab.countersign.sign(stage.signer) };
}

/** Opens a tab in which something happens right before a request of its own. */
async function openTabWith(at: FaultStage, index: number, happen: () => Promise<unknown>): Promise<Tab> {
  return at.openTab({
    onRequest: (request, moment) => {
      if (request === index && moment === "before") void happen().catch(() => undefined);
    },
  });
}

const loseNetwork = ({ homeserver }: FaultStage, skip = 0): void =>
  homeserver.failNext({ disconnect: true, skip, count: 1_000 });

const keyIdsIn = (manifest: string): string[] => Object.keys(JSON.parse(manifest).external);

const publish = ({ countersign }: Tab, signature: OwnSignature, { roomId }: FaultStage): Promise<PublishReceipt> =>
  countersign.publish(signature, { rooms: [roomId] });

describe("the newest wish for a key ID wins", () => {
  it("over a publish that is under way and fails", async () => {
    const { stage, tab, signature } = await setStage();
    let withdrawing: Promise<unknown> | undefined;
    const publisher = await openTabWith(stage, firstWrite, () => {
      withdrawing = tab.countersign.withdraw(signature.keyId, { rooms: [stage.roomId] });
      return withdrawing;
    });
    loseNetwork(stage, firstWrite);
    await expect(publisher.countersign.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
    await expect(withdrawing).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
    expect((await stage.store.outbox()).map(({ action, state }) => [action, state])).toEqual([
      ["publish", "waiting"],
      ["withdraw", "waiting"],
    ]);
    stage.homeserver.clearFaults();
    stage.sentManifests.clear();
    await recover(stage);
    expect([...stage.sentManifests].map(keyIdsIn)).toEqual([[stage.other.keyId]]);
    expect(await stage.look()).toMatchObject({ outbox: [], level: "unproven", problems: [] });
  });

  it("over a withdrawal that is under way and fails", async () => {
    const { stage, tab, signature } = await setStage();
    await tab.countersign.publish(signature, { rooms: [stage.roomId] });
    let publishing: Promise<unknown> | undefined;
    const withdrawer = await openTabWith(stage, 1, () => {
      publishing = tab.countersign.publish(signature, { rooms: [stage.roomId] });
      return publishing;
    });
    loseNetwork(stage, 1);
    expect(await withdrawer.countersign.withdraw(signature.keyId, { rooms: [stage.roomId] })).toMatchObject({
      withdrawn: false,
    });
    await expect(publishing).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
    stage.homeserver.clearFaults();
    await recover(stage);
    const state = await stage.look();
    expect(state).toMatchObject({ outbox: [], level: "trusted", problems: [], inRoom: { withdrawn: [] } });
    expect(state.inRoom).toEqual(state.inProfile);
  });

  it("over a publish that waits for its turn, which then sends nothing", async () => {
    const { stage, tab, signature } = await setStage();
    const before = await tab.countersign.sign(await stampSigner());
    let publishing: Promise<unknown> | undefined;
    let withdrawing: Promise<unknown> | undefined;
    const busy = await openTabWith(stage, firstWrite, async () => {
      publishing = tab.countersign.publish(signature);
      withdrawing = tab.countersign.withdraw(signature.keyId);
    });
    await busy.countersign.publish(before);
    await expect(publishing).rejects.toMatchObject({ code: "ERR_ABORTED" });
    expect(await withdrawing).toMatchObject({ withdrawn: true, complete: true });
    expect([...stage.sentManifests].flatMap(keyIdsIn)).not.toContain(signature.keyId);
    expect(await stage.store.outbox()).toEqual([]);
  });

  it("whatever the clock says", async () => {
    const { stage, signature } = await setStage();
    const ahead = await stage.openTab({ now: () => firstSequence + 3_600_000 });
    await publish(ahead, signature, stage);
    loseNetwork(stage);
    await expect(ahead.countersign.withdraw(signature.keyId)).rejects.toThrow();
    const back = await stage.openTab();
    await expect(publish(back, signature, stage)).rejects.toThrow();
    stage.homeserver.clearFaults();
    expect(await recover(stage)).toMatchObject([{ entry: { action: "publish" } }]);
    expect(await stage.look()).toMatchObject({ outbox: [], level: "trusted" });
  });

  it("and says how it is published, whatever an earlier one that is under way comes to", async () => {
    const { stage, tab, signature } = await setStage();
    let second: Promise<unknown> | undefined;
    const publisher = await openTabWith(stage, firstWrite - 1, () => {
      second = tab.countersign.publish(signature, { rooms: [stage.roomId] });
      return second;
    });
    loseNetwork(stage, firstWrite - 1);
    await expect(publisher.countersign.publish(signature, { routes: ["profile-field"] })).rejects.toThrow();
    await expect(second).rejects.toThrow();
    const [entry, ...more] = await stage.store.outbox();
    expect(entry).toMatchObject({ rooms: [stage.roomId], state: "waiting" });
    expect(entry).not.toHaveProperty("routes");
    expect(more).toEqual([]);
    stage.homeserver.clearFaults();
    await recover(stage);
    const state = await stage.look();
    expect(state.inRoom?.external).toHaveProperty([signature.keyId]);
    expect(state.inRoom).toEqual(state.inProfile);
  });

  it("and is still written down when an earlier one for the same signature has come to its end", async () => {
    const { stage, tab, signature } = await setStage();
    const left: unknown[] = [];
    const second = await openTabWith(stage, 0, async () => void left.push(...(await stage.store.outbox())));
    let publishing: Promise<PublishReceipt> | undefined;
    const first = await openTabWith(stage, firstWrite, () => {
      publishing = publish(second, signature, stage);
      return publishing;
    });
    expect(await first.countersign.publish(signature, { routes: ["profile-field"] })).toMatchObject({
      published: true,
    });
    expect(await publishing).toMatchObject({ published: true });
    expect(left).toMatchObject([{ rooms: [stage.roomId], state: "waiting" }]);
    expect(await tab.countersign.outbox()).toEqual([]);
  });
});

describe("an entry", () => {
  it("that was discarded while a try was under way does not come back", async () => {
    const { stage, tab, signature } = await setStage();
    const publisher = await openTabWith(stage, firstWrite, async () => {
      const [entry] = await tab.countersign.outbox();
      await tab.countersign.discard(entry?.id ?? "");
    });
    loseNetwork(stage, firstWrite);
    await expect(publisher.countersign.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_NETWORK" });
    expect(await stage.store.outbox()).toEqual([]);
  });

  it("keeps its age, and counts its tries", async () => {
    const { stage, signature } = await setStage();
    loseNetwork(stage);
    for (const hour of [1, 2, 3]) {
      const { countersign, kill } = await stage.openTab({ now: () => firstSequence + hour * 3_600_000 });
      await expect(hour < 3 ? countersign.publish(signature) : countersign.resume())
        .resolves.toBeDefined()
        .catch(() => undefined);
      kill();
    }
    expect(await stage.store.outbox()).toMatchObject([{ addedAt: firstSequence, attempts: 3, state: "waiting" }]);
  });

  it("that was only accepted outlives the publishing of another signature under its key ID", async () => {
    const { stage, tab, signature } = await setStage();
    const { masterKey: _masterKey, ...bare } = signature;
    const renewed: OwnSignature = { ...signature, value: `${signature.value}=` };
    await tab.countersign.publish(renewed).catch(() => undefined);
    const accepted = (await stage.store.outbox()).filter(({ state }) => state === "accepted");
    expect(accepted.map((entry) => entry.signature)).toEqual([bare]);
  });

  it("waits for a page that has the algorithm, and is not given up by one that has not", async () => {
    const { stage, tab, signature } = await setStage();
    loseNetwork(stage);
    await expect(publish(tab, signature, stage)).rejects.toThrow();
    stage.homeserver.clearFaults();
    const reader = await Countersign.create(stage.owner.client, { store: stage.store, outbox: "manual" });
    expect(await reader.resume()).toMatchObject([{ error: { code: "ERR_ACCEPT_NOT_VALID" } }]);
    expect(await stage.store.outbox()).toMatchObject([{ state: "waiting", reason: "ERR_ACCEPT_NOT_VALID" }]);
    await recover(stage);
    expect(await stage.look()).toMatchObject({ outbox: [], level: "trusted" });
  });

  it("is published by one of two instances of the same process", async () => {
    const { stage, tab, signature } = await setStage();
    loseNetwork(stage);
    await expect(tab.countersign.publish(signature)).rejects.toThrow();
    stage.homeserver.clearFaults();
    const [one, other] = [await stage.openTab(), await stage.openTab()];
    const results = await Promise.all([one.countersign.resume(), other.countersign.resume()]);
    expect(results.flat()).toMatchObject([{ receipt: { published: true } }]);
    expect(stage.sentManifests.size).toBe(1);
  });

  it("whose end the store cannot write down yields its receipt all the same", async () => {
    const { stage, signature } = await setStage();
    const { countersign } = await stage.openTab({
      onWrite: (index, moment) => {
        if (index === 4 && moment === "before") throw new Error("the disk is broken");
      },
    });
    expect(await countersign.publish(signature)).toMatchObject({ published: true });
    expect(await stage.store.outbox()).toMatchObject([{ state: "waiting" }]);
    expect(await recover(stage)).toMatchObject([{ receipt: { published: true } }]);
    expect(stage.sentManifests.size).toBe(1);
  });
});

describe("a withdrawal", () => {
  it("lists what a tab may have sent before it was closed, though nobody serves it yet", async () => {
    const { stage, signature } = await setStage();
    let kill = (): void => undefined;
    const publisher = await openTabWith(stage, firstWrite, async () => kill());
    kill = publisher.kill;
    await expect(publisher.countersign.publish(signature)).rejects.toThrow();
    const { countersign } = await stage.openTab();
    expect(await countersign.withdraw(signature.keyId)).toMatchObject({ complete: true, listed: [{}, {}] });
  });

  it("finds what the profile serves although a room's copy looks current", async () => {
    const { stage, tab, signature } = await setStage();
    await tab.countersign.publish(signature);
    const device = await stage.openTab({ store: memoryStore() });
    const receipt = await device.countersign.withdraw(signature.keyId, { rooms: [stage.roomId] });
    expect(receipt).toMatchObject({ withdrawn: true, complete: true });
    const state = await stage.look();
    expect(state).toMatchObject({ level: "unproven", problems: [], inRoom: { withdrawn: [{}, {}] } });
    expect(state.inRoom).toEqual(state.inProfile);
  });

  it("of what was never there leaves nothing in the outbox", async () => {
    const { stage, tab } = await setStage();
    await expect(tab.countersign.withdraw("custom:org.example.stamp:unknown")).rejects.toMatchObject({
      code: "ERR_WITHDRAW_UNKNOWN",
    });
    expect((await stage.store.outbox()).map(({ action }) => action)).toEqual(["publish"]);
  });
});

describe("with an access token that has expired", () => {
  async function setTokens() {
    const { stage, signature } = await setStage();
    const { userId, deviceId } = stage.owner.account;
    let token = stage.owner.account.token;
    const logIn = async (): Promise<void> => {
      const identifier = { type: "m.id.user", user: userId };
      const { body } = await ask(stage.owner.client.getHomeserverUrl(), "POST", "/v3/login", {
        type: "m.login.password",
        identifier,
        password: "password",
        device_id: deviceId,
      });
      token = accountOf(stage.owner.client.getHomeserverUrl(), body).token;
    };
    const client = { ...stage.owner.client, getAccessToken: () => token };
    stage.homeserver.expireAccessTokens(userId);
    return { stage, signature, client, logIn };
  }

  it("publishes with a new one that the client fetches", async () => {
    const { stage, signature, client, logIn } = await setTokens();
    const { countersign } = await stage.openTab({ client: { ...client, whoami: logIn } });
    expect(await countersign.publish(signature)).toMatchObject({ published: true });
    expect(await stage.store.outbox()).toEqual([]);
  });

  it("waits, and publishes once when somebody has logged in again", async () => {
    const { stage, signature, client, logIn } = await setTokens();
    const { countersign } = await stage.openTab({ client });
    await expect(countersign.publish(signature)).rejects.toMatchObject({ code: "ERR_HTTP_TOKEN" });
    expect(await countersign.resume()).toMatchObject([{ error: { code: "ERR_HTTP_TOKEN" } }]);
    expect(await countersign.outbox()).toMatchObject([{ state: "waiting", reason: "ERR_HTTP_TOKEN" }]);
    await logIn();
    expect(await countersign.resume()).toMatchObject([{ receipt: { published: true } }]);
    expect(await countersign.outbox()).toEqual([]);
    expect(stage.sentManifests.size).toBe(1);
  });
});
