import { elementSignatures } from "./element-signatures.js";
import { keyRoutes, type LintedSignature, type Rule } from "./finding.js";
import { isNamedBy } from "./signed-data.js";

/**
 * Element takes the first certificate of the set for the signer's. DER sorts a set by its bytes, which means the shortest
 * first, so a leaf that is longer than its issuers comes last whatever order a tool was given.
 *
 * Binds what Element reads as X.509 signature: the bare `io.element.x509` on a key, no `custom:` form and no other algorithm.
 */
export const x509LeafOrder: Rule = {
  rule: "x509-leaf-order",
  routes: keyRoutes,
  find: (signature) =>
    leafStandsBehind(signature)
      ? "The signer's certificate is not the first of the set, where Element looks for it, so Element does not count the signature. The shortest certificate sorts first: use a leaf that is shorter than its issuers, or present it alone."
      : undefined,
};

function leafStandsBehind(signature: LintedSignature): boolean {
  return elementSignatures(signature).some(({ certificates, signer }) => {
    const [first] = certificates;
    return !!first && !!signer && !isNamedBy(first, signer);
  });
}
