import type { SignatureReport } from "../../src/model/report.js";
import type { TrustContextInput } from "../../src/trust/context.js";
import { assessIdentity, readTrust, type TrustAnchor, type TrustPolicy, trustContext } from "../../src/trust/index.js";

/** The time that {@link levelOf} assesses at, milliseconds since 1970. */
export const reportNow: number = Date.UTC(2026, 5, 1);
export const alice = "@alice:example.org";

/** A valid report on Alice's master key by the key of this fingerprint, OpenPGP unless `more` says otherwise. */
export function plainReport(fingerprint: string, more: Partial<SignatureReport> = {}): SignatureReport {
  const algorithm = more.algorithm ?? "org.openpgp.signature";
  return {
    keyId: `custom:${algorithm}:${fingerprint}`,
    algorithm,
    userId: alice,
    purpose: "master-key",
    object: "the key",
    status: "valid",
    code: "valid",
    signer: { fingerprint, keyHash: `hash of ${fingerprint}`, names: [] },
    ...more,
  };
}

/** An OpenPGP anchor for everybody of Alice's server, unless `more` says otherwise. */
export function serverAnchor(id: string, key: TrustAnchor["key"], more: Partial<TrustAnchor> = {}): TrustAnchor {
  return {
    id,
    algorithm: "org.openpgp.signature",
    key,
    speaksFor: "scope",
    scope: { servers: ["example.org"] },
    ...more,
  };
}

/** What a reader with these anchors makes of Alice. */
export async function levelOf(
  reports: readonly SignatureReport[],
  anchors: readonly TrustAnchor[],
  { policy, ...more }: Partial<Omit<TrustContextInput, "trust">> & { readonly policy?: TrustPolicy } = {},
): Promise<string> {
  const masterKey = {
    purpose: "master-key",
    userId: alice,
    bytes: new TextEncoder().encode("the key"),
    publicKey: "master",
  } as const;
  const trust = await readTrust({ anchors, ...(policy && { policy }) });
  const identity = { userId: alice, masterKey, signatures: [], withdrawn: [], problems: [], fetchedAt: reportNow };
  return assessIdentity({ identity, reports }, trustContext({ trust, now: reportNow, ...more })).level;
}
