import { CountersignError } from "../../errors.js";
import type { MatrixClientLike } from "../../matrix/client-like.js";
import { readTrustSecret, writeTrustSecret } from "../../matrix/trust-storage.js";
import { throwIfAborted } from "../../model/abort.js";
import type { TrustMemory } from "../../model/trust-record.js";
import { resolveTrust } from "../../model/trust-settings/resolve-trust.js";
import {
  emptyTrust,
  includesTrust,
  type TrustDocument,
  type TrustStamp,
} from "../../model/trust-settings/trust-document.js";
import type { TrustProblem, TrustProblemCode, TrustState } from "../../model/trust-settings/trust-state.js";
import { readTrustText, writeTrustText } from "../../model/trust-settings/trust-text.js";
import { type KnownTrust, noteServed, recallTrust, rememberTrust } from "./known-trust.js";

/** What settings are kept with. */
export interface TrustSyncContext {
  readonly client: MatrixClientLike;
  readonly memory: TrustMemory;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Under which name this device writes, given the one that it wrote under before: see {@link TrustStamp}. */
  readonly replica: (before: string | undefined) => string;
}

/** A change of the settings, made on the newest document that can be had. */
export type TrustChange = (document: TrustDocument, stamp: TrustStamp) => TrustDocument | Promise<TrustDocument>;

type Report = (code: TrustProblemCode, cause?: unknown) => void;

/** So often what another device wrote meanwhile is merged before this one gives up for now. */
const maxTries = 5;

/**
 * Reads the settings from secret storage, merges what this device knows, changes them, writes them back where the server lacks
 * any of it, and reads back. Callers see to it that one runs at a time.
 *
 * What is known is remembered on this device before it is written anywhere, so a change counts and is not lost where writing fails.
 *
 * @throws CountersignError `ERR_TRUST_UNREADABLE`, `ERR_TRUST_MALFORMED` (secret storage cannot be read, and this device knows nothing),
 *   `ERR_TRUST_SIZE` (nothing was changed), `ERR_CLOSED`, `ERR_ABORTED`; whatever `change` throws
 */
export async function syncTrust(context: TrustSyncContext, change?: TrustChange): Promise<TrustState> {
  const { client, memory, now, signal } = context;
  const problems = new Map<TrustProblemCode, TrustProblem>();
  const report: Report = (code, cause) => problems.set(code, { code, ...(cause !== undefined && { cause }) });
  const before = await recallTrust(memory);
  const replica = context.replica(before?.replica);
  let known: KnownTrust = { document: emptyTrust, served: emptyTrust, ...before, replica };
  let found = await readServed(client, signal).catch((cause) => orKnown(cause, before !== undefined, signal, report));
  known = take(known, found, report);
  if (change) known = await changed(known, change, { replica, at: now() });
  for (let tries = 0; await keep(memory, known, now(), report); tries++) {
    if (!found || includesTrust(found, known.document)) break;
    if (tries === maxTries) report("trust-unsaved");
    const written = { ...known.document, revision: Math.max(known.document.revision, found.revision) + 1 };
    const isOver = tries === maxTries || !(await write(client, written, signal, report));
    if (isOver) break;
    found = await readServed(client, signal).catch((cause) => orKnown(cause, true, signal, report));
    known = take(known, found, report);
  }
  return { ...resolveTrust(known.document), problems: [...problems.values()] };
}

/**
 * {@link syncTrust}, after writing what this device knows over settings that secret storage cannot decrypt: for a user who set secret
 * storage up anew. What another device saved there and this one never read is lost by it, until that device reads.
 *
 * @throws CountersignError `ERR_TRUST_UNSAVED`, `ERR_TRUST_MALFORMED` (settings of a newer format are not replaced), `ERR_CLOSED`,
 *   `ERR_ABORTED`
 */
export async function replaceTrust(context: TrustSyncContext): Promise<TrustState> {
  const { client, memory, signal } = context;
  try {
    await readServed(client, signal);
  } catch (cause) {
    if (!(cause instanceof CountersignError && cause.code === "ERR_TRUST_UNREADABLE")) throw cause;
    const { document } = (await recallTrust(memory)) ?? { document: emptyTrust };
    await writeTrustSecret(client, writeTrustText(document), signal);
  }
  return syncTrust(context);
}

async function readServed(client: MatrixClientLike, signal: AbortSignal): Promise<TrustDocument> {
  const text = await readTrustSecret(client, signal);
  return text === undefined ? emptyTrust : readTrustText(text);
}

/** What cannot be read is never taken for empty: what is known goes on counting, and where nothing is, there is no answer. */
function orKnown(cause: unknown, isKnown: boolean, signal: AbortSignal, report: Report): undefined {
  throwIfAborted(signal);
  if (!isKnown) throw cause;
  report("trust-unreadable", cause);
}

/** Merges what the server serves, and says where it lacks what it served before. */
function take(known: KnownTrust, found: TrustDocument | undefined, report: Report): KnownTrust {
  if (!found) return known;
  if (!includesTrust(found, known.served)) {
    report(found.revision < known.served.revision ? "trust-rolled-back" : "trust-overwritten");
  }
  return noteServed(known, found);
}

/** @throws CountersignError `ERR_TRUST_SIZE` */
async function changed(known: KnownTrust, change: TrustChange, stamp: TrustStamp): Promise<KnownTrust> {
  const document = await change(known.document, stamp);
  if (document !== known.document) writeTrustText(document);
  return { ...known, document };
}

/** Remembers what is known; what two devices wrote can be too much together, and counts without being remembered then. */
async function keep(memory: TrustMemory, known: KnownTrust, now: number, report: Report): Promise<boolean> {
  try {
    writeTrustText(known.document);
  } catch (cause) {
    report("trust-unsaved", cause);
    return false;
  }
  await rememberTrust(memory, known, now);
  return true;
}

async function write(
  client: MatrixClientLike,
  document: TrustDocument,
  signal: AbortSignal,
  report: Report,
): Promise<boolean> {
  try {
    await writeTrustSecret(client, writeTrustText(document), signal);
    return true;
  } catch (cause) {
    if (cause instanceof CountersignError && cause.code === "ERR_ABORTED") throw cause;
    report("trust-unsaved", cause);
    return false;
  }
}
