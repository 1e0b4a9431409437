import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectNothingElse, expectNotValid, expectThat, textOf } from "../expect.js";
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
  const right = await stage.right();
  const [published, ...others] = await stage.forms();
  let refused = 0;
  const tampered = [published, ...others].flatMap((form) =>
    flipBits(form ?? "").map((change) => [form, change] as const),
  );
  for (const [form, [what, value]] of tampered) {
    const verdict = await stage.judge({ value }, what);
    if (verdict.status !== "valid") refused++;
    // White space of armor is no part of a signature: another spelling of the same one.
    else if (form !== published && textOf(verdict) === textOf(right)) continue;
    else if (stage.subject.hasUnsignedParts) expectNothingElse(verdict, right, what);
    else expectNotValid(verdict, what);
  }
  expectThat(refused * 2 > tampered.length, `most changes to be refused, got ${refused} of ${tampered.length}`);
}

async function checkParts<Signer>(stage: Stage<Signer>): Promise<void> {
  const parts: Tampered[] = (await stage.forms()).flatMap(truncate);
  for (const [what, value] of parts) await stage.refuse({ value }, what);
}
