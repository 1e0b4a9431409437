import { readdirSync, readFileSync } from "node:fs";
import { CountersignError } from "../../src/errors.js";
import type { AssessmentReason, IdentityAssessment, Need } from "../../src/model/assessment.js";
import type { UserHistory } from "../../src/model/history/key-history.js";
import type { IdentityWithdrawal, SignedIdentity } from "../../src/model/identity.js";
import type { Introduction } from "../../src/model/introduction.js";
import type { RevocationList } from "../../src/model/revocation-list.js";
import type { SignableObject } from "../../src/model/signable.js";
import {
  type AssessInput,
  assessIdentity,
  readTrust,
  type TrustContext,
  trustContext,
  type VouchingUser,
} from "../../src/trust/index.js";
import { TrustNetwork } from "../../src/trust/web/trust-network.js";
import {
  caseMembers,
  type IntroductionWords,
  type ListWords,
  type MemberWords,
  servedKey,
  type TrustCase,
  type TrustTable,
} from "./trust-case.js";
import { algorithmOf, fingerprintOf, type Keys, keyHashOf } from "./trust-keys.js";
import { anchorOf, decisionOf, policyOf } from "./trust-settings-words.js";
import { reportOf, valueHashOf } from "./trust-signatures.js";
import { caseNow, rawKeyOf, timeOf } from "./trust-words.js";

/** A case and what its words mean. */
export interface PlainCase {
  readonly table: Pick<TrustTable, "keys" | "anchors">;
  readonly words: TrustCase;
}

/** One case of the tables. */
export interface ReadyCase extends PlainCase {
  readonly file: string;
  readonly rule: string;
}

type Order = <T>(list: T[]) => T[];

const folder = new URL("../vectors/trust/", import.meta.url);

/** Every case of every table, with what its file and its rule say for all of theirs. */
export function readCases(): ReadyCase[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.sort().flatMap((file) => {
    const table = JSON.parse(readFileSync(new URL(file, folder), "utf8")) as TrustTable;
    return table.rules.flatMap(({ rule, cases, ...group }) =>
      cases.map((one) => {
        const words = { ...table["unless said otherwise"], ...group["unless said otherwise"], ...one };
        const unknown = Object.keys(words).find((member) => !caseMembers.includes(member));
        if (unknown !== undefined) throw new Error(`${file}, ${one.case}: no case has ${unknown}`);
        return { file, rule, table, words };
      }),
    );
  });
}

/** The rules that README.md lists: what the tables are to cover. */
export function listedRules(): string[] {
  const text = readFileSync(new URL("README.md", folder), "utf8");
  return (text.split("\n## The rules\n")[1] ?? "").split("\n").flatMap((line) => /^- (.+)$/.exec(line)?.[1] ?? []);
}

/**
 * Decides a case.
 *
 * @param order how lists are handed in: their order is not to matter
 * @returns the code of the error where the settings are refused
 */
export async function decide(one: PlainCase, order: Order = (list) => list): Promise<IdentityAssessment | string> {
  try {
    const { input, context } = await prepare(one, order);
    return assessIdentity(input, context);
  } catch (error) {
    if (error instanceof CountersignError) return error.code;
    throw error;
  }
}

/** What `assessIdentity` is asked about a case. */
export async function prepare(
  { table, words }: PlainCase,
  order: Order = (list) => list,
): Promise<{ input: AssessInput; context: TrustContext }> {
  const { keys } = table;
  const { user = "@alice:example.org" } = words;
  const object = (key: string): string => `${user} has ${key}`;
  const served = words["master key"] === undefined ? servedKey : words["master key"];
  const trust = await readTrust({
    anchors: order((words.anchors ?? []).map((anchor) => anchorOf(table, anchor))),
    decisions: order((words.decisions ?? []).map((decision) => decisionOf(decision, user))),
    ...(words.policy && { policy: policyOf(words.policy) }),
  });
  const context = trustContext({
    trust,
    now: caseNow,
    network: new TrustNetwork(order((words.introductions ?? []).map((one) => introductionOf(keys, one)))),
    lists: order((words.lists ?? []).map((list) => listOf(list))),
    vouchingUsers: order((words.team ?? []).map((member) => memberOf(keys, member))),
    matrixKeys: (words["matrix keys"] ?? []).map((name) => fingerprintOf(keys, name)),
  });
  const identity: SignedIdentity = {
    userId: user,
    ...(served !== null && { masterKey: masterKeyOf(user, served, object(served)) }),
    signatures: [],
    withdrawn: order((words.withdrawn ?? []).map((one) => withdrawalOf(keys, one))),
    problems: words.problems ?? [],
    fetchedAt: caseNow,
  };
  const reports = order((words.signed ?? []).map((one) => reportOf(keys, one, user, object(served ?? ""))));
  return { input: { identity, reports, ...historyOf(words, user) }, context };
}

