import type { SignatureReport } from "../model/report.js";
import { refusalOf } from "./anchor-terms.js";
import { isSilenced } from "./anchors/exclusive.js";
import { askScope } from "./anchors/scope.js";
import type { TrustContext } from "./context.js";
import { judgeTime } from "./signature-time.js";
import { bestOfEachAnchor } from "./standing.js";

/**
 * The anchors by whose word the signer of an event may speak for its sender: those whose scope holds the sender for `events`, under
 * everything else that an anchor asks of signatures.
 *
 * It says whose words they are, as far as the reader believes these anchors, never which account, room or time: it raises no level, and
 * neither withdrawals nor revocation lists, which are about master keys, are looked at.
 *
 * @returns their IDs, sorted
 */
export function eventAnchors(report: SignatureReport, context: TrustContext): string[] {
  const { trust, matrixKeys, lists, now } = context;
  const { purpose, userId } = report;
  const time = judgeTime(report, trust.policy, now);
  if (purpose !== "event" || !time.counts) return [];
  return (
    bestOfEachAnchor(context.find(report, userId), time.at)
      // Users vouch for master keys, not for words.
      .filter(({ hops }) => hops.every(({ kind }) => kind !== "user"))
      .filter(({ anchor, hindrance }) => !hindrance && askScope(anchor.scope, userId, "events").in)
      .filter(({ anchor }) => !isSilenced(anchor, userId, trust.exclusive))
      .filter((standing) => !refusalOf(standing, report, { matrixKeys, list: lists.get(standing.anchor.id), now }))
      .map(({ anchor }) => anchor.id)
      .sort()
  );
}
