import { CountersignError } from "../../errors.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import { aborted } from "../../model/abort.js";
import { AcceptError } from "../../model/accept-error.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import type { Session } from "../session.js";
import { isWorthAnotherTry } from "./advice.js";
import { addToOutbox, isVoid, noteProgress, type Progress } from "./outbox.js";
import type { PublishReceipt } from "./receipt.js";
import type { WithdrawReceipt } from "./withdraw-receipt.js";

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
 * Writes a wish down and does what it asks for, in turn: queued in the same moment, so that of two wishes the later one also comes
 * later.
 *
 * @throws what {@link settle} throws
 */
export function fulfil<Receipt extends PublishReceipt | WithdrawReceipt>(
  session: Session,
  wish: OutboxEntry,
  context: RouteContext,
  attempt: (entry: OutboxEntry, isAgain: boolean) => Promise<Receipt>,
): Promise<Receipt> {
  const adding = addToOutbox(session, wish);
  // Whoever gives up waiting hears of that instead.
  adding.catch(() => undefined);
  return inTurn(session, context, async () => {
    const { entry, isAgain } = await adding;
    return settle(session, entry, context, () => attempt(entry, isAgain));
  });
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
  if (await isVoid(session, entry)) {
    throw new CountersignError("ERR_ABORTED", "something else was asked for this key ID meanwhile");
  }
  // Before the first request: whoever finds this after a crash knows that something may have been sent.
  await noteProgress(session, entry, { attempts: entry.attempts + 1 });
  try {
    const receipt = await attempt();
    await noteProgress(session, entry, afterReceipt(receipt));
    return receipt;
  } catch (cause) {
    const error = asError(cause, signal);
    await noteProgress(session, entry, afterError(error));
    throw error;
  }
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

function faultsOf(receipt: PublishReceipt | WithdrawReceipt): CountersignError[] {
  if ("routes" in receipt) return receipt.routes.flatMap(({ error }) => error ?? []);
  return [...receipt.places.map(({ error }) => error), receipt.searchError].flatMap((error) => error ?? []);
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
