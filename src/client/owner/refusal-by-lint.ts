import { CountersignError } from "../../errors.js";
import type { RouteOutcome } from "../../matrix/routes/route.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { RouteName } from "../../model/identity.js";
import type { LintOptions } from "../../model/lint/finding.js";
import { lint } from "../../model/lint/lint.js";

/**
 * What a rule of `lint` says against these signatures on a route, as the outcome of an attempt that was not made.
 *
 * @param force rules that the caller overrides, by name
 * @returns `undefined` where nothing is said against them; errors `ERR_SIGNATURE_SIZE`, `ERR_PUBLISH_UNSAFE`
 */
export function refusalByLint(
  signatures: readonly ExternalSignature[],
  route: RouteName,
  force: readonly string[],
  options: LintOptions = {},
): RouteOutcome | undefined {
  const findings = signatures
    .flatMap((signature) => lint(signature, options))
    .filter(({ rule, routes }) => routes.includes(route) && !force.includes(rule));
  if (findings.length === 0) return undefined;
  const error = findings.every(({ rule }) => rule === "size")
    ? new CountersignError("ERR_SIGNATURE_SIZE", "expected key ID and signature of at most 2,048 characters")
    : new CountersignError("ERR_PUBLISH_UNSAFE", "a rule of lint refused the signature");
  return { accepted: false, stored: false, error, findings };
}
