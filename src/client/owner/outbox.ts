import { CountersignError } from "../../errors.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import { aborted } from "../../model/abort.js";
import { AcceptError } from "../../model/accept-error.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import type { Session } from "../session.js";
import { isWorthAnotherTry } from "./advice.js";
import type { PublishReceipt } from "./receipt.js";
import type { WithdrawReceipt } from "./withdraw-receipt.js";

/** A new entry of the outbox. */
export function outboxEntry(
  about: Pick<OutboxEntry, "id" | "action" | "masterKey" | "state"> & { readonly signature: ExternalSignature },
  now: number,
): OutboxEntry {
  return { ...about, userId: about.signature.userId, reason: "", attempts: 0, addedAt: now, changedAt: now };
}

/**
 * Writes down what its owner wishes, later than whatever was wished before under the same key ID, whatever the clock says. One of
 * the same ID is replaced and keeps its age.
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
    return { entry: added, isAgain: before !== undefined };
  });
}

/** Holds what was accepted and nobody asked to publish yet; whatever is known of it already stays as it is. */
export function holdAccepted(session: Session, entry: OutboxEntry): Promise<void> {
  return changeOutbox(session, async (entries) => {
    if (!entries.some(({ id }) => id === entry.id)) await session.store.putOutbox(entry);
  });
}

/**
 * Removes what a later wish for the same key ID has made void: who withdraws does not want it published, and the reverse. What was
 * only accepted is no wish: publishing another signature leaves it alone.
 */
export function dropOutdated(session: Session, entry: OutboxEntry): Promise<void> {
  return changeOutbox(session, async (entries) => {
    for (const other of entries) {
      const isWish = other.state !== "accepted" || entry.action === "withdraw";
      if (isWish && isLater(entry, other)) await session.store.deleteOutbox(other.id);
    }
  });
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

/** One writer at a time in all tabs of this origin. Throws CountersignError `ERR_ABORTED`, and what `work` throws. */
export async function inTurn<T>(
  { publishLock }: Session,
  { signal }: RouteContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await publishLock(work, signal);
  } catch (cause) {
    throw asError(cause, signal);
  }
}

/**
 * Does what an entry asks for, and writes down what became of it: gone where it is done, waiting where trying again may work,
 * else stopped. To be called {@link inTurn}.
 *
 * @throws CountersignError `ERR_ABORTED` where its owner wished something else for the same key ID since; what `attempt` throws
 */
export async function settle<Receipt extends PublishReceipt | WithdrawReceipt>(
  session: Session,
  entry: OutboxEntry,
  { signal }: RouteContext,
  attempt: () => Promise<Receipt>,
): Promise<Receipt> {
  if ((await session.store.outbox()).some((other) => other.state !== "accepted" && isLater(other, entry))) {
    throw new CountersignError("ERR_ABORTED", "something else was asked for this key ID meanwhile");
  }
  // Before the first request: whoever finds this after a crash knows that something may have been sent.
  await note(session, entry, { attempts: entry.attempts + 1 });
  try {
    const receipt = await attempt();
    await note(session, entry, afterReceipt(receipt));
    return receipt;
  } catch (cause) {
    const error = asError(cause, signal);
    await note(session, entry, afterError(error));
    throw error;
  }
}

type Progress = Partial<Pick<OutboxEntry, "state" | "reason" | "attempts">>;

/**
 * Writes progress down, `undefined` being the end, unless its owner wished it anew or discarded it meanwhile: that is another wish.
 *
 * A store that fails now has the entry as it was before, so that it is tried again, which publishes nothing twice.
 */
async function note(session: Session, { id, changedAt }: OutboxEntry, progress: Progress | undefined): Promise<void> {
  await changeOutbox(session, async (entries) => {
    const current = entries.find((other) => other.id === id && other.changedAt === changedAt);
    if (!current) return;
    if (progress) await session.store.putOutbox({ ...current, ...progress });
    else await session.store.deleteOutbox(id);
  }).catch(() => undefined);
}

function afterReceipt(receipt: PublishReceipt | WithdrawReceipt): Progress | undefined {
  const faults = faultsOf(receipt);
  const passing = faults.find(isWorthAnotherTry);
  if (passing) return { state: "waiting", reason: passing.code };
  return isDone(receipt) ? undefined : { state: "stopped", reason: faults[0]?.code ?? "ERR_PUBLISH_FAILED" };
}

function afterError(error: CountersignError): Progress | undefined {
  // There is nothing to take back, now or later.
  if (error.code === "ERR_WITHDRAW_UNKNOWN") return undefined;
  return { state: isFinal(error) ? "stopped" : "waiting", reason: error.code };
}

/** The own entries that wait to be tried again, oldest first; none that a later wish has made void. */
export async function waitingEntries({ store, client }: Session): Promise<OutboxEntry[]> {
  const userId = ownUserId(client);
  const entries = await store.outbox();
  const wishes = entries.filter(({ state }) => state !== "accepted");
  return entries.filter(
    (entry) => entry.state === "waiting" && entry.userId === userId && !wishes.some((other) => isLater(other, entry)),
  );
}

function faultsOf(receipt: PublishReceipt | WithdrawReceipt): CountersignError[] {
  const places = "routes" in receipt ? receipt.routes : receipt.places;
  return places.flatMap(({ error }) => error ?? []);
}

function isDone(receipt: PublishReceipt | WithdrawReceipt): boolean {
  return "routes" in receipt ? receipt.published : receipt.withdrawn;
}

/** What no later try can mend. */
function isFinal(error: CountersignError): boolean {
  // Another page on the same store may have the algorithm or the key that this one lacks.
  if (error instanceof AcceptError) return error.verdict.status === "invalid";
  return error.code === "ERR_OWN_IDENTITY_CHANGED";
}

function asError(cause: unknown, signal: AbortSignal): CountersignError {
  if (cause instanceof CountersignError) return cause;
  return signal.aborted ? aborted(signal) : new CountersignError("ERR_PUBLISH_FAILED", "publishing failed", { cause });
}
