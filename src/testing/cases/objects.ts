import type { ConformanceCase } from "../algorithm-conformance.js";
import { otherObjects } from "../objects.js";
import type { Stage } from "../stage.js";

/** A signature holds for the exact bytes that it was made on. */
export function objectCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  return otherObjects.map(([what, object]) => ({
    name: `does not take a signature for one on ${what}`,
    run: async () => {
      for (const value of await stage.forms()) await stage.refuse({ object, value }, what);
    },
  }));
}
