import type { Verdict } from "../model/report.js";

/** @throws Error where `condition` does not hold; `expected` says what should have been, and of what */
export function expectThat(condition: boolean, expected: string): asserts condition {
  if (!condition) throw new Error(`expected ${expected}`);
}

/** @throws Error for a verdict that convinces */
export function expectNotValid(verdict: Verdict, what: string): void {
  expectThat(verdict.status !== "valid", `no valid signature in ${what}, got ${wordsOf(verdict)}`);
}

/** @throws Error for a verdict that does not convince */
export function expectValid(verdict: Verdict, what: string): void {
  expectThat(verdict.status === "valid", `${what} to be valid, got ${wordsOf(verdict)}`);
}

/** @throws Error for a verdict that convinces of anything but `right` */
export function expectNothingElse(verdict: Verdict, right: Verdict, what: string): void {
  const isSame = verdict.status !== "valid" || evidenceOf(verdict) === evidenceOf(right);
  expectThat(isSame, `${what} to be refused or to say the same, got ${evidenceOf(verdict)} for ${evidenceOf(right)}`);
}

/** Everything that a verdict says, as comparable text. */
export function textOf(verdict: Verdict): string {
  return `${evidenceOf(verdict)} ${verdict.valueHash ?? ""}`;
}

/** Everything that a verdict says but which spelling of the signature it was. */
export function evidenceOf(verdict: Verdict): string {
  const { status, code, signer, createdAt, expiresAt, validFrom, validUntil } = verdict;
  const by = signer && [signer.fingerprint, signer.signingKey, signer.keyHash, signer.names];
  return JSON.stringify([status, code, by, createdAt, expiresAt, validFrom, validUntil]);
}

/** Status and code. */
export function wordsOf({ status, code }: Verdict): string {
  return `${status} (${code})`;
}
