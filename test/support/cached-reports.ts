import type { CachedField, SeenManifest } from "matrix-countersign";
import type { CachedReport, OutboxEntry } from "matrix-countersign/store";

/** A moment in the sample records' life, milliseconds since 1970. */
export const sampleNow = 1_795_324_800_000;

/** The cache key of sample report `index`: 64 hexadecimal digits, spread as a digest would be. */
export function sampleKey(index: number): string {
  let state = index + 1;
  let key = "";
  while (key.length < 64) {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39;
    key += ((state ^ (state >>> 12)) >>> 0).toString(16).padStart(8, "0");
  }
  return key;
}

/** A report as a reader of one OpenPGP signature caches it, stored at {@link sampleNow} and fresh for an hour. */
export function sampleReport(index: number, changes: Partial<CachedReport> = {}): CachedReport {
  return {
    cacheKey: sampleKey(index),
    userId: `@user${index}:example.org`,
    verdict: {
      status: "valid",
      code: "valid",
      signer: {
        fingerprint: sampleKey(-2).slice(0, 40).toUpperCase(),
        signingKey: sampleKey(-3).slice(0, 40).toUpperCase(),
        keyHash: sampleKey(-4),
        primaryKeyHash: sampleKey(-6),
        names: ["Alice <alice@example.org>"],
      },
      createdAt: sampleNow - 1000,
      validFrom: sampleNow - 1000,
      validUntil: sampleNow + 86_400_000,
      valueHash: sampleKey(-5 - index),
      userPresent: index % 2 === 0,
    },
    storedAt: sampleNow,
    freshUntil: sampleNow + 3_600_000,
    ...changes,
  };
}

/** Sample reports `0` to `count - 1`. */
export function sampleReports(count: number, changes: Partial<CachedReport> = {}): CachedReport[] {
  return Array.from({ length: count }, (_, index) => sampleReport(index, changes));
}

/** A signature that waits to be published. */
export function sampleEntry(id: string, changes: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    id,
    userId: "@alice:example.org",
    masterKey: "ed25519:master",
    action: "publish",
    signature: { userId: "@alice:example.org", keyId: "custom:org.openpgp.signature:0123", value: "c2lnbmF0dXJl" },
    state: "waiting",
    reason: "ERR_HTTP_NETWORK",
    routes: ["profile-field", "room-state"],
    rooms: ["!room:example.org"],
    force: ["personal-data"],
    attempts: 2,
    addedAt: sampleNow,
    changedAt: sampleNow,
    ...changes,
  };
}

/** A manifest of `@user<index>:example.org` as it was seen, with `sequence` and something that makes it differ. */
export function sampleSeen(index: number, sequence: number, changes: Partial<SeenManifest> = {}): SeenManifest {
  const userId = `@user${index}:example.org`;
  const masterKey = `ed25519:${sampleKey(index).slice(0, 43)}`;
  return {
    userId,
    masterKey,
    approvedBy: "ed25519:self-signing",
    sequence,
    digest: sampleKey(index * 1000 + (sequence % 1000)),
    manifest: {
      user_id: userId,
      master_key: masterKey,
      sequence,
      external: { "custom:org.openpgp.signature:0123": sampleKey(index).repeat(20) },
      withdrawn: [{ key: sampleKey(7) }],
      signatures: { [userId]: { "ed25519:self-signing": sampleKey(9) } },
    },
    seenAt: sampleNow,
    ...changes,
  };
}

/** A profile field of `@user<index>:example.org`, fetched at {@link sampleNow} and fresh for ten minutes. */
export function sampleField(index: number, changes: Partial<CachedField> = {}): CachedField {
  const { userId, manifest } = sampleSeen(index, sampleNow);
  return { userId, field: manifest, fetchedAt: sampleNow, freshUntil: sampleNow + 600_000, ...changes };
}
