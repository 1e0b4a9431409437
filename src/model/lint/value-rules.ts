import { tryDecodeBase64 } from "../../encoding/base64.js";
import { CountersignError } from "../../errors.js";
import { fitsSizeRule } from "../size.js";
import { looseBase64 } from "./carried-bytes.js";
import { keyRoutes, type LintedSignature, type Rule } from "./finding.js";
import { isReadableText } from "./readable.js";

export const objectValue: Rule = {
  rule: "object-value",
  routes: keyRoutes,
  find: ({ value }) =>
    isReadableText(value)
      ? undefined
      : "The value is no well-formed text: Element drops the whole identity of its owner, mautrix-go the whole answer, Synapse 1.161 and newer answer HTTP 500. In a manifest it is harmless.",
};

/**
 * A value that is no base64 by its algorithm, such as Element's PEM, harms nobody but a server that takes base64 alone: so
 * only what a server could decode and write otherwise is found unasked.
 */
export const base64NotCanonical: Rule = {
  rule: "base64-not-canonical",
  routes: keyRoutes,
  find: ({ value }, { encoding }) => {
    if (typeof value !== "string" || isCanonical(value)) return undefined;
    // The dashes of a frame are letters of the URL-safe alphabet, its blank is none of any.
    if (!value.includes("-----BEGIN ") && looseBase64(value)) {
      return "The value is base64 with padding, white space, stray bits or the URL-safe alphabet: Dendrite decodes it and serves another text than was sent.";
    }
    return encoding === "base64-only"
      ? "The value is no base64: this server, as Dendrite does, refuses the whole request for it."
      : undefined;
  },
};

export const size: Rule = {
  rule: "size",
  routes: keyRoutes,
  find: (signature) =>
    isSmallEnough(signature)
      ? undefined
      : "Key ID and value have more than 2,048 characters together, the most that MSC2961 lets hang on a key: servers may refuse it or cut it off. A manifest holds it.",
};

function isCanonical(value: string): boolean {
  return !value.endsWith("=") && tryDecodeBase64(value) !== undefined;
}

function isSmallEnough({ keyId, value }: LintedSignature): boolean {
  try {
    return fitsSizeRule(keyId, value);
  } catch (error) {
    // Without canonical JSON there is nothing to count, so nothing that is known to fit.
    if (error instanceof CountersignError) return false;
    throw error;
  }
}
