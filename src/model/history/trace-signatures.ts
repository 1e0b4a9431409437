import type { SignatureReport, SignatureStatus } from "../report.js";
import type { SignatureTrace } from "./history-entry.js";
import { maxTraces, readTrace } from "./read-entry.js";

const ranks: Readonly<Record<SignatureStatus, number>> = { valid: 0, indeterminate: 1, unsupported: 2, invalid: 3 };

/**
 * What history remembers of the signatures on a key: each once, at most 16, and of more those that are valid before all others, so
 * that a flood of worthless ones hides none. The order of the reports does not matter.
 */
export function traceSignatures(reports: readonly SignatureReport[]): SignatureTrace[] {
  const traces = new Map<string, SignatureTrace>();
  for (const report of reports) {
    const { keyId, algorithm, status, valueHash, createdAt } = report;
    const trace = readTrace({ keyId, algorithm, status, keyHash: report.signer?.keyHash, valueHash, createdAt });
    if (trace) traces.set(nameOf(trace), trace);
  }
  const sorted = [...traces].sort(
    ([a, one], [b, other]) => ranks[one.status] - ranks[other.status] || (a < b ? -1 : 1),
  );
  return sorted.slice(0, maxTraces).map(([, trace]) => trace);
}

function nameOf({ keyId, algorithm, status, keyHash, valueHash, createdAt }: SignatureTrace): string {
  return JSON.stringify([keyHash, valueHash, algorithm, keyId, status, createdAt]);
}
