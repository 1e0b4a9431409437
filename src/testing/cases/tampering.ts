import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectNothingElse, expectThat } from "../expect.js";
import type { Stage } from "../stage.js";
import { flipBits, type Tampered, truncate } from "../tamper.js";

/** Whatever is changed in a signature, it no longer convinces; at least of nothing else. */
export function tamperingCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  return [
    { name: "does not take a signature with a bit changed", run: () => checkFlips(stage) },
    { name: "does not take a part of a signature", run: () => checkParts(stage) },
  ];
}

async function checkFlips<Signer>(stage: Stage<Signer>): Promise<void> {
  const isUncovered = stage.subject.hasUnsignedParts === true;
  const right = await stage.right();
  let refused = 0;
  const tampered = (await stage.forms()).flatMap(flipBits);
  for (const [what, value] of tampered) {
    const verdict = isUncovered ? await stage.judge({ value }, what) : await stage.refuse({ value }, what);
    expectNothingElse(verdict, right, what);
    if (verdict.status !== "valid") refused++;
  }
  expectThat(refused * 2 > tampered.length, `most changes to be refused, got ${refused} of ${tampered.length}`);
}

async function checkParts<Signer>(stage: Stage<Signer>): Promise<void> {
  const parts: Tampered[] = (await stage.forms()).flatMap(truncate);
  for (const [what, value] of parts) await stage.refuse({ value }, what);
}
