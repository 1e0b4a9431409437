import { edwardsKeyInfo } from "../../algorithms/shared/subject-public-key-info.js";
import { decodeBase64 } from "../../encoding/base64.js";
import { decodeUtf8, sha256, toHex } from "../../encoding/bytes.js";
import type { SignedIdentity } from "../../model/identity.js";
import { isSignedBy } from "../../model/matrix-signature.js";
import type { PublicSignature } from "../../model/public-signature.js";
import type { SignatureReport } from "../../model/report.js";
import type { SignableObject } from "../../model/signable.js";
import type { VouchingUser } from "../../trust/vouching-users.js";

/**
 * The verdicts on what vouching users signed of a master key in Matrix's own form (MSC2882). Only signatures by their verified
 * `public-user` keys have one; what any of them is worth is not looked at. Such a signature says no time.
 */
export async function publicReports(
  { masterKey, publicSignatures = [] }: SignedIdentity,
  users: readonly VouchingUser[],
): Promise<SignatureReport[]> {
  if (!masterKey || publicSignatures.length === 0) return [];
  const keys = new Map(users.map(({ identity, publicUserKeys }) => [identity.userId, publicUserKeys]));
  const byThem = publicSignatures.filter(({ signer, publicKey }) => keys.get(signer)?.includes(publicKey));
  return Promise.all(byThem.map((signature) => reportOn(signature, masterKey)));
}

async function reportOn({ publicKey, value }: PublicSignature, masterKey: SignableObject): Promise<SignatureReport> {
  const object = decodeUtf8(masterKey.bytes);
  const about = {
    keyId: `ed25519:${publicKey}`,
    algorithm: "org.matrix.msc2882",
    userId: masterKey.userId,
    purpose: masterKey.purpose,
    ...(object !== undefined && { object }),
    seenIn: ["master-key"],
  } as const;
  if (!(await isSignedBy(publicKey, value, masterKey.bytes))) {
    return { ...about, status: "invalid", code: "bad-signature" };
  }
  const keyHash = toHex(await sha256(edwardsKeyInfo("ed25519", decodeBase64(publicKey))));
  const valueHash = toHex(await sha256(decodeBase64(value)));
  return {
    ...about,
    status: "valid",
    code: "valid",
    signer: { fingerprint: publicKey, keyHash, names: [] },
    valueHash,
  };
}
