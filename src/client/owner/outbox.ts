import { ownUserId } from "../../matrix/own-user-id.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import type { Session } from "../session.js";

/** A new entry of the outbox. */
export function outboxEntry(
  about: Pick<OutboxEntry, "id" | "action" | "masterKey" | "state"> & { readonly signature: ExternalSignature },
  now: number,
): OutboxEntry {
  return { ...about, userId: about.signature.userId, reason: "", attempts: 0, addedAt: now, changedAt: now };
}

/**
 * Writes down what its owner wishes, later than whatever was wished before under the same key ID, whatever the clock says. One of
 * the same ID is replaced and keeps its age. Who publishes does away with what was wished before; who withdraws has to know first
 * what of it may have been sent: see {@link dropOutdated}.
 *
 * @returns the entry as it was stored, and whether there was one
 */
export function addToOutbox(
  session: Session,
  entry: OutboxEntry,
): Promise<{ readonly entry: OutboxEntry; readonly isAgain: boolean }> {
  return changeOutbox(session, async (entries) => {
    const before = entries.find(({ id }) => id === entry.id);
    const earlier = entries.filter((other) => isOfSameKey(other, entry)).map(({ changedAt }) => changedAt + 1);
    const { addedAt, attempts } = before ?? entry;
    const added = { ...entry, addedAt, attempts, changedAt: Math.max(entry.changedAt, ...earlier) };
    await session.store.putOutbox(added);
    if (added.action === "publish") await deleteOutdated(session, added, entries);
    return { entry: added, isAgain: before !== undefined };
  });
}

/** Holds what was accepted and nobody asked to publish yet; whatever is known of it already stays as it is. */
export function holdAccepted(session: Session, entry: OutboxEntry): Promise<void> {
  return changeOutbox(session, async (entries) => {
    if (!entries.some(({ id }) => id === entry.id)) await session.store.putOutbox(entry);
  });
}

/** Removes what a later wish for the same key ID has made void. */
export function dropOutdated(session: Session, entry: OutboxEntry): Promise<void> {
  return changeOutbox(session, (entries) => deleteOutdated(session, entry, entries));
}

/** What was only accepted is no wish: publishing another signature leaves it alone. */
async function deleteOutdated({ store }: Session, entry: OutboxEntry, entries: readonly OutboxEntry[]): Promise<void> {
  for (const other of entries) {
    const isWish = other.state !== "accepted" || entry.action === "withdraw";
    if (isWish && isLater(entry, other)) await store.deleteOutbox(other.id);
  }
}

/** Removes an entry; a try that is under way does not bring it back. */
export function discardEntry(session: Session, id: string): Promise<void> {
  return changeOutbox(session, () => session.store.deleteOutbox(id));
}

/** Nobody else in any tab changes the outbox between what `change` reads and what it writes. */
function changeOutbox<T>(
  { store, outboxLock }: Session,
  change: (entries: readonly OutboxEntry[]) => Promise<T>,
): Promise<T> {
  return outboxLock(async () => change(await store.outbox()));
}

function isOfSameKey(one: OutboxEntry, other: OutboxEntry): boolean {
  return (
    one.userId === other.userId && one.masterKey === other.masterKey && one.signature.keyId === other.signature.keyId
  );
}

/** Whether `one` is another, later wish about the same key ID. */
function isLater(one: OutboxEntry, other: OutboxEntry): boolean {
  return one.id !== other.id && isOfSameKey(one, other) && one.changedAt > other.changedAt;
}

/** What becomes of an entry. */
export type Progress = Partial<Pick<OutboxEntry, "state" | "reason" | "attempts">>;

/**
 * Writes progress down, `undefined` being the end, unless its owner wished it anew or discarded it meanwhile: that is another wish.
 *
 * A store that fails now has the entry as it was before, so that it is tried again, which publishes nothing twice.
 */
export async function noteProgress(
  session: Session,
  { id, changedAt }: OutboxEntry,
  progress: Progress | undefined,
): Promise<void> {
  await changeOutbox(session, async (entries) => {
    const current = entries.find((other) => other.id === id && other.changedAt === changedAt);
    if (!current) return;
    if (progress) await session.store.putOutbox({ ...current, ...progress });
    else await session.store.deleteOutbox(id);
  }).catch(() => undefined);
}

/** Whether its owner wished something else for the same key ID since. */
export async function isVoid({ store }: Session, entry: OutboxEntry): Promise<boolean> {
  return isOverruled(entry, await store.outbox());
}

function isOverruled(entry: OutboxEntry, entries: readonly OutboxEntry[]): boolean {
  return entries.some((other) => other.state !== "accepted" && isLater(other, entry));
}

/** The own entries that wait to be tried again, oldest first; none that a later wish has made void. */
export async function waitingEntries({ store, client }: Session): Promise<OutboxEntry[]> {
  const userId = ownUserId(client);
  const entries = await store.outbox();
  return entries.filter(
    (entry) => entry.state === "waiting" && entry.userId === userId && !isOverruled(entry, entries),
  );
}
