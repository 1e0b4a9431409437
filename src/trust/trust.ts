import type { TrustSettings } from "../model/trust-policy.js";
import { anchorsByServer } from "./anchors/anchors-by-server.js";
import { type ReadAnchor, readAnchors } from "./anchors/read-anchors.js";
import { readDecisions, type StandingDecision } from "./policy/read-decisions.js";
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
  /** Those whose scope could hold somebody of a server, in no particular order. */
  readonly anchorsFor: (server: string) => readonly ReadAnchor[];
  /** By fingerprint, as `normalFingerprint` writes it. */
  readonly byFingerprint: ReadonlyMap<string, readonly AnchoredKey[]>;
  /**
   * By the SHA-256 of a certificate, lower-case hexadecimal: only keys without names, as one that the reader gave names to is theirs who are
   * named, whatever it certifies.
   */
  readonly byCertificate: ReadonlyMap<string, readonly AnchoredKey[]>;
  /** By an authority's key and name, as `authorityName` joins them. */
  readonly byAuthority: ReadonlyMap<string, readonly AnchoredKey[]>;
  /** Those that let others speak: under `scope` whoever they introduce, else whose names they certify. */
  readonly introducing: readonly ReadAnchor[];
  readonly exclusive: readonly ReadAnchor[];
  readonly policy: ReadPolicy;
  /** What stands, by user ID and master key as {@link decisionKey} joins them. */
  readonly decisions: ReadonlyMap<string, StandingDecision>;
}

/**
 * Checks settings and makes them ready to be asked. Asks nobody; a certificate that stands for a key is not verified, only hashed.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID`, `ERR_POLICY_INVALID`: see `readAnchors` and `readPolicy`
 */
export async function readTrust(settings: Omit<TrustSettings, "version">): Promise<Trust> {
  const decisions = readDecisions(settings.decisions);
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
    anchorsFor: anchorsByServer(anchors),
    byFingerprint,
    byCertificate: certificatesAmong(byFingerprint),
    byAuthority,
    introducing: anchors.filter(({ depth = 0 }) => depth > 0),
    exclusive: anchors.filter(({ exclusive }) => exclusive),
    policy: readPolicy(settings.policy, new Set(anchors.map(({ id }) => id))),
    decisions,
  };
}

function certificatesAmong(byFingerprint: ReadonlyMap<string, readonly AnchoredKey[]>): Trust["byCertificate"] {
  const certificates = [...byFingerprint].filter(([fingerprint]) => fingerprint.length === 64);
  return new Map(
    certificates.map(([fingerprint, keys]) => [
      fingerprint.toLowerCase(),
      keys.filter(({ names }) => names.length === 0),
    ]),
  );
}

function append(map: Map<string, AnchoredKey[]>, key: string, value: AnchoredKey): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
