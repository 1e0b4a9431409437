import type { Introduction } from "../../src/model/introduction.js";

/** The time that {@link introduction} is in effect at, milliseconds since 1970. */
export const webNow = Date.UTC(2026, 5, 1);

/** `issuer` introduces `target` by a name of its own: fully, as an introducer of any depth, unless `more` says otherwise. */
export function introduction(issuer: string, target: string, more: Partial<Introduction> = {}): Introduction {
  return {
    algorithm: "org.openpgp.signature",
    issuer,
    issuerKeyHash: `hash of ${issuer}`,
    target,
    targetKeyHash: `hash of ${target}`,
    name: target,
    depth: issuer === target ? 0 : 255,
    amount: 120,
    createdAt: webNow - 1000,
    validFrom: webNow - 1000,
    ...more,
  };
}

/** Several, written `issuer>target` one after the other, all alike. */
export function introductionsOf(edges: string, more: Partial<Introduction> = {}): Introduction[] {
  return edges.split(" ").map((edge) => {
    const [issuer = "", target = ""] = edge.split(">");
    return introduction(issuer, target, more);
  });
}
