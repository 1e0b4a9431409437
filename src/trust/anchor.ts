import { CountersignError } from "../errors.js";
import { isUserId, serverNameOf } from "../model/user-id.js";

/** For whom an anchor may speak: a user in either list, and nobody else. */
export interface AnchorScope {
  /** Exact user IDs. */
  readonly users?: readonly string[];
  /** Exact server names, port included: everybody of that server. */
  readonly servers?: readonly string[];
}

/** A key whose signature on a master key convinces this reader, for the users in its scope. */
export interface TrustAnchor {
  /** Names the anchor in assessments; unique. */
  readonly id: string;
  /** For people. */
  readonly label?: string;
  /** Algorithm identifier, such as `org.openpgp.signature`. */
  readonly algorithm: string;
  /** Fingerprint as the algorithm reports it; white space and the case of 40 or 64 hexadecimal digits do not matter. */
  readonly key: string;
  /** Whom it may speak for. An empty scope is nobody. */
  readonly scope: AnchorScope;
  /** Whether a key that came with the signature is enough, though nobody could tell of its revocation. Default `false`. */
  readonly acceptUnconfirmed?: boolean;
}

const wildcard = /[*?]/;
const hexDigits = /^(?:0x)?[0-9a-f]+$/i;
const hexFingerprint = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/**
 * Checks anchors and brings their keys into the form that verdicts use.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID` for a missing or an unknown member, a part of a fingerprint, two anchors of one `id`, or a scope entry that is
 *   no user ID or no server name (a pattern, for one)
 */
export function readAnchors(anchors: readonly TrustAnchor[]): TrustAnchor[] {
  const ids = new Set<string>();
  return anchors.map((anchor) => {
    assertMembers(anchor, ["id", "label", "algorithm", "key", "scope", "acceptUnconfirmed"]);
    const key = isText(anchor.key) ? normalizeKey(anchor.key) : "";
    if (hexDigits.test(key) && !hexFingerprint.test(key)) throw invalid("a whole fingerprint of 40 or 64 digits");
    if (!isText(anchor.id) || !isText(anchor.algorithm) || key === "") throw invalid("id, algorithm and key");
    if (ids.has(anchor.id)) throw invalid("each anchor under an id of its own");
    ids.add(anchor.id);
    assertMembers(anchor.scope, ["users", "servers"]);
    const { users = [], servers = [] } = anchor.scope;
    if (!isListOf(users, isExactUserId)) throw invalid("exact user IDs in the scope");
    if (!isListOf(servers, isServerName)) throw invalid("exact server names in the scope");
    return { ...anchor, key, scope: { users: [...users], servers: [...servers] } };
  });
}

/** Whether `anchor` may speak for `userId`: by exact ID, or by everything behind the first colon. */
export function speaksFor(anchor: TrustAnchor, userId: string): boolean {
  if (!isUserId(userId)) return false;
  const server = serverNameOf(userId);
  return (anchor.scope.users ?? []).includes(userId) || (anchor.scope.servers ?? []).includes(server);
}

/** Whether a signer's fingerprint is the one that `anchor`, as {@link readAnchors} returned it, names. */
export function isFingerprintOf(anchor: TrustAnchor, fingerprint: string | undefined): boolean {
  return fingerprint !== undefined && upperCaseHex(fingerprint) === anchor.key;
}

function normalizeKey(key: string): string {
  return upperCaseHex(key.replace(/\s+/g, ""));
}

function upperCaseHex(key: string): string {
  return hexFingerprint.test(key) ? key.toUpperCase() : key;
}

/** A member that is not understood could be a limit, so the anchor that carries it is refused. */
function assertMembers(value: unknown, known: readonly string[]): void {
  if (typeof value !== "object" || value === null || !Object.keys(value).every((name) => known.includes(name))) {
    throw invalid("anchors and scopes with their documented members");
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isListOf(list: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(isEntry);
}

function isExactUserId(value: unknown): boolean {
  return isText(value) && isUserId(value) && !wildcard.test(value);
}

function isServerName(value: unknown): boolean {
  return isText(value) && !/[@/\s]/.test(value) && !wildcard.test(value);
}

function invalid(expected: string): CountersignError {
  return new CountersignError("ERR_ANCHOR_INVALID", `expected ${expected}, got something else`);
}
