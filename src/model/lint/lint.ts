import type { LintedSignature, LintFinding, LintOptions, Rule } from "./finding.js";
import { keyIdMalformed, keyIdNoColon, keyIdShort, signerNotUserId } from "./key-id-rules.js";
import { personalData } from "./personal-data.js";
import { base64NotCanonical, objectValue, size } from "./value-rules.js";
import { x509Element } from "./x509-element.js";
import { x509LeafOrder } from "./x509-leaf-order.js";

export type { LintedSignature, LintFinding, LintOptions, LintRule } from "./finding.js";

const rules: readonly Rule[] = [
  objectValue,
  signerNotUserId,
  keyIdNoColon,
  keyIdShort,
  keyIdMalformed,
  base64NotCanonical,
  size,
  x509LeafOrder,
  x509Element,
  personalData,
];

/**
 * Finds everything about a signature that servers and clients of today do not survive, that they garble, or that its owner
 * would regret, before it leaves.
 *
 * Verifies nothing, asks nobody, and decides nothing: whoever publishes refuses what is found on the route at hand, unless
 * told to go on. What else travels in the same upload is `lintUpload`'s to judge.
 *
 * @param signature the signer entry, the key ID and the value, as they would be written
 * @returns findings in a fixed order, at most one a rule; none for a signature that goes anywhere
 * @example
 * ```ts
 * const reasons = lint(signature, { route: "signatures-upload" }).map(({ message }) => message);
 * ```
 */
export function lint(signature: LintedSignature, options: LintOptions = {}): LintFinding[] {
  const { route } = options;
  return rules.flatMap(({ rule, routes, find }) => {
    if (route !== undefined && !routes.includes(route)) return [];
    const message = find(signature, options);
    return message === undefined ? [] : [{ rule, message, routes }];
  });
}
