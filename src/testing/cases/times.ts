import type { ReportCode, Verdict } from "../../model/report.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectNotValid, expectThat, expectValid, wordsOf } from "../expect.js";
import { ownObject } from "../objects.js";
import type { Stage } from "../stage.js";
import type { SignatureTimes } from "../subject.js";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
/** Verdicts on what was valid before. */
const endedCodes: readonly ReportCode[] = ["expired", "key-expired", "cert-expired"];
/** Some formats hold whole seconds. */
const roundingMs = 1000;

/** Which times a verdict says, that it names the interval of what has ended, and that it goes by the time it is given, never by a clock of its own. */
export function timeCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  const made = {
    name: "calls made-in-future what was made more than five minutes ahead",
    run: () => checkFuture(stage),
  };
  const ended = { name: "calls expired what has ended, and nothing before it has", run: () => checkExpiry(stage) };
  return [
    { name: "says when a signature was made and when it ends", run: () => checkTold(stage) },
    { name: "has a verdict at any time", run: () => checkAnyTime(stage) },
    ...(stage.tells("created") ? [made] : []),
    ...(stage.tells("expires") ? [ended] : []),
  ];
}

async function checkTold<Signer>(stage: Stage<Signer>): Promise<void> {
  const { createdAt, expiresAt } = await stage.right();
  const { createdMs, expiresMs } = stage.times;
  expectTime(createdAt, stage.tells("created") ? createdMs : undefined, "createdAt");
  expectTime(expiresAt, stage.tells("expires") ? expiresMs : undefined, "expiresAt");
}

function expectTime(told: number | undefined, actual: number | undefined, name: string): void {
  if (actual === undefined) {
    expectThat(
      told === undefined,
      `no ${name} where the subject does not say that the algorithm tells it, got ${told}`,
    );
  } else {
    const isRight = told !== undefined && Math.abs(told - actual) <= roundingMs;
    expectThat(isRight, `${name} of ${actual} milliseconds since 1970, got ${told}`);
  }
}

async function checkAnyTime<Signer>(stage: Stage<Signer>): Promise<void> {
  for (const now of [0, 1, 2 ** 31 * 1000, 2 ** 32 * 1000, 8.64e15]) {
    const what = `a right signature, judged ${now} milliseconds after 1970`;
    const verdict = await stage.judge({ now }, what);
    if (endedCodes.includes(verdict.code)) expectHeldAt(verdict, stage.now, what);
    if (now <= 1 && stage.tells("created")) expectNotValid(verdict, "what is not made yet");
    if (now === 8.64e15 && stage.tells("expires")) expectNotValid(verdict, "what has ended");
  }
}

async function checkFuture<Signer>(stage: Stage<Signer>): Promise<void> {
  const { now } = stage;
  const soon = await judgeMade(stage, { createdMs: now + 4 * minuteMs }, now);
  expectValid(soon, "what was made four minutes ahead");
  for (const aheadMs of [6 * minuteMs, 60 * minuteMs, dayMs]) {
    const verdict = await judgeMade(stage, { createdMs: now + aheadMs }, now);
    const expected = `made-in-future for what was made ${aheadMs / minuteMs} minutes ahead`;
    expectThat(verdict.code === "made-in-future", `${expected}, got ${wordsOf(verdict)}`);
  }
  const later = await judgeMade(stage, { createdMs: now + 60 * minuteMs }, now + 61 * minuteMs);
  expectValid(later, "what was made ahead, once it is past");
}

async function checkExpiry<Signer>(stage: Stage<Signer>): Promise<void> {
  const { createdMs, expiresMs } = stage.times;
  const before = await judgeMade(stage, { createdMs, expiresMs }, expiresMs - 2 * roundingMs);
  expectValid(before, "a signature two seconds before its end");
  for (const now of [expiresMs + 2 * roundingMs, expiresMs + dayMs / 2]) {
    const verdict = await judgeMade(stage, { createdMs, expiresMs }, now);
    expectThat(verdict.code === "expired", `expired for what has ended, got ${wordsOf(verdict)}`);
    expectHeldAt(verdict, expiresMs - 2 * roundingMs, "what has expired");
    expectTime(verdict.expiresAt, expiresMs, "expiresAt");
  }
}

/** A policy may count what was valid once: it needs to know by whom, and from when until when. */
function expectHeldAt({ signer, validFrom = 0, validUntil }: Verdict, time: number, what: string): void {
  expectThat(signer !== undefined, `the signer of ${what}`);
  const isInside = validUntil !== undefined && validFrom <= time && time < validUntil;
  expectThat(isInside, `an interval that holds ${time}, for ${what}, got ${validFrom} to ${String(validUntil)}`);
}

async function judgeMade<Signer>(stage: Stage<Signer>, times: SignatureTimes, now: number): Promise<Verdict> {
  const [signer] = await stage.signers();
  const value = await stage.subject.sign(signer, ownObject, times);
  return stage.judge({ value, now }, `a signature made at ${times.createdMs}, judged at ${now}`);
}
