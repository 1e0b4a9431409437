import type { HistoryEvent, HistoryKind } from "./history-entry.js";
import { judgePin } from "./judge-pin.js";
import type { KeySighting, UserHistory } from "./key-history.js";
import { maxTraces, readEvent, readTrace } from "./read-entry.js";
import { withEvent } from "./user-history.js";

/**
 * So many keys of one user are noted that contend with the pin: a server can make up any number. Those beyond are `changed` all the
 * same, and noted once they take over. A log verifies only with a bound no lower than the one that it was written with.
 */
export const maxContending = 8;

/**
 * What a sighting adds to the history of its user, clean; `undefined` where it adds nothing, or is out of bounds.
 *
 * The one place that decides what becomes of a pin: on the way into the log, and when a log is verified.
 */
export function nextEvent(known: UserHistory | undefined, sighting: KeySighting): HistoryEvent | undefined {
  const kind = nextKind(known, sighting);
  if (!kind) return undefined;
  const { userId, masterKey, at } = sighting;
  const signatures = sighting.signatures.flatMap((trace) => readTrace(trace) ?? []).slice(0, maxTraces);
  const { attestedAt, acceptedAt } = sighting;
  const time = kind === "re-attested" ? { attestedAt } : kind === "accepted" ? { acceptedAt } : {};
  return readEvent({ kind, userId, masterKey, at, ...time, signatures });
}

/**
 * What `sightings` add, one after the other, to what is known; `known` is brought up to date with it.
 *
 * A user's history decides about that user alone.
 */
export function nextEvents(known: Map<string, UserHistory>, sightings: readonly KeySighting[]): HistoryEvent[] {
  return sightings.flatMap((sighting) => {
    const event = nextEvent(known.get(sighting.userId), sighting);
    if (event) known.set(event.userId, withEvent(known.get(event.userId), event));
    return event ?? [];
  });
}

function nextKind(known: UserHistory | undefined, sighting: KeySighting): HistoryKind | undefined {
  const { state } = judgePin(known, sighting.masterKey, sighting.attestedAt, sighting.acceptedAt);
  if (!known) return "first-seen";
  if (state === "same") return undefined;
  if (state === "accepted" || state === "re-attested") return state;
  const key = known.keys.find(({ masterKey }) => masterKey === sighting.masterKey);
  if (key?.state === "superseded") return key.isRolledBack ? undefined : "rolled-back";
  const contending = known.keys.filter((one) => one.state === "contending").length;
  return key || contending >= maxContending ? undefined : "changed";
}
