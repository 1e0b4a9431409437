import type { TrustDecision, TrustSettings } from "../model/trust-policy.js";
import { isUserId } from "../model/user-id.js";
import { invalidAnchor } from "./anchors/invalid-anchor.js";
import { assertMembers, isMilliseconds, isText, listOf } from "./anchors/members.js";
import { type ReadAnchor, readAnchors } from "./anchors/read-anchors.js";
import { type ReadPolicy, readPolicy } from "./policy/read-policy.js";

/** An anchor together with the names that it gives one of its keys. */
export interface AnchoredKey {
  readonly anchor: ReadAnchor;
  readonly names: readonly string[];
}

/** Anchors, policy and decisions, checked and ready to be asked about many users. */
export interface Trust {
  /** In the order of their IDs. */
  readonly anchors: readonly ReadAnchor[];
  /** By fingerprint, as `normalFingerprint` writes it. */
  readonly byFingerprint: ReadonlyMap<string, readonly AnchoredKey[]>;
  /** By an authority's key and name, as `authorityName` joins them. */
  readonly byAuthority: ReadonlyMap<string, readonly AnchoredKey[]>;
  /** Those that let others speak: under `scope` whoever they introduce, else whose names they certify. */
  readonly introducing: readonly ReadAnchor[];
  readonly exclusive: readonly ReadAnchor[];
  readonly policy: ReadPolicy;
  /** What stands, by user ID and master key as {@link decisionKey} joins them. */
  readonly decisions: ReadonlyMap<string, "accept" | "deny">;
}

/**
 * Checks settings and makes them ready to be asked. Asks nobody; a certificate that stands for a key is not verified, only hashed.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`: see `readAnchors` and `readPolicy`
 */
export async function readTrust(settings: Omit<TrustSettings, "version">): Promise<Trust> {
  const anchors = (await readAnchors(settings.anchors)).sort((a, b) => (a.id < b.id ? -1 : 1));
  const byFingerprint = new Map<string, AnchoredKey[]>();
  const byAuthority = new Map<string, AnchoredKey[]>();
  for (const anchor of anchors) {
    for (const key of anchor.keys) {
      if ("authority" in key) append(byAuthority, key.authority, { anchor, names: [] });
      else append(byFingerprint, key.fingerprint, { anchor, names: key.names });
    }
  }
  return {
    anchors,
    byFingerprint,
    byAuthority,
    introducing: anchors.filter(({ depth = 0 }) => depth > 0),
    exclusive: anchors.filter(({ exclusive }) => exclusive),
    policy: readPolicy(settings.policy, new Set(anchors.map(({ id }) => id))),
    decisions: readDecisions(settings.decisions),
  };
}

/** A user and one of their master keys as one text. */
export function decisionKey(userId: string, masterKey: string): string {
  return `${masterKey} ${userId}`;
}

/** Of two decisions about one key that both stand, a deny counts. */
function readDecisions(decisions: readonly TrustDecision[] | undefined): Map<string, "accept" | "deny"> {
  const standing = new Map<string, "accept" | "deny">();
  for (const value of listOf(decisions)) {
    const entry = assertMembers(value, ["userId", "masterKey", "decision", "decidedAt", "withdrawnAt"]);
    const { userId, masterKey, decision, decidedAt, withdrawnAt } = entry;
    const isTimed = isMilliseconds(decidedAt) && (withdrawnAt === undefined || isMilliseconds(withdrawnAt));
    if (!isText(userId) || !isUserId(userId) || !isText(masterKey) || !isTimed) throw invalidAnchor("decisions");
    if (decision !== "accept" && decision !== "deny") throw invalidAnchor("decisions to accept or to deny");
    if (withdrawnAt !== undefined) continue;
    const key = decisionKey(userId, masterKey);
    if (standing.get(key) !== "deny") standing.set(key, decision);
  }
  return standing;
}

function append(map: Map<string, AnchoredKey[]>, key: string, value: AnchoredKey): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
