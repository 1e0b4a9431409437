import { FluentDateTime, type FluentVariable } from "@fluent/bundle";
import type { AssessmentReason, IdentityAssessment, Need } from "../model/assessment.js";
import { parseKeyId } from "../model/key-id.js";
import type { TrustSettings } from "../model/trust-policy.js";
import type { TrustState } from "../model/trust-settings/trust-state.js";
import { cleanName } from "./clean-name.js";
import { type Sentence, type SentenceOptions, sentences } from "./sentences.js";

/** How an assessment is told. */
export interface ExplainOptions extends SentenceOptions {
  /** The settings that it was made with: anchors and rules are called by their labels then, else by their IDs. */
  readonly settings?: Pick<TrustSettings, "anchors" | "policy">;
}

/** An assessment in sentences: plain text, to be shown as such. Names in it stand between isolates (U+2068, U+2069). */
export interface Explanation {
  readonly level: string;
  /** One for each of its reasons, in their order; so are the following. */
  readonly reasons: readonly string[];
  readonly needed: readonly string[];
  readonly problems: readonly string[];
  readonly reports: readonly string[];
}

/** The names that people know algorithms by. */
const algorithmNames: ReadonlyMap<string, string> = new Map([
  ["org.openpgp.signature", "OpenPGP"],
  ["io.element.x509", "X.509"],
  ["org.ietf.cms", "X.509"],
  ["org.ietf.ed25519", "Ed25519"],
  ["com.openssh.sshsig", "SSH"],
]);

/** Enough to recognise a key by, not to tell it from one that was made to look like it. */
const shownKeyLength = 16;

/**
 * Says an assessment in sentences for people who run trust. It judges nothing: the same assessment and options always give the
 * same words.
 *
 * Names that strangers chose are stripped of all that cannot be seen, and bounded; look-alike letters and markup stay as they are.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for a locale or time zone that is none
 */
export function explain(assessment: IdentityAssessment, options: ExplainOptions = {}): Explanation {
  const say = sentences(options);
  const user = cleanName(assessment.userId);
  const about = (reason: AssessmentReason): string =>
    say("reason", reason.code, { user, ...variablesOf(reason, assessment, options, say) });
  return {
    level: say("level", assessment.level, { user }),
    reasons: assessment.reasons.map(about),
    needed: assessment.needed.map((need) => say("need", need.code, { user, ...variablesOfNeed(need, options) })),
    problems: assessment.problems.map((problem) => say("problem", problem, { user })),
    reports: assessment.reports.map(({ code }) => say("report", code, { user })),
  };
}

/**
 * Says what is out of the ordinary about the reader's own trust settings: first the problems, then the conflicts.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for a locale or time zone that is none
 */
export function explainTrustState(
  { problems, conflicts }: Pick<TrustState, "problems" | "conflicts">,
  options: SentenceOptions = {},
): readonly string[] {
  const say = sentences(options);
  const ofProblems = problems.map(({ code }) => say("settings", code, {}));
  return [...ofProblems, ...conflicts.map(({ entry }) => say("settings", "conflict", { entry: cleanName(entry) }))];
}

function variablesOf(
  reason: AssessmentReason,
  { reports, vouches, userId }: IdentityAssessment,
  { settings, timeZone }: ExplainOptions,
  say: Sentence,
): Record<string, FluentVariable> {
  const { keyId = "", anchorId, ruleId, amount = 0, before = "", after = "" } = reason;
  const report = reports.find((one) => one.keyId === keyId);
  // Of a key that took another's place the reason is in all vouches: each is newer than the key before.
  const speaker = reason.code === "re-attested" ? vouches[0]?.anchorId : anchorId;
  const vouch = vouches.find((one) => one.keyId === keyId && one.anchorId === anchorId);
  const ends = vouch?.path.flatMap(({ validUntil }) => (validUntil === undefined ? [] : [validUntil])) ?? [];
  const named = parseKeyId(keyId);
  const algorithm = report?.algorithm ?? named?.algorithm ?? "";
  const fingerprint = vouch?.path.at(-1)?.who ?? report?.signer?.fingerprint ?? named?.key ?? "";
  return {
    key: say("part", "key", {
      algorithm: algorithmNames.get(algorithm) ?? cleanName(algorithm),
      fingerprint: shortKey(fingerprint),
    }),
    anchor: labelOf(settings?.anchors, speaker),
    rule: labelOf(settings?.policy?.rules, ruleId),
    signer: orNone(report?.signer?.names[0]),
    until: timeOf(ends, timeZone),
    amount,
    before: shortKey(before),
    after: shortKey(after),
    report: reason.report ? say("report", reason.report, { user: cleanName(userId) }) : "none",
  };
}

function variablesOfNeed({ anchorIds = [], amount = 0, ruleId }: Need, { settings }: ExplainOptions) {
  const names = anchorIds.map((id) => labelOf(settings?.anchors, id));
  return {
    anchors: orNone(names.length > 0 ? names.join(", ") : undefined),
    amount,
    rule: labelOf(settings?.policy?.rules, ruleId),
  };
}

function labelOf(
  labelled: readonly { readonly id: string; readonly label?: string }[] | undefined,
  id: string | undefined,
): string {
  return cleanName(labelled?.find((one) => one.id === id)?.label ?? id ?? "");
}

/** `none` is a word of the messages: what is called so is shown in quotes. */
function orNone(name: string | undefined): string {
  const clean = name === undefined ? "none" : cleanName(name);
  return name !== undefined && clean === "none" ? '"none"' : clean;
}

function shortKey(key: string): string {
  return key.length > shownKeyLength ? `${cleanName(key.slice(0, shownKeyLength))}…` : cleanName(key);
}

function timeOf(ends: readonly number[], timeZone: string | undefined): FluentVariable {
  const end = new Date(Math.min(...ends));
  return Number.isNaN(end.getTime()) ? "none" : new FluentDateTime(end, { timeZone });
}
