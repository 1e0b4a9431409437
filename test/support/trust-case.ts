import type { IdentityProblem } from "../../src/model/identity.js";
import type { Keys } from "./trust-keys.js";
import type { SignatureWords } from "./trust-signatures.js";

/** A case of a table: README.md beside the tables explains the words. */
export interface TrustCase {
  readonly case: string;
  readonly user?: string;
  readonly anchors?: readonly (string | AnchorWords)[];
  readonly policy?: Readonly<Record<string, unknown>>;
  readonly signed?: readonly SignatureWords[];
  readonly "master key"?: string | null;
  readonly introductions?: readonly IntroductionWords[];
  readonly team?: readonly MemberWords[];
  readonly lists?: readonly ListWords[];
  readonly history?: readonly SightingWords[];
  readonly decisions?: readonly DecisionWords[];
  readonly withdrawn?: readonly { readonly by: string; readonly signature?: string }[];
  readonly problems?: readonly IdentityProblem[];
  readonly "matrix keys"?: readonly string[];
  readonly expect: string;
  readonly why?: readonly string[];
  readonly path?: readonly string[];
  readonly needed?: readonly string[];
  readonly amounts?: readonly number[];
  readonly "fresh until"?: string;
}

/** An anchor: the members of `TrustAnchor`, with names of keys and words for times, or another one with changes. */
export interface AnchorWords {
  readonly like?: string;
  readonly [member: string]: unknown;
}

export interface IntroductionWords {
  readonly from: string;
  readonly to: string;
  readonly name?: string;
  readonly depth?: number;
  readonly amount?: number;
  readonly domains?: readonly string[];
  readonly began?: string;
  readonly ends?: string;
}

export interface MemberWords {
  readonly user: string;
  readonly signed: readonly SignatureWords[];
  readonly "vouches with": readonly string[];
  readonly "key changed"?: boolean;
}

export interface ListWords {
  readonly anchor: string;
  readonly ends: string;
  readonly revoked?: Readonly<Record<string, readonly string[]>>;
}

interface SightingWords {
  readonly key: string;
  readonly seen: string;
  readonly state: "pinned" | "contending" | "superseded";
}

export interface DecisionWords {
  readonly decision: "accept" | "deny";
  readonly on?: string;
  readonly of?: string;
  readonly at: string;
  readonly "taken back"?: string;
}

interface Rule {
  readonly rule: string;
  readonly "unless said otherwise"?: Partial<TrustCase>;
  readonly cases: readonly TrustCase[];
}

/** One file of cases. */
export interface TrustTable {
  readonly about: string;
  readonly keys: Keys;
  readonly anchors: Readonly<Record<string, AnchorWords>>;
  readonly "unless said otherwise"?: Partial<TrustCase>;
  readonly rules: readonly Rule[];
}

/** The one master key that is served where a case does not say. */
export const servedKey = "the key";

/** What a case may say: a word that nobody reads would make it say less than it seems to. */
export const caseMembers: readonly string[] = Object.keys({
  case: true,
  user: true,
  anchors: true,
  policy: true,
  signed: true,
  "master key": true,
  introductions: true,
  team: true,
  lists: true,
  history: true,
  decisions: true,
  withdrawn: true,
  problems: true,
  "matrix keys": true,
  expect: true,
  why: true,
  path: true,
  needed: true,
  amounts: true,
  "fresh until": true,
} satisfies Record<keyof TrustCase, true>);
