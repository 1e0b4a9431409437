import type { OwnMasterKey } from "../../matrix/own-identity.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import type { IdentityProblem, SeenSignature } from "../../model/identity.js";
import type { Verdict } from "../../model/report.js";
import { sameSignature } from "../../model/same-signature.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import { readingContext, readingSources } from "../reading-setup.js";
import type { Session } from "../session.js";
import { verifySignature } from "../verify-signature.js";

/** An own signature, and what verification says of it. */
export interface FoundSignature {
  readonly signature: SeenSignature;
  readonly verdict: Verdict;
}

/** What waits to be published under the key ID: some of it may have been sent already. */
export async function pendingOf(
  { store }: Session,
  { masterKey, signature, userId }: OutboxEntry,
): Promise<OutboxEntry[]> {
  return (await store.outbox()).filter(
    (other) =>
      other.action === "publish" &&
      other.userId === userId &&
      other.masterKey === masterKey &&
      other.signature.keyId === signature.keyId,
  );
}

/** Every own signature that any place serves, and those that were sent and may be served yet, verified. */
export async function findOwn(
  session: Session,
  own: OwnMasterKey,
  rooms: readonly string[],
  pending: readonly OutboxEntry[],
  context: RouteContext,
): Promise<{ readonly found: FoundSignature[]; readonly isWhole: boolean }> {
  const { fetchIdentities } = await import("../reader-side.js");
  const sources = { ...readingSources(session), rooms, fresh: true };
  const { userId } = own.signable;
  const identity = (await fetchIdentities([userId], sources, readingContext(session, context.signal))).get(userId);
  const served = identity?.signatures ?? [];
  const sent = pending.filter(
    ({ attempts, signature }) => attempts > 0 && !served.some((one) => sameSignature(one, signature)),
  );
  const { registry, now } = session;
  const found = [...served, ...sent.map(({ signature }): SeenSignature => ({ ...signature, seenIn: [] }))].map(
    async (signature) => ({
      signature,
      verdict: await verifySignature(signature, own.signable, { registry, now: now(), signal: context.signal }),
    }),
  );
  const isWhole = !(identity?.problems ?? []).some((problem) => unread.has(problem));
  return { found: await Promise.all(found), isWhole };
}

/** Where one of these is said, a place may hold what was not read. */
const unread: ReadonlySet<IdentityProblem> = new Set<IdentityProblem>(["manifest-unavailable", "room-unavailable"]);

/** Whether it is the same signature under another name: by the key and the value that were verified. */
export function isCopyOf(
  { verdict: { signer, valueHash } }: FoundSignature,
  { verdict: other }: FoundSignature,
): boolean {
  return (
    signer !== undefined &&
    valueHash !== undefined &&
    signer.keyHash === other.signer?.keyHash &&
    valueHash === other.valueHash
  );
}

/** Whether it is another valid signature of a key that made one of these. */
export function isBySameKey({ verdict }: FoundSignature, targets: readonly FoundSignature[]): boolean {
  const keyHash = verdict.status === "valid" ? verdict.signer?.keyHash : undefined;
  return keyHash !== undefined && targets.some((target) => target.verdict.signer?.keyHash === keyHash);
}
