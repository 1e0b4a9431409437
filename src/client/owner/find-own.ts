import type { OwnMasterKey } from "../../matrix/own-identity.js";
import type { ManifestPlace } from "../../matrix/routes/manifest-place.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import { type ExternalSignature, externalSignatures } from "../../model/external-signature.js";
import type { Place, SeenSignature } from "../../model/identity.js";
import type { Withdrawal } from "../../model/manifest/manifest.js";
import type { Verdict } from "../../model/report.js";
import { sameSignature } from "../../model/same-signature.js";
import type { OutboxEntry } from "../../store/signature-store.js";
import { mergeSignatures } from "../reading/merge-signatures.js";
import type { Session } from "../session.js";
import { verifySignature } from "../verify-signature.js";
import { readCopies } from "./own-copies.js";
import { ownSignatureId } from "./own-signature.js";

/** An own signature, and what verification says of it. */
export interface FoundSignature {
  readonly signature: SeenSignature;
  readonly verdict: Verdict;
}

/** What waited to be published under the key ID when it was withdrawn: some of it may have been sent already. */
export async function pendingOf(
  { store }: Session,
  { masterKey, signature, userId, changedAt }: OutboxEntry,
): Promise<OutboxEntry[]> {
  return (await store.outbox()).filter(
    (other) =>
      other.action === "publish" &&
      other.userId === userId &&
      other.masterKey === masterKey &&
      other.signature.keyId === signature.keyId &&
      other.changedAt < changedAt,
  );
}

/** What there is of own signatures, and what was taken back before. */
export interface FoundOwn {
  readonly found: FoundSignature[];
  readonly withdrawn: readonly Withdrawal[];
  /** Whether every place could be read. */
  readonly isWhole: boolean;
}

/**
 * Every own signature that any place serves, that stands in a manifest seen before, since a server may hide what it shows to others,
 * and that was sent and may be served yet: verified.
 */
export async function findOwn(
  session: Session,
  own: OwnMasterKey,
  places: readonly ManifestPlace[],
  pending: readonly OutboxEntry[],
  context: RouteContext,
): Promise<FoundOwn> {
  const { userId } = own.signable;
  const onKey = externalSignatures(own.served, userId).map((signature) => foundIn("master-key", signature));
  const { copies, isWhole } = await readCopies(session, own, places);
  const inCopies = copies.flatMap(({ place, manifest }) =>
    manifest.external.map((signature) => foundIn(place, signature)),
  );
  const served = mergeSignatures([...onKey, ...inCopies]);
  const sent = pending
    .filter(({ attempts, signature }) => attempts > 0 && !served.some((one) => sameSignature(one, signature)))
    .map(({ signature }): SeenSignature => ({ ...signature, seenIn: [] }));
  const found = await Promise.all(
    [...served, ...sent].map(async (signature) => ({
      signature,
      verdict: await verdictOn(signature, session, own, context),
    })),
  );
  return { found, withdrawn: copies.flatMap(({ manifest }) => manifest.withdrawn), isWhole };
}

/** What `accept` found holds: its key may have come with the tool's output alone. */
function verdictOn(
  signature: SeenSignature,
  { accepted, registry, now }: Session,
  own: OwnMasterKey,
  { signal }: RouteContext,
): Verdict | Promise<Verdict> {
  const known = accepted.get(ownSignatureId({ ...signature, masterKey: own.publicKey }) ?? "");
  return known ?? verifySignature(signature, own.signable, { registry, now: now(), signal });
}

function foundIn(place: Place, signature: ExternalSignature) {
  return { place, signature, manifests: [] };
}

/** Whether it hangs on the master key and no manifest holds anything under its key ID. */
export function isOnKeyAlone({ signature }: FoundSignature, _index: number, found: readonly FoundSignature[]): boolean {
  return found.every(
    (other) =>
      other.signature.keyId !== signature.keyId || other.signature.seenIn.every((place) => place === "master-key"),
  );
}

/** Whether one of these withdrawals takes it back. */
export function isTakenBack({ verdict }: FoundSignature, withdrawn: readonly Withdrawal[]): boolean {
  return withdrawn.some(
    ({ key, value }) => key === verdict.signer?.keyHash && (value === undefined || value === verdict.valueHash),
  );
}

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
