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

/** Adds an entry; one of the same ID keeps its age. */
export async function addToOutbox({ store }: Session, entry: OutboxEntry): Promise<void> {
  const before = (await store.outbox()).find(({ id }) => id === entry.id);
  await store.putOutbox(before ? { ...entry, addedAt: before.addedAt, attempts: before.attempts } : entry);
}

/** Removes what a newer wish for the same key ID has made void: who withdraws does not want it published, and the reverse. */
export async function dropOutdated({ store }: Session, entry: OutboxEntry): Promise<void> {
  for (const other of await store.outbox()) {
    const isOfSameKey =
      other.userId === entry.userId &&
      other.masterKey === entry.masterKey &&
      other.signature.keyId === entry.signature.keyId;
    if (isOfSameKey && other.id !== entry.id && other.changedAt <= entry.changedAt) await store.deleteOutbox(other.id);
  }
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
 */
export async function settle<Receipt extends PublishReceipt | WithdrawReceipt>(
  { store, now }: Session,
  entry: OutboxEntry,
  { signal }: RouteContext,
  attempt: () => Promise<Receipt>,
): Promise<Receipt> {
  const leave = (state: OutboxEntry["state"], reason: string): Promise<void> =>
    store.putOutbox({ ...entry, state, reason, attempts: entry.attempts + 1, changedAt: now() });
  try {
    const receipt = await attempt();
    const faults = faultsOf(receipt);
    const passing = faults.find(isWorthAnotherTry);
    if (passing) await leave("waiting", passing.code);
    else if (isDone(receipt)) await store.deleteOutbox(entry.id);
    else await leave("stopped", faults[0]?.code ?? "ERR_PUBLISH_FAILED");
    return receipt;
  } catch (cause) {
    const error = asError(cause, signal);
    // A store that was closed meanwhile has it all the same, from before the first request.
    await leave(isFinal(error) ? "stopped" : "waiting", error.code).catch(() => undefined);
    throw error;
  }
}

/** The own entries that wait to be tried again, oldest first. */
export async function waitingEntries({ store, client }: Session): Promise<OutboxEntry[]> {
  const userId = ownUserId(client);
  return (await store.outbox()).filter((entry) => entry.state === "waiting" && entry.userId === userId);
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
  if (error instanceof AcceptError) return error.verdict.status !== "indeterminate";
  return error.code === "ERR_OWN_IDENTITY_CHANGED" || error.code === "ERR_WITHDRAW_UNKNOWN";
}

function asError(cause: unknown, signal: AbortSignal): CountersignError {
  if (cause instanceof CountersignError) return cause;
  return signal.aborted ? aborted(signal) : new CountersignError("ERR_PUBLISH_FAILED", "publishing failed", { cause });
}
