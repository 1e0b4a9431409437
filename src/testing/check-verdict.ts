import { type ReportCode, type Signer, statusOfCode, type Verdict } from "../model/report.js";
import { expectThat } from "./expect.js";

const hash = /^[0-9a-f]{64}$/;
const clockSkewMs = 5 * 60_000;
/** What was valid once, if the verdict has an interval at all. */
const ended: ReadonlySet<ReportCode> = new Set([
  "expired",
  "key-expired",
  "cert-expired",
  "key-revoked-softly",
  "cert-revoked-softly",
]);
/** The last moment that a date can hold. */
const maxTimeMs = 8.64e15;
const times = ["createdAt", "expiresAt", "validFrom", "validUntil"] as const;

/**
 * Checks that a verdict has the form of one, whatever it says.
 *
 * @param now the time that it was asked for, milliseconds since 1970
 * @throws Error
 */
export function checkVerdict(verdict: Verdict, now: number, what: string): void {
  expectThat(typeof verdict === "object" && verdict !== null, `a verdict on ${what}`);
  const { status, code, signer, valueHash } = verdict;
  expectThat(Object.hasOwn(statusOfCode, code), `a known code for ${what}, got ${String(code)}`);
  expectThat(statusOfCode[code] === status, `the status that ${code} belongs to, for ${what}, got ${String(status)}`);
  expectThat(status !== "valid" || signer !== undefined, `the signer of what is called valid: ${what}`);
  if (signer !== undefined) checkSigner(signer, what);
  const isHash = valueHash === undefined || hash.test(valueHash);
  expectThat(isHash, `valueHash of 64 hexadecimal digits in lower case, for ${what}`);
  checkTimes(verdict, now, what);
}

function checkSigner(
  { fingerprint, signingKey, keyHash, primaryKeyHash = keyHash, names }: Signer,
  what: string,
): void {
  expectThat(isName(fingerprint), `a fingerprint of the signer, for ${what}`);
  expectThat(signingKey === undefined || isName(signingKey), `a fingerprint as signingKey, for ${what}`);
  for (const one of [keyHash, primaryKeyHash])
    expectThat(hash.test(one), `keyHash of 64 hexadecimal digits in lower case, for ${what}`);
  const areNames = Array.isArray(names) && names.length <= 16 && names.every((name) => typeof name === "string");
  expectThat(areNames, `at most 16 names of the signer, for ${what}`);
}

function isName(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "";
}

function checkTimes(verdict: Verdict, now: number, what: string): void {
  for (const name of times) {
    const ms = verdict[name];
    const isTime = ms === undefined || (Number.isSafeInteger(ms) && ms >= 0 && ms <= maxTimeMs);
    expectThat(isTime, `${name} in whole milliseconds since 1970, for ${what}, got ${String(ms)}`);
  }
  const { createdAt = 0, expiresAt = Infinity, validFrom = 0, validUntil = Infinity } = verdict;
  if (ended.has(verdict.code)) {
    const isOver = verdict.validUntil === undefined || (validFrom < validUntil && validUntil <= now);
    expectThat(isOver, `an interval that is over, or none, for ${what}`);
  }
  if (verdict.status !== "valid") return;
  expectThat(createdAt <= now + clockSkewMs, `nothing valid that was made in the future: ${what}`);
  expectThat(validFrom <= now + clockSkewMs, `nothing valid before its validFrom: ${what}`);
  expectThat(now < expiresAt && now < validUntil, `nothing valid after its end: ${what}`);
}
