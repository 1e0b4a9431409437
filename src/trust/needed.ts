import type { Need, ReasonCode } from "../model/assessment.js";
import { serverNameOf } from "../model/user-id.js";
import { isSilenced } from "./anchors/exclusive.js";
import type { ReadAnchor } from "./anchors/read-anchors.js";
import { askScope } from "./anchors/scope.js";
import type { Finding, JudgingContext } from "./judge-report.js";
import type { PinAnswer } from "./pin.js";

/** What would have been needed where no signature counts: a signature, a newer one, or what keeps one that is there from counting. */
export function neededSignatures(
  userId: string,
  pin: PinAnswer,
  findings: readonly Finding[],
  context: JudgingContext,
): Need[] {
  const anchorIds = context.trust
    .anchorsFor(serverNameOf(userId))
    .filter((anchor) => maySpeak(anchor, userId, context))
    .map(({ id }) => id)
    .sort();
  const lists = anchorsOf(findings, "list-missing");
  const keys = anchorsOf(findings, "key-unconfirmed");
  return [
    { code: pin.state === "changed" ? "new-signature" : "signature", anchorIds },
    ...(lists.length > 0 ? [{ code: "revocation-list" as const, anchorIds: lists }] : []),
    ...(keys.length > 0 ? [{ code: "public-key" as const, anchorIds: keys }] : []),
  ];
}

/** Whether a signature under the anchor could count now. */
function maySpeak(anchor: ReadAnchor, userId: string, { trust, now }: JudgingContext): boolean {
  const { scope, notBefore = 0, notAfter = Number.POSITIVE_INFINITY } = anchor;
  if (now < notBefore || now >= notAfter) return false;
  return askScope(scope, userId, "identity").in && !isSilenced(anchor, userId, trust.exclusive);
}

function anchorsOf(findings: readonly Finding[], code: ReasonCode): string[] {
  const reasons = findings.flatMap((finding) => finding.reasons).filter((reason) => reason.code === code);
  return [...new Set(reasons.flatMap(({ anchorId }) => anchorId ?? []))].sort();
}
