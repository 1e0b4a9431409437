import type { Verdict } from "../../model/report.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectNothingElse, expectThat } from "../expect.js";
import { hostileKeys } from "../hostile-values.js";
import { ownObject } from "../objects.js";
import type { Stage } from "../stage.js";

/** The key that a key ID names is the key that signed. */
export function keyCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  return [
    { name: "does not take one signer's signature for another's", run: () => checkOtherSigner(stage) },
    { name: "does not take a signature under a key ID without its key", run: () => checkMissingKey(stage) },
    { name: "does not take a signature under a malformed key", run: () => checkMalformedKeys(stage) },
    { name: "says nothing else where it knows fewer keys", run: () => checkFewerKeys(stage) },
  ];
}

async function checkOtherSigner<Signer>(stage: Stage<Signer>): Promise<void> {
  const { subject } = stage;
  const [first, second] = await stage.signers();
  const key = subject.keyOf(second);
  if (key === undefined) {
    const algorithm = await subject.create([first]);
    const value = await subject.sign(second, ownObject, stage.times);
    const what = "a signature by a signer whom the instance does not know";
    await stage.refuse({ algorithm, value }, what);
    return;
  }
  expectThat(key !== subject.keyOf(first), "two signers with two keys in key IDs");
  await refuse(stage, key, "a signature under another signer's key");
  const value = await subject.sign(second, ownObject, stage.times);
  const verdict = await stage.judge({ value }, "another signer's signature under the first one's key");
  const isOther = verdict.signer?.keyHash !== (await stage.right()).signer?.keyHash;
  const isRight = verdict.status !== "valid" || (subject.keyIsHint === true && isOther);
  expectThat(isRight, "no valid signature by another signer under the first one's key");
}

async function checkMissingKey<Signer>(stage: Stage<Signer>): Promise<void> {
  const [signer] = await stage.signers();
  const isNamed = stage.subject.keyOf(signer) !== undefined;
  await refuse(stage, isNamed ? undefined : "key", isNamed ? "a key ID without a key" : "a key that none has");
}

async function checkMalformedKeys<Signer>(stage: Stage<Signer>): Promise<void> {
  const [signer] = await stage.signers();
  const own = stage.subject.keyOf(signer) ?? "";
  const nearly = [`${own} `, ` ${own}`, `${own}:`, `${own}${own}`, own.slice(0, -1), own.slice(1)];
  for (const key of [...hostileKeys, ...nearly]) {
    if (key !== own) await refuse(stage, key, `a key of ${key.length} characters, ${JSON.stringify(key.slice(0, 20))}`);
  }
}

async function checkFewerKeys<Signer>(stage: Stage<Signer>): Promise<void> {
  const [, second] = await stage.signers();
  for (const signers of [[], [second]]) {
    const algorithm = await stage.subject.create(signers);
    const verdict = await stage.judge({ algorithm }, "a right signature by a key that is not known");
    expectNothingElse(asConfirmed(verdict), await stage.right(), "a signature by a key that is not known");
  }
}

/** Whoever finds the key in the signature alone may say just that, which is less than `valid`. */
function asConfirmed(verdict: Verdict): Verdict {
  return verdict.code === "key-unconfirmed" ? { ...verdict, code: "valid" } : verdict;
}

/** Where the key is but a hint, the verdict may be right all the same, as long as it says who signed. */
async function refuse<Signer>(stage: Stage<Signer>, key: string | undefined, what: string): Promise<void> {
  if (!stage.subject.keyIsHint) await stage.refuse({ key }, what);
  else expectNothingElse(beyondHint(await stage.judge({ key }, what)), beyondHint(await stage.right()), what);
}

/** Without what a verdict says about the hint itself. */
function beyondHint({ certificate, ...verdict }: Verdict): Verdict {
  return certificate ? { ...verdict, certificate: { ...certificate, isIssuerInKeyId: true } } : verdict;
}
