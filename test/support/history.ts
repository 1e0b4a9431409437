import type { SignatureTrace } from "../../src/model/history/history-entry.js";
import type { KeySighting, UserHistory } from "../../src/model/history/key-history.js";
import { nextEvents } from "../../src/model/history/next-event.js";
import { exportLog } from "../../src/store/stored-history.js";
import { sampleKey, sampleNow } from "./cached-reports.js";

/** A master key by its letter or number, unpadded base64. */
export function masterKey(name: string | number): string {
  return `${name}`.padEnd(43, "A");
}

/** A signature as history remembers it. */
export function sampleTrace(index: number, changes: Partial<SignatureTrace> = {}): SignatureTrace {
  return {
    keyId: `custom:org.openpgp.signature:${index}`,
    algorithm: "org.openpgp.signature",
    status: "valid",
    keyHash: sampleKey(index),
    valueHash: sampleKey(1000 + index),
    createdAt: sampleNow - 1000,
    ...changes,
  };
}

/** That `@alice:example.org` was served the key `name`, `minute` minutes after {@link sampleNow}. */
export function sighting(name: string | number, minute = 0, changes: Partial<KeySighting> = {}): KeySighting {
  return {
    userId: "@alice:example.org",
    masterKey: masterKey(name),
    at: sampleNow + minute * 60_000,
    signatures: [sampleTrace(0)],
    ...changes,
  };
}

/** The moment `minute` minutes after {@link sampleNow}. */
export function minute(minute: number): number {
  return sampleNow + minute * 60_000;
}

/** A log that tells of `sightings`, as a store exports it. */
export function logOf(sightings: readonly KeySighting[]): string {
  return exportLog([], sightings);
}

/** What is known of a user after `sightings`, and the kinds of entries that they made. */
export function outcomeOf(sightings: readonly KeySighting[]): { known: UserHistory | undefined; kinds: string[] } {
  const users = new Map<string, UserHistory>();
  const kinds = nextEvents(users, sightings).map(({ kind }) => kind);
  return { known: users.get("@alice:example.org"), kinds };
}
