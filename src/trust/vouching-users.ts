import { decodeUtf8 } from "../encoding/bytes.js";
import type { SignedIdentity } from "../model/identity.js";
import type { SignatureReport } from "../model/report.js";
import { isAnchorItself } from "./anchors/is-anchor-itself.js";
import { askScope } from "./anchors/scope.js";
import { type AttestedVouch, type JudgingContext, judgeReport } from "./judge-report.js";
import { ownKeyStandings } from "./own-key.js";
import { decisionKey } from "./policy/read-decisions.js";
import { type Standing, signerKeys } from "./standing.js";

/** A Matrix user who may vouch for others, as MSC2882 has it, with all that is known of them. */
export interface VouchingUser {
  readonly identity: SignedIdentity;
  /** The verdicts on the external signatures on their master key. */
  readonly reports: readonly SignatureReport[];
  /** Their keys of usage `public-user`, unpadded base64, each verified to be signed by that very master key. */
  readonly publicUserKeys: readonly string[];
  /** Whether their master key is another than the one seen first: then nobody is vouched for. */
  readonly isKeyChanged: boolean;
}

/** Algorithms whose signers are Matrix keys: MSC2882's own signature, and the same key in the form of an external one. */
const algorithms: readonly string[] = ["org.matrix.msc2882", "org.ietf.ed25519"];

/** The users who vouch, with what each is worth under each anchor, by their keys. */
export type VouchingUsers = ReadonlyMap<
  string,
  readonly { readonly userId: string; readonly vouches: readonly AttestedVouch[] }[]
>;

/**
 * Judges who may vouch for others: users whose master key an anchor's own key signed, under `scope`, with a depth of at least one, in a scope
 * that holds them for `introduce`.
 */
export function judgeVouchingUsers(users: readonly VouchingUser[], context: JudgingContext): VouchingUsers {
  const byKey = new Map<string, { readonly userId: string; readonly vouches: readonly AttestedVouch[] }[]>();
  for (const user of users) {
    const vouches = introducingVouches(user, context);
    for (const key of new Set(user.publicUserKeys)) {
      byKey.set(key, [...(byKey.get(key) ?? []), { userId: user.identity.userId, vouches }]);
    }
  }
  return byKey;
}

/**
 * The anchors under which the signer vouches as a Matrix user.
 *
 * @see PROTOCOL, "For whom a signer may speak"
 */
export function vouchingStandings(
  users: VouchingUsers,
  report: SignatureReport,
  { trust }: JudgingContext,
): Standing[] {
  if (!algorithms.includes(report.algorithm)) return [];
  return (users.get(report.signer?.fingerprint ?? "") ?? []).flatMap(({ userId, vouches }) =>
    vouches.flatMap((vouch) => {
      const anchor = trust.anchors.find(({ id }) => id === vouch.anchorId);
      // Nobody vouches for themselves.
      return anchor && userId !== report.userId ? [standingOf(vouch, userId, anchor, report)] : [];
    }),
  );
}

function standingOf(
  vouch: AttestedVouch,
  userId: string,
  anchor: Standing["anchor"],
  report: SignatureReport,
): Standing {
  const { amount, until } = vouch;
  const user = { kind: "user", who: userId, amount } as const;
  return {
    anchor,
    hindrance: undefined,
    isOwnKey: false,
    amount,
    hops: [...vouch.path.slice(1), Number.isFinite(until) ? { ...user, validUntil: until } : user],
    validFrom: 0,
    validUntil: until,
    anchorKeys: vouch.anchorKeys,
    below: [userId, ...signerKeys(report)],
    above: vouch.above,
  };
}

function introducingVouches(
  { identity, reports, isKeyChanged }: VouchingUser,
  context: JudgingContext,
): AttestedVouch[] {
  const { userId, masterKey } = identity;
  const { trust } = context;
  if (!masterKey || isKeyChanged) return [];
  if (trust.decisions.get(decisionKey(userId, masterKey.publicKey ?? ""))?.decision === "deny") return [];
  const object = decodeUtf8(masterKey.bytes);
  const introducers = new Set(
    trust.introducing
      .filter(({ speaksFor, scope }) => speaksFor === "scope" && askScope(scope, userId, "introduce").in)
      .map(({ id }) => id),
  );
  const find = (report: SignatureReport): Standing[] =>
    ownKeyStandings(trust, report, userId).filter(
      ({ anchor }) => introducers.has(anchor.id) && isAnchorItself(anchor, report),
    );
  return reports
    .flatMap((report) => judgeReport(report, identity, object, find, context))
    .flatMap(({ vouch }) => vouch ?? []);
}
