import { CountersignError } from "../../errors.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import { waitMs } from "../../matrix/retry.js";
import type { Conferral } from "../../model/conferral.js";
import { callContext, type Session } from "../session.js";
import { type AssessedIdentity, assuredKey } from "./assured-key.js";
import { confer } from "./confer.js";

/** What a conferrer tells of. */
export interface ConferrerEvents {
  readonly conferred: (conferral: Conferral) => void;
  readonly failed: (failure: NativeFailure) => void;
}

/** Users whom a policy would have verified natively, and why that failed. */
export interface NativeFailure {
  readonly userIds: readonly string[];
  /** What `verifyNatively` throws. */
  readonly error: CountersignError;
}

/** Verifies natively, in its own time, whom a policy with `conferNative` trusts. */
export interface Conferrer {
  /** Takes note of a verdict, whatever it is: the newest on a user counts. Returns at once, and never throws. */
  consider(assessed: AssessedIdentity): void;
}

const batchSize = 50;
const pauseMs = 1000;
/** So long is a user's key left alone after a failure. */
const retryAfterMs = 10 * 60 * 1000;

/**
 * Confers in batches and with pauses, each user and key once a session. Left out are the own user, those about whom something could
 * not be read, since that may be a withdrawal and the signature is for ever, and keys that were withdrawn from.
 *
 * Never asks the user for anything: without the private key on this device it fails, and `verifyNatively` can ask.
 */
export function createConferrer(session: Session, events: ConferrerEvents): Conferrer {
  const own = ownUserId(session.client);
  const waiting = new Map<string, AssessedIdentity>();
  /** Until when a user's key is left alone. */
  const settledUntil = new Map<string, number>();
  let isRunning = false;

  async function run(): Promise<void> {
    const { wait = waitMs } = session.httpOptions;
    const { signal } = session.closing;
    isRunning = true;
    try {
      for (let batch = takeBatch(waiting); batch.length > 0; batch = takeBatch(waiting)) {
        await conferBatch(batch);
        if (waiting.size > 0) await wait(pauseMs, signal);
      }
    } finally {
      isRunning = false;
    }
  }

  /** What fails for one batch as a whole fails for those that wait too: they are told of together. */
  async function conferBatch(batch: readonly AssessedIdentity[]): Promise<void> {
    try {
      const allowed = (await notWithdrawn(session, batch)).filter(isStillMeant);
      const outcomes = allowed.length > 0 ? await confer(session, allowed, false, callContext(session)) : [];
      for (const [userId, { conferral, error }] of outcomes) {
        if (error)
          fail(
            batch.filter(({ identity }) => identity.userId === userId),
            error,
          );
        if (conferral) events.conferred(conferral);
      }
    } catch (error) {
      fail([...batch, ...waiting.values()], error);
      waiting.clear();
    }
  }

  /** Whoever was trusted under other settings waits for the next assessment. */
  function isStillMeant(one: AssessedIdentity): boolean {
    const isMeant = one.isCurrent();
    if (!isMeant) settledUntil.delete(nameOf(one));
    return isMeant;
  }

  function fail(those: readonly AssessedIdentity[], cause: unknown): void {
    if (session.closing.signal.aborted) return;
    for (const one of those) settledUntil.set(nameOf(one), one.assessment.checkedAt + retryAfterMs);
    const error =
      cause instanceof CountersignError
        ? cause
        : new CountersignError("ERR_NATIVE_FAILED", "verifying natively failed", { cause });
    events.failed({ userIds: those.map(({ identity }) => identity.userId), error });
  }

  return {
    consider(one) {
      const { userId, checkedAt, problems } = one.assessment;
      waiting.delete(userId);
      if (userId === own || problems.length > 0 || !assuredKey(one, checkedAt)) return;
      const name = nameOf(one);
      if (checkedAt < (settledUntil.get(name) ?? 0)) return;
      settledUntil.set(name, Number.POSITIVE_INFINITY);
      waiting.set(userId, one);
      if (!isRunning) void run().catch(() => undefined);
    },
  };
}

function takeBatch(waiting: Map<string, AssessedIdentity>): AssessedIdentity[] {
  const batch = [...waiting.values()].slice(0, batchSize);
  for (const { identity } of batch) waiting.delete(identity.userId);
  return batch;
}

async function notWithdrawn({ store }: Session, batch: readonly AssessedIdentity[]): Promise<AssessedIdentity[]> {
  const withdrawn = (await store.conferrals()).filter(({ withdrawnAt }) => withdrawnAt !== undefined);
  const names = new Set(withdrawn.map(({ userId, masterKey }) => `${userId} ${masterKey}`));
  return batch.filter((one) => !names.has(nameOf(one)));
}

function nameOf({ assessment }: AssessedIdentity): string {
  return `${assessment.userId} ${assessment.masterKey}`;
}
