import type { SignatureAlgorithm } from "../../algorithms/algorithm.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { expectThat, textOf } from "../expect.js";
import { ownObject } from "../objects.js";
import type { Stage } from "../stage.js";

const maxContextLength = 1024;

/** Verdicts are remembered under `cacheContext`: a wrong one would give a signature the verdict of another day. */
export function cacheCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  return [
    { name: "has one short cacheContext for what gives the same verdicts, or none", run: () => checkStable(stage) },
    { name: "has another cacheContext where a verdict is another", run: () => checkTellsApart(stage) },
  ];
}

async function checkStable<Signer>(stage: Stage<Signer>): Promise<void> {
  const algorithm = await stage.subject.create(await stage.signers());
  const before = await contextOf(algorithm);
  await stage.judge({ algorithm }, "a right signature");
  await stage.judge({ algorithm, value: "A" }, "a malformed one");
  expectThat((await contextOf(algorithm)) === before, "the same cacheContext after verifying");
  const again = await stage.subject.create(await stage.signers());
  expectThat((await contextOf(again)) === before, "the same cacheContext of another instance with the same keys");
}

async function checkTellsApart<Signer>(stage: Stage<Signer>): Promise<void> {
  const [first, second] = await stage.signers();
  const values = await Promise.all([first, second].map((signer) => stage.subject.sign(signer, ownObject, stage.times)));
  const seen = new Map<string, string>();
  for (const signers of [[], [first], [second], [first, second]]) {
    const algorithm = await stage.subject.create(signers);
    const context = await contextOf(algorithm);
    if (context === undefined) continue;
    const verdicts = await Promise.all(
      [first, second].map(async (signer, index) => {
        const value = values[index] ?? "";
        return textOf(await stage.judge({ algorithm, value, key: stage.subject.keyOf(signer) }, "a cached signature"));
      }),
    );
    const known = seen.get(context) ?? verdicts.join();
    expectThat(
      known === verdicts.join(),
      "another cacheContext with other keys, since the same signature gets another verdict",
    );
    seen.set(context, known);
  }
}

async function contextOf(algorithm: SignatureAlgorithm): Promise<string | undefined> {
  const context: unknown = await algorithm.cacheContext?.();
  if (context === undefined) return undefined;
  const isShort = typeof context === "string" && context.length > 0 && context.length <= maxContextLength;
  expectThat(isShort, `cacheContext of 1 to ${maxContextLength} characters, or none`);
  return context;
}
