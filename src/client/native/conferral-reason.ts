import type { IdentityAssessment, Vouch } from "../../model/assessment.js";

/** What a store takes. */
const maxChars = 4096;

/**
 * Why an identity was verified, as JSON of at most 4,096 characters: `checkedAt`, the codes of all reasons, and of each vouch the anchor,
 * algorithm, key ID and amount, the worthiest first, as many as fit.
 */
export function conferralReason({ vouches, reasons, checkedAt }: IdentityAssessment): string {
  const codes = [...new Set(reasons.map(({ code }) => code))];
  const write = (some: readonly Vouch[]): string =>
    JSON.stringify({
      checkedAt,
      reasons: codes,
      vouches: some.map(({ anchorId, algorithm, keyId, amount }) => ({ anchorId, algorithm, keyId, amount })),
    });
  for (let count = Math.min(vouches.length, 16); count > 0; count--) {
    const text = write(vouches.slice(0, count));
    if (text.length <= maxChars) return text;
  }
  return write([]);
}
