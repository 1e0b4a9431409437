import { CountersignError } from "../../errors.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import { callContext, type Session } from "../session.js";
import { waitingEntries } from "./outbox.js";
import { publishEntry } from "./publish-own.js";
import type { PublishReceipt } from "./receipt.js";
import { inTurn, settle } from "./settle.js";
import { withdrawEntry } from "./withdraw.js";
import type { WithdrawReceipt } from "./withdraw-receipt.js";

/** What became of one entry of the outbox: a receipt, or why there is none. */
export interface OutboxResult {
  readonly entry: OutboxEntry;
  readonly receipt?: PublishReceipt | WithdrawReceipt;
  readonly error?: CountersignError;
}

/**
 * Tries every waiting entry once, oldest first. What another tab did meanwhile is not done again. Offline nothing is tried.
 *
 * @throws CountersignError `ERR_CLOSED`, `ERR_ABORTED`
 */
export async function resumeOutbox(session: Session, signal?: AbortSignal): Promise<OutboxResult[]> {
  const context = callContext(session, signal);
  const results: OutboxResult[] = [];
  if (session.offline) return results;
  for (const entry of await waitingEntries(session)) {
    const result = await tryEntry(session, entry, context);
    if (result) results.push(result);
    if (context.signal.aborted) break;
  }
  return results;
}

async function tryEntry(
  session: Session,
  found: OutboxEntry,
  context: RouteContext,
): Promise<OutboxResult | undefined> {
  let entry = found;
  try {
    return await inTurn(session, context, async () => {
      const current = (await waitingEntries(session)).find(({ id }) => id === found.id);
      if (!current) return undefined;
      // Its owner may have wished it anew meanwhile, with other options.
      entry = current;
      return { entry, receipt: await doEntry(session, entry, context) };
    });
  } catch (error) {
    if (error instanceof CountersignError) return { entry, error };
    throw error;
  }
}

function doEntry(
  session: Session,
  entry: OutboxEntry,
  context: RouteContext,
): Promise<PublishReceipt | WithdrawReceipt> {
  return settle<PublishReceipt | WithdrawReceipt>(session, entry, context, () =>
    entry.action === "publish"
      ? publishEntry(session, entry, {}, context)
      : withdrawEntry(session, entry, true, context),
  );
}
