import { type Certificate, isSelfIssued } from "./certificate.js";
import { oid } from "./object-identifiers.js";

/**
 * The first certificate after which no certificate policy is left although one is required, or where a mapping is not allowed;
 * `undefined` where the policies of a path are in order.
 *
 * Initial policy set any-policy, no initial flags. RFC 5280 grows a tree; whether it is empty depends only on the policies
 * at each depth and on what they expect, so that is all that is kept: nothing grows faster than the certificates.
 *
 * @param chain root first: its policies bind nobody
 * @see RFC 5280, section 6.1.2 to 6.1.5
 */
export function findPolicyFault(chain: readonly Certificate[]): Certificate | undefined {
  const certificates = chain.slice(1);
  const counters: Counters = {
    explicitPolicy: certificates.length + 1,
    policyMapping: certificates.length + 1,
    inhibitAnyPolicy: certificates.length + 1,
  };
  let policies: PolicyLevel = new Map([[oid.anyPolicy, new Set([oid.anyPolicy])]]);
  for (const [index, certificate] of certificates.entries()) {
    const isLast = index === certificates.length - 1;
    const mayBeAny = counters.inhibitAnyPolicy > 0 || (!isLast && isSelfIssued(certificate));
    policies = nextLevel(policies, certificate, mayBeAny);
    if (isLast) countDownLast(counters, certificate);
    if (counters.explicitPolicy === 0 && policies.size === 0) return certificate;
    if (isLast) break;
    if (mapsAny(certificate)) return certificate;
    mapPolicies(policies, certificate, counters.policyMapping > 0);
    countDown(counters, certificate);
  }
  return undefined;
}

interface Counters {
  explicitPolicy: number;
  policyMapping: number;
  inhibitAnyPolicy: number;
}

/** The valid policies at one depth of the tree, each with those expected below it. Empty: the tree is NULL. */
type PolicyLevel = Map<string, ReadonlySet<string>>;

/** §6.1.3 (d), (e). */
function nextLevel(above: PolicyLevel, { extensions }: Certificate, mayBeAny: boolean): PolicyLevel {
  const level: PolicyLevel = new Map();
  if (!extensions.policies) return level;
  const expected = new Set([...above.values()].flatMap((policies) => [...policies]));
  const isAnyAbove = above.has(oid.anyPolicy);
  for (const policy of extensions.policies) {
    if (policy !== oid.anyPolicy && (expected.has(policy) || isAnyAbove)) level.set(policy, new Set([policy]));
  }
  if (extensions.policies.has(oid.anyPolicy) && mayBeAny) {
    for (const policy of expected) if (!level.has(policy)) level.set(policy, new Set([policy]));
  }
  return level;
}

/** §6.1.4 (a). */
function mapsAny({ extensions }: Certificate): boolean {
  for (const [from, to] of extensions.policyMappings ?? []) {
    if (from === oid.anyPolicy || to.has(oid.anyPolicy)) return true;
  }
  return false;
}

/** §6.1.4 (b). */
function mapPolicies(level: PolicyLevel, { extensions }: Certificate, isAllowed: boolean): void {
  for (const [from, to] of extensions.policyMappings ?? []) {
    if (!isAllowed) level.delete(from);
    else if (level.has(from) || level.has(oid.anyPolicy)) level.set(from, to);
  }
}

/** §6.1.4 (h) to (j). */
function countDown(counters: Counters, certificate: Certificate): void {
  const { requireExplicitPolicy, inhibitPolicyMapping, inhibitAnyPolicy } = certificate.extensions;
  const less = isSelfIssued(certificate) ? 0 : 1;
  const next = (counter: number, limit: number | undefined): number =>
    Math.min(Math.max(0, counter - less), limit ?? Number.POSITIVE_INFINITY);
  counters.explicitPolicy = next(counters.explicitPolicy, requireExplicitPolicy);
  counters.policyMapping = next(counters.policyMapping, inhibitPolicyMapping);
  counters.inhibitAnyPolicy = next(counters.inhibitAnyPolicy, inhibitAnyPolicy);
}

/** §6.1.5 (a), (b). */
function countDownLast(counters: Counters, { extensions }: Certificate): void {
  counters.explicitPolicy = extensions.requireExplicitPolicy === 0 ? 0 : Math.max(0, counters.explicitPolicy - 1);
}
