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
export function evidenceOf({ valueHash: _valueHash, signer, ...rest }: Verdict): string {
  return JSON.stringify([sorted(rest), signer && sorted(signer)]);
}

function sorted(members: object): [name: string, value: unknown][] {
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return present.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Status and code. */
export function wordsOf({ status, code }: Verdict): string {
  return `${status} (${code})`;
}
