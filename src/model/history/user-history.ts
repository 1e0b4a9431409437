import type { HistoryEvent } from "./history-entry.js";
import { judgePin } from "./judge-pin.js";
import type { KnownKey, UserHistory } from "./key-history.js";

/**
 * What is known of a user after an event that `nextEvent` decided upon.
 *
 * One that cannot follow from what is known, because the log is damaged or was changed, moves no pin.
 */
export function withEvent(known: UserHistory | undefined, event: HistoryEvent): UserHistory {
  const { userId, masterKey, at } = event;
  const seen = known?.keys ?? [];
  const isKnown = seen.some((key) => key.masterKey === masterKey);
  const added: KnownKey = { masterKey, firstSeenAt: at, state: "contending", isRolledBack: false };
  const keys = isKnown ? seen : [...seen, added];
  if (takesOver(known, event)) return { userId, keys: pinned(keys, masterKey) };
  if (event.kind !== "rolled-back") return { userId, keys };
  return { userId, keys: keys.map((key) => (key.masterKey === masterKey ? rolledBack(key) : key)) };
}

function takesOver(known: UserHistory | undefined, event: HistoryEvent): boolean {
  const { kind, masterKey, attestedAt, acceptedAt } = event;
  if (kind === "first-seen") return !known;
  const isTakingOver = kind === "re-attested" || kind === "accepted";
  return isTakingOver && judgePin(known, masterKey, attestedAt, acceptedAt).state === kind;
}

/** `masterKey` becomes the pin: the pin before it is superseded, and whatever was seen before it, but nothing that came after. */
function pinned(keys: readonly KnownKey[], masterKey: string): KnownKey[] {
  const place = keys.findIndex((key) => key.masterKey === masterKey);
  return keys.map((key, index) => {
    if (index === place) return { ...key, state: "pinned" };
    return key.state === "pinned" || index < place ? { ...key, state: "superseded" } : key;
  });
}

function rolledBack(key: KnownKey): KnownKey {
  return key.state === "pinned" ? key : { ...key, state: "superseded", isRolledBack: true };
}
