/** What happened, a line each. */
import type { IdentityAssessment, PublishReceipt, WithdrawReceipt } from "matrix-countersign";

/** Every route with its fate, and who sees the signature there. */
export function wordsOfPublishing({ routes }: PublishReceipt): string[] {
  return routes.map(({ route, stored, visibleTo, proof, bundle, error }) => {
    if (stored) return `Published by ${route}: stored, visible to ${visibleTo} (${proof})`;
    if (bundle !== undefined) return `Published by ${route}: a text to hand to others`;
    return `Not published by ${route}: ${error?.message ?? "it was not there when read back"}`;
  });
}

/** Every signature that the reader found, then the verdict. */
export function wordsOfFinding({ userId, level, reports }: IdentityAssessment): string[] {
  const found = reports.map(
    ({ keyId, status, seenIn = [] }) => `The reader finds ${keyId.slice(0, 40)}… in ${seenIn.join(" and ")}: ${status}`,
  );
  return [...found, `So for the reader ${userId} is: ${level}`];
}

/** Where it was taken back, and what no server lets anybody delete. */
export function wordsOfWithdrawing({ places, staysOnKey }: WithdrawReceipt): string[] {
  const done = places.map(({ route, done, obstacle }) => (done ? route : `not ${route} (${obstacle ?? "refused"})`));
  const taken = `The owner withdraws it: ${done.join(", ") || "there is no place to say so"}`;
  return staysOnKey ? [taken, `But ${staysOnKey.text}`] : [taken];
}
