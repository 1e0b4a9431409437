import type { Need, ReasonCode, TrustLevel } from "../model/assessment.js";
import type { IdentityProblem } from "../model/identity.js";
import type { ReportCode } from "../model/report.js";
import type { TrustProblemCode } from "../model/trust-settings/trust-state.js";
import { problemTexts, settingsTexts } from "./english-problems.js";
import { reportTexts } from "./english-reports.js";

/**
 * A sentence for every code, as Fluent patterns. Apart from `$user`, which every one may use, what a message is given stands beside it.
 *
 * @see https://projectfluent.org/fluent/guide/
 */
export interface Texts {
  readonly level: Readonly<Record<TrustLevel, string>>;
  /**
   * `$anchor`, `$key`, `$rule`, `$before`, `$after`: names; `$signer`: a name or `none`; `$until`: a time or `none`; `$amount`: a
   * number; `$report`: a sentence or `none`.
   */
  readonly reason: Readonly<Record<ReasonCode, string>>;
  /** `$anchors`: names, or `none`; `$amount`: a number; `$rule`: a name. */
  readonly need: Readonly<Record<Need["code"], string>>;
  readonly problem: Readonly<Record<IdentityProblem, string>>;
  readonly report: Readonly<Record<ReportCode, string>>;
  readonly settings: Readonly<Record<TrustProblemCode | "conflict", string>>;
  /** `$algorithm`: its name; `$fingerprint`: its beginning. */
  readonly part: Readonly<Record<"key", string>>;
}

/** A part of a sentence where `$name` is one, and nothing where it is `none`. Fluent wants each variant on a line of its own. */
const unlessNone = (name: string, none: string, other: string): string =>
  `{ $${name} ->\n    [none] ${none}\n   *[other] ${other}\n  }`;

const until: string = unlessNone("until", '{""}', '{" "}until { DATETIME($until, dateStyle: "long") }');
const by: string = unlessNone("anchors", '{""}', '{" "}by { $anchors }');
const report: string = unlessNone("report", '{""}', '{" "}{ $report }');
const signer: string = unlessNone("signer", '{""}', '{" "}of { $signer }');

/** The sentences of this package, for people who run trust. */
export const english: Texts = {
  level: {
    trusted: "{ $user } is trusted: those whom you trust to say so vouch for this very key.",
    unproven:
      "{ $user } is not proven: nobody whom you trust to say so vouches for this key, or not enough of them do.",
    rejected: "{ $user } is rejected: do not trust this key.",
    changed: "{ $user } has another key than before, and nobody whom you trust has vouched for the new one since.",
  },
  reason: {
    "no-master-key": "{ $user } has no identity key yet.",
    "malformed-master-key": "What the server serves as the identity key of { $user } is none.",
    "no-signature": "Nobody has signed the key of { $user }.",
    "denied-by-user": "You decided never to trust this key.",
    "key-changed": "The key of { $user } changed from { $before } to { $after }.",
    "re-attested":
      "The key of { $user } changed from { $before } to { $after }, and { $anchor } has vouched for the new one since.",
    "rolled-back": "The key { $after } is an old one: { $before } took its place before.",
    "amount-missing": "The signatures that count are worth { $amount } of the 120 that full trust takes.",
    "rule-unmet": "The rule { $rule } asks for more than there is.",
    "rule-warning": "Trusted all the same, but the rule { $rule } asks for more than there is.",
    "rule-audit": "For the record: the rule { $rule } asks for more than there is.",
    "too-complex": "Whether the policy is satisfied takes too long to decide. Make it simpler.",
    vouched: `Vouched for by { $anchor } ({ $key })${until}.`,
    "counted-once": "The signature with the { $key } adds nothing: its key or { $anchor } is counted already.",
    "within-grace": "The signature with the { $key } has expired, and counts for a while longer.",
    "valid-when-signed": "The signature with the { $key } was valid when it was made, and its key has ended since.",
    "revocation-stale": "The list on which { $anchor } takes signatures back is missing or too old.",
    "no-anchor": `Signed with the { $key }${signer}, which is under none of your trust anchors.`,
    "out-of-scope": "Signed with the { $key } under { $anchor }, who may not speak for { $user }.",
    excepted: "Signed with the { $key } under { $anchor }, who is told not to speak for { $user }.",
    "not-named": `Signed with the { $key }${signer} under { $anchor }: its certificate does not name { $user }.`,
    excluded: "{ $anchor } does not count for { $user }: another anchor alone may speak for them.",
    "key-unconfirmed": "The { $key } came with its signature, so nobody could tell whether it is revoked.",
    "anchor-not-yet": "{ $anchor } does not count yet.",
    "anchor-over": "The time of { $anchor } is over.",
    "too-old": "The signature with the { $key } is older than { $anchor } allows.",
    "no-time": "The signature with the { $key } does not say when it was made, and { $anchor } asks for that.",
    "no-expiry": "The signature with the { $key } never ends, and { $anchor } asks for an end.",
    "too-deep": "More authorities stand between { $anchor } and the { $key } than it allows.",
    "matrix-key": "The { $key } is somebody's Matrix key too, so its signature does not count.",
    "list-missing": "{ $anchor } counts only with a current list of what it takes back, and there is none.",
    withdrawn: "{ $user } took the signature with the { $key } back.",
    "revoked-by-anchor": "{ $anchor } took the signature with the { $key } back.",
    "anchor-revoked": "The key of { $anchor } is revoked.",
    "not-valid": `The signature with the { $key } did not pass.${report}`,
  },
  need: {
    signature: unlessNone(
      "anchors",
      "None of your trust anchors may speak for { $user }.",
      "Needed: a signature by { $anchors }.",
    ),
    "new-signature": `Needed: a new signature${by}, made after the key changed.`,
    amount: "Needed: signatures worth { $amount } more.",
    rule: "Needed: what the rule { $rule } asks for.",
    "revocation-list": `Needed: a current list of signatures taken back${by}.`,
    "public-key": "Needed: the public key of the signer, from a source that tells of revocations.",
  },
  problem: problemTexts,
  report: reportTexts,
  settings: settingsTexts,
  part: { key: "{ $algorithm } key { $fingerprint }" },
};
