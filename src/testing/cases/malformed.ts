import { isJsonObject } from "../../encoding/json-object.js";
import type { ConformanceCase } from "../algorithm-conformance.js";
import { hostileValues } from "../hostile-values.js";
import type { Stage } from "../stage.js";

/** A verdict, and none that convinces, for whatever a stranger writes in a signature's place. */
export function malformedCases<Signer>(stage: Stage<Signer>): ConformanceCase[] {
  return hostileValues.map(([what, values]) => ({
    name: `has a verdict on ${what}`,
    run: async () => {
      for (const [index, value] of values().entries()) {
        const described = `${what}, number ${index}: ${isJsonObject(value) ? "an object" : JSON.stringify(value.slice(0, 40))}`;
        await stage.refuse({ value }, described);
      }
    },
  }));
}
