import { abortCases } from "./cases/abort.js";
import { acceptCases } from "./cases/accept.js";
import { cacheCases } from "./cases/cache.js";
import { commandCases } from "./cases/commands.js";
import { formCases } from "./cases/forms.js";
import { keyCases } from "./cases/keys.js";
import { malformedCases } from "./cases/malformed.js";
import { objectCases } from "./cases/objects.js";
import { tamperingCases } from "./cases/tampering.js";
import { timeCases } from "./cases/times.js";
import { verdictCases } from "./cases/verdicts.js";
import { Stage } from "./stage.js";
import type { ConformanceSubject } from "./subject.js";

/** One requirement on an algorithm. */
export interface ConformanceCase {
  /** What the algorithm does, as the end of a sentence that begins with its name. */
  readonly name: string;
  /** Rejects with an `Error` that says what was expected, and of which input, where the algorithm does something else. */
  readonly run: () => Promise<void>;
}

/**
 * What every signature algorithm must do, as cases for any test runner:
 * `for (const { name, run } of algorithmConformance(subject)) it(name, run)`.
 *
 * Checked are: the verdict on right signatures and its members; that `verify` has a verdict, and none that convinces, for everything
 * malformed, changed, or made by another key or on another object; the times; abort; that `cacheContext` tells apart what
 * gets different verdicts; what `accept` returns and refuses; that `commands` are safe to paste; sizes. Which cases there are follows from
 * the subject alone, and each case can run alone, in any order and beside the others.
 *
 * Not checked: the cryptography beyond changed bits (weak keys, revocation, malleable signatures), which takes vectors of
 * the algorithm's own, and the trust in a signer, which no algorithm sees.
 *
 * @typeParam Signer what the subject makes signatures with
 */
export function algorithmConformance<Signer>(subject: ConformanceSubject<Signer>): ConformanceCase[] {
  const stage = new Stage(subject);
  return [
    ...verdictCases(stage),
    ...formCases(stage),
    ...objectCases(stage),
    ...keyCases(stage),
    ...tamperingCases(stage),
    ...malformedCases(stage),
    ...timeCases(stage),
    ...abortCases(stage),
    ...cacheCases(stage),
    ...acceptCases(stage),
    ...commandCases(stage),
  ];
}
