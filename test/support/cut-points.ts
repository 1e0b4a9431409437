import type { ProfileName } from "../../examples/homeserver/server.js";
import { type FaultStage, type FinalState, recover, setFaultStage, type Tab, type TabOptions } from "./fault-stage.js";
import { httpFaults } from "./http-faults.js";

/** Something that goes wrong at the request, or at the change of the store, of a given number. */
export interface Cut {
  readonly name: string;
  /** Lets it happen; returns how the tab has to be opened for it. */
  arm(stage: FaultStage, index: number, kill: () => void): TabOptions;
}

/** A client that waits no longer than this for a silent server. */
const timeoutMs = 100;

/** Every fault of the network, the tab closed at that very moment, and the network gone for good from then on. */
export const requestCuts: readonly Cut[] = [
  ...httpFaults.map(({ name, fault }) => ({
    name,
    arm: (stage: FaultStage, skip: number): TabOptions => {
      stage.homeserver.failNext({ ...fault, skip });
      return fault.hang ? { timeoutMs } : {};
    },
  })),
  {
    name: "the network is gone from here on",
    arm: ({ homeserver }, skip) => {
      homeserver.failNext({ disconnect: true, skip, count: 1_000 });
      return {};
    },
  },
  {
    name: "the tab is closed before the request leaves",
    arm: (_stage, cut, kill) => ({
      onRequest: (index, moment) => void (index === cut && moment === "before" && kill()),
    }),
  },
  {
    name: "the tab is closed while the server does it",
    arm: ({ homeserver }, cut, kill) => {
      let seen = 0;
      homeserver.onRequest(() => seen++ === cut && kill());
      return {};
    },
  },
  {
    name: "the tab is closed when the answer comes",
    arm: (_stage, cut, kill) => ({
      onRequest: (index, moment) => void (index === cut && moment === "after" && kill()),
    }),
  },
];

/** The tab is gone, or the store fails, before or after it changes the store. */
export const storeCuts: readonly Cut[] = (["before", "after"] as const).flatMap((when): Cut[] => [
  {
    name: `the tab is closed ${when} the store changes`,
    arm: (_stage, cut, kill) => ({
      onWrite: (index, moment) => void (index === cut && moment === when && kill()),
    }),
  },
  {
    name: `the store fails ${when} it changes`,
    arm: (_stage, cut) => ({
      onWrite: (index, moment) => {
        if (index === cut && moment === when) throw new Error("the disk is broken");
      },
    }),
  },
]);

/** What is done under a fault. */
export interface Deed {
  /** What happens before, without faults. */
  prepare(stage: FaultStage, tab: Tab): Promise<void>;
  /** What is cut short. */
  act(stage: FaultStage, tab: Tab): Promise<unknown>;
  /** What the user does once the next tab has recovered, if the cut came before anything was written down. */
  repeat?(stage: FaultStage, tab: Tab): Promise<unknown>;
}

/** A scenario, and how it ended. */
export interface Ending {
  readonly name: string;
  readonly state: FinalState;
  readonly stage: FaultStage;
}

/** Which requests and how many changes of the store the deed takes when all goes well. */
export async function measure(
  profile: ProfileName,
  deed: Deed,
): Promise<{ readonly requests: string[]; readonly writes: number }> {
  const stage = await setFaultStage(profile);
  const requests: string[] = [];
  let writes = 0;
  await prepare(stage, deed);
  const tab = await stage.openTab({ onWrite: (_index, moment) => void (moment === "before" && writes++) });
  stage.homeserver.onRequest(({ method, path }) => requests.push(`${method} ${path}`));
  await deed.act(stage, tab);
  await stage.close();
  return { requests, writes };
}

/** Does the deed once with each of the cuts at each of `count` points, recovers each time, and hands every ending to `judge`. */
export async function cutEverywhere(
  profile: ProfileName,
  deed: Deed,
  { cuts, count, maxRetries }: { readonly cuts: readonly Cut[]; readonly count: number; readonly maxRetries: number },
  judge: (ending: Ending) => void,
): Promise<number> {
  const scenarios = Array.from({ length: count }, (_, index) => cuts.map((cut) => ({ cut, index }))).flat();
  const failures: string[] = [];
  let done = 0;
  const worker = async (): Promise<void> => {
    for (let next = scenarios.shift(); next; next = scenarios.shift()) {
      const { cut, index } = next;
      const name = `${cut.name}, at ${index}`;
      const stage = await setFaultStage(profile);
      try {
        await cutOnce(stage, deed, cut, index, maxRetries);
        judge({ name, state: await stage.look(), stage });
      } catch (error) {
        failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      } finally {
        await stage.close();
      }
      done += 1;
    }
  };
  // Side by side, so that nobody waits for those who wait for silent servers.
  await Promise.all(Array.from({ length: 6 }, worker));
  if (failures.length > 0) throw new Error(`${failures.length} of ${done} scenarios fail:\n${failures.join("\n")}`);
  return done;
}

async function cutOnce(stage: FaultStage, deed: Deed, cut: Cut, index: number, maxRetries: number): Promise<void> {
  await prepare(stage, deed);
  let kill = (): void => undefined;
  const tab = await stage.openTab({ maxRetries, ...cut.arm(stage, index, () => kill()) });
  kill = tab.kill;
  await deed.act(stage, tab).catch(() => undefined);
  tab.kill();
  stage.homeserver.clearFaults();
  const isWritten = (await stage.store.outbox()).some(({ state }) => state === "waiting");
  const isSent = stage.sentManifests.size > 0;
  await recover(stage);
  if (isWritten || isSent || !deed.repeat) return;
  const later = await stage.openTab();
  await deed.repeat(stage, later);
  later.kill();
}

async function prepare(stage: FaultStage, deed: Deed): Promise<void> {
  const tab = await stage.openTab();
  await deed.prepare(stage, tab);
  tab.kill();
  stage.sentManifests.clear();
}
