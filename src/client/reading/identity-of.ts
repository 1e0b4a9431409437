import type { QueriedKeys } from "../../matrix/key-query.js";
import { externalSignatures } from "../../model/external-signature.js";
import type { IdentityProblem, SignedIdentity } from "../../model/identity.js";
import { heldBy } from "../../model/manifest/judge-manifests.js";
import { publicSignatures } from "../../model/public-signature.js";
import { mergeSignatures } from "./merge-signatures.js";
import type { ReadManifests } from "./read-manifests.js";

/** More signatures of one user than this are not listed. */
const maxListed = 1024;

/**
 * One user as all places have them.
 *
 * @param manifests absent for a user without a master key
 * @param readingProblems what was wrong with the rooms, or for everybody: signatures of anybody may be missing
 * @param vouchingUsers whose vouching is considered: of nobody else's anything is kept
 * @param fetchedAt milliseconds since 1970
 */
export function identityOf(
  userId: string,
  { masterKey, publicUserKeys, problem }: QueriedKeys,
  manifests: ReadManifests | undefined,
  readingProblems: readonly IdentityProblem[],
  vouchingUsers: ReadonlySet<string>,
  fetchedAt: number,
): SignedIdentity {
  if (!masterKey || !manifests) {
    return { userId, signatures: [], withdrawn: [], problems: unique([problem, ...readingProblems]), fetchedAt };
  }
  const { judged } = manifests;
  const onKey = externalSignatures(masterKey.object, userId).map((signature) => ({
    signature,
    place: "master-key" as const,
    manifests: heldBy(signature, judged),
  }));
  const signatures = mergeSignatures([...onKey, ...judged.signatures]);
  const tooMany = signatures.length > maxListed ? ("too-many-signatures" as const) : undefined;
  const others = [...vouchingUsers].filter((other) => other !== userId);
  const publicly = publicSignatures(masterKey.object, others);
  return {
    userId,
    masterKey: masterKey.signable,
    signatures: signatures.slice(0, maxListed),
    ...(publicUserKeys && vouchingUsers.has(userId) && { publicUserKeys }),
    ...(publicly.length > 0 && { publicSignatures: publicly }),
    withdrawn: judged.withdrawn,
    problems: unique([...judged.problems, manifests.problem, ...readingProblems, tooMany]),
    fetchedAt,
  };
}

function unique(problems: readonly (IdentityProblem | undefined)[]): IdentityProblem[] {
  return [...new Set(problems)].filter((problem) => problem !== undefined);
}