/** A reason as the tables write it: its code, and behind a colon what it is about. */
export function reasonWords(reason: AssessmentReason, words: TrustCase): string {
  const { code, report, amount, ruleId, anchorId, before, after } = reason;
  if (before !== undefined && after !== undefined) {
    return `${code}: ${masterKeyName(before, words)} > ${masterKeyName(after, words)}`;
  }
  const about = report ?? amount ?? ruleId ?? anchorId;
  return about === undefined ? code : `${code}: ${about}`;
}

/** What would have been needed, as the tables write it. */
export function needWords({ code, anchorIds, amount, ruleId }: Need): string {
  const about = anchorIds?.join(", ") ?? amount ?? ruleId;
  return about === undefined || about === "" ? code : `${code}: ${about}`;
}

/** The path as the tables write it: the anchor, then names of keys and users. */
export function pathWords({ path, vouches }: IdentityAssessment, { keys }: PlainCase["table"]): string[] {
  const names = new Map(Object.keys(keys).map((name) => [fingerprintOf(keys, name), name]));
  return path.map(({ kind, who }) => (kind === "anchor" ? (vouches[0]?.anchorId ?? "") : (names.get(who) ?? who)));
}

function introductionOf(keys: Keys, words: IntroductionWords): Introduction {
  const { from, to, name = to, depth = 0, amount = 120, domains, began = "1 year ago", ends } = words;
  return {
    algorithm: algorithmOf(keys, from),
    issuer: fingerprintOf(keys, from),
    issuerKeyHash: keyHashOf(keys, from),
    target: fingerprintOf(keys, to),
    targetKeyHash: keyHashOf(keys, to),
    name,
    depth,
    amount,
    ...(domains && { domains }),
    createdAt: timeOf(began),
    validFrom: timeOf(began),
    ...(ends !== undefined && { validUntil: timeOf(ends) }),
  };
}

function memberOf(keys: Keys, words: MemberWords): VouchingUser {
  const { user, signed } = words;
  const key = `key of ${user}`;
  return {
    identity: {
      userId: user,
      masterKey: masterKeyOf(user, key, key),
      signatures: [],
      withdrawn: [],
      problems: [],
      fetchedAt: caseNow,
    },
    reports: signed.map((one) => reportOf(keys, one, user, key)),
    publicUserKeys: words["vouches with"].map((name) => fingerprintOf(keys, name)),
    isKeyChanged: words["key changed"] ?? false,
  };
}

function listOf({ anchor, ends, revoked = {} }: ListWords): RevocationList {
  const entries = Object.entries(revoked).map(([user, keys]) => [user, new Set(keys.map(rawKeyOf))] as const);
  return { anchor, sequence: caseNow, expiresAt: timeOf(ends), revoked: new Map(entries) };
}

function withdrawalOf(
  keys: Keys,
  { by, signature }: { readonly by: string; readonly signature?: string },
): IdentityWithdrawal {
  return {
    key: keyHashOf(keys, by),
    ...(signature !== undefined && { value: valueHashOf({ by: signature }) }),
    manifest: "the manifest",
  };
}

function masterKeyOf(userId: string, name: string, object: string): SignableObject {
  return {
    purpose: "master-key",
    userId,
    bytes: new TextEncoder().encode(object),
    publicKey: rawKeyOf(name),
  };
}

function historyOf({ history }: TrustCase, userId: string): { history?: UserHistory } {
  if (!history) return {};
  const keys = history.map(({ key, seen, state }) => ({
    masterKey: rawKeyOf(key),
    firstSeenAt: timeOf(seen),
    state,
    isRolledBack: false,
  }));
  return { history: { userId, keys } };
}

function masterKeyName(publicKey: string, { history = [] }: TrustCase): string {
  const names = [servedKey, ...history.map(({ key }) => key)];
  return names.find((name) => rawKeyOf(name) === publicKey) ?? publicKey;
}
