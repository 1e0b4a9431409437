import type { Certificate } from "./certificate.js";
import type { DistinguishedName } from "./distinguished-name.js";
import { comparableNames, type DistributionPoint } from "./distribution-point.js";
import { isCertifiedSigner } from "./list-signer.js";
import type { RevocationQuestion } from "./revocation.js";
import { entryKey, type RevokedEntry } from "./revocation-entries.js";
import type { RevocationList } from "./revocation-list.js";
import { statusOfRevocation } from "./revocation-reason.js";
import type { RevocationFinding } from "./revocation-types.js";

/** Bits of ReasonFlags that a list can be about: keyCompromise to aACompromise (RFC 5280 §4.2.1.13). */
const allReasons: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8];
const removedFromList = 8;

/**
 * What the revocation lists in the evidence say about one certificate (RFC 5280 §6.3.3), complete, delta and indirect ones.
 *
 * `good` only where lists that are good now cover every reason between them. A certificate that points to delta lists
 * (freshestCRL) is not good without one.
 */
export async function findByLists(question: RevocationQuestion): Promise<RevocationFinding[]> {
  const { certificate, request } = question;
  const now = request.now ?? request.at;
  const findings: RevocationFinding[] = [];
  const used: ApplicableList[] = [];
  for (const { list, reasons } of await applicableLists(question)) {
    const delta = await findDelta(list, question);
    const isCurrent = isGoodAt(list, now);
    const entry = entryOf(list, delta, certificate);
    const about = { certificate: certificate.sha256, source: "crl" as const, ...datesOf(delta ?? list) };
    if (entry) {
      findings.push({ ...about, ...entry, status: statusOfRevocation(entry, request.at, isCurrent) });
      continue;
    }
    if (!isCurrent || (certificate.extensions.hasFreshestCrl && !delta)) {
      findings.push({ ...about, status: "unknown" });
      continue;
    }
    used.push({ list, reasons });
  }
  const thisUpdate = coveredSince(used);
  if (thisUpdate !== undefined) {
    const nextUpdate = Math.min(...used.map(({ list }) => endOf(list)));
    findings.push({ certificate: certificate.sha256, source: "crl", thisUpdate, nextUpdate, status: "good" });
  }
  return findings;
}

/** From when on lists between them cover every reason; `undefined` where they do not. */
function coveredSince(lists: readonly ApplicableList[]): number | undefined {
  const covered = new Set<number>();
  for (const { list, reasons } of [...lists].sort((a, b) => a.list.thisUpdate - b.list.thisUpdate)) {
    for (const reason of reasons) covered.add(reason);
    if (allReasons.every((reason) => covered.has(reason))) return list.thisUpdate;
  }
  return undefined;
}

interface ApplicableList {
  readonly list: RevocationList;
  /** For which reasons it would list the certificate. */
  readonly reasons: readonly number[];
}

async function applicableLists(question: RevocationQuestion): Promise<ApplicableList[]> {
  const { certificate, evidence } = question;
  // Without a distribution point, and beside them, the issuer's own list (RFC 5280 §6.3.3, at the end).
  const points: readonly DistributionPoint[] = [
    ...certificate.extensions.crlDistributionPoints,
    { name: { fullName: [{ form: "directoryName", name: certificate.issuer }] } },
  ];
  const issuers = new Set(points.flatMap((point) => issuersOf(point, certificate).map(({ comparable }) => comparable)));
  const lists = [...issuers].flatMap((issuer) => evidence.listsOf(issuer)).filter(({ baseNumber }) => !baseNumber);
  const found: ApplicableList[] = [];
  for (const list of lists) {
    const matching = points.filter((point) => isInScope(list, point, certificate));
    if (matching.length === 0 || !(await isCertifiedSigner(list, question))) continue;
    found.push({ list, reasons: allReasons.filter((reason) => matching.some((point) => covers(list, point, reason))) });
  }
  return found;
}

/** Who signs the list that a distribution point is about. */
function issuersOf({ crlIssuer }: DistributionPoint, { issuer }: Certificate): DistinguishedName[] {
  if (!crlIssuer) return [issuer];
  return crlIssuer.flatMap((name) => (name.form === "directoryName" ? [name.name] : []));
}

/** §6.3.3 (b). */
function isInScope(list: RevocationList, point: DistributionPoint, certificate: Certificate): boolean {
  const { distribution, issuer, hasUnknownCritical } = list;
  if (hasUnknownCritical) return false;
  if (!issuersOf(point, certificate).some(({ comparable }) => comparable === issuer.comparable)) return false;
  if (point.crlIssuer && !distribution?.isIndirect) return false;
  if (!distribution) return true;
  const { name, onlyUsers, onlyAuthorities, onlyAttributes } = distribution;
  const isAuthority = certificate.extensions.basicConstraints?.isAuthority ?? false;
  if (onlyAttributes || (onlyUsers && isAuthority) || (onlyAuthorities && !isAuthority)) return false;
  if (!name) return true;
  const expected = point.name
    ? comparableNames(point.name, issuer)
    : comparableNames({ fullName: point.crlIssuer ?? [] }, issuer);
  const own = new Set(comparableNames(name, issuer));
  return expected.some((text) => own.has(text));
}

function covers({ distribution }: RevocationList, { reasons }: DistributionPoint, reason: number): boolean {
  return (distribution?.reasons?.has(reason) ?? true) && (reasons?.has(reason) ?? true);
}

/** The newest delta list that continues a complete one, good now, of the same issuer and scope (§5.2.4, §6.3.3 (c)). */
async function findDelta(list: RevocationList, question: RevocationQuestion): Promise<RevocationList | undefined> {
  const { number, distribution, issuer } = list;
  const now = question.request.now ?? question.request.at;
  if (!number) return undefined;
  const scope = String(distribution?.octets);
  const deltas = question.evidence
    .listsOf(issuer.comparable)
    .flatMap((delta) => (delta.baseNumber && delta.number ? [{ delta, from: delta.baseNumber, to: delta.number }] : []))
    .filter(({ from, to }) => compareNumbers(from, number) <= 0 && compareNumbers(number, to) <= 0)
    .filter(({ delta }) => !delta.hasUnknownCritical && isGoodAt(delta, now))
    .filter(({ delta }) => String(delta.distribution?.octets) === scope)
    .sort((a, b) => compareNumbers(b.to, a.to));
  for (const { delta } of deltas) if (await isCertifiedSigner(delta, question)) return delta;
  return undefined;
}

/** Positive INTEGERs in their shortest form: the longer one is the larger one. */
function compareNumbers(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  const index = a.findIndex((octet, position) => octet !== b[position]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}

function entryOf(
  list: RevocationList,
  delta: RevocationList | undefined,
  { issuer, serialNumber }: Certificate,
): RevokedEntry | undefined {
  const key = entryKey(issuer, serialNumber);
  const changed = delta?.entries.get(key);
  if (changed?.reason === removedFromList) return undefined;
  return changed ?? list.entries.get(key);
}

function isGoodAt({ thisUpdate, nextUpdate }: RevocationList, now: number): boolean {
  return thisUpdate <= now && nextUpdate !== undefined && now < nextUpdate;
}

function datesOf({ thisUpdate, nextUpdate }: RevocationList): Pick<RevocationFinding, "thisUpdate" | "nextUpdate"> {
  return { thisUpdate, ...(nextUpdate !== undefined && { nextUpdate }) };
}

function endOf({ nextUpdate }: RevocationList): number {
  return nextUpdate ?? 0;
}
