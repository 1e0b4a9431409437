import type { RevocationList } from "../model/revocation-list.js";
import { certificateStandings } from "./certificates.js";
import { introducedStandings } from "./introduced.js";
import type { JudgingContext } from "./judge-report.js";
import { ownKeyStandings } from "./own-key.js";
import type { Standing, StandingFinder } from "./standing.js";
import type { Trust } from "./trust.js";
import { judgeVouchingUsers, type VouchingUser, vouchingStandings } from "./vouching-users.js";
import { anchorsAbove } from "./web/anchors-above.js";
import { TrustNetwork } from "./web/trust-network.js";

/** What {@link trustContext} puts together. */
export interface TrustContextInput {
  /** As `readTrust` returns it. */
  readonly trust: Trust;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What keys say about each other, verified. */
  readonly network?: TrustNetwork;
  /** The anchors' lists of revocations, verified. */
  readonly lists?: readonly RevocationList[];
  /** Users who may vouch for others. */
  readonly vouchingUsers?: readonly VouchingUser[];
  /** Known Matrix keys, unpadded base64: an anchor with such a raw key counts for nothing. */
  readonly matrixKeys?: Iterable<string>;
}

const nobody = new TrustNetwork([]);

/** Everything that assessments of the same moment share. */
export interface TrustContext extends JudgingContext {
  readonly find: StandingFinder;
  /** When the next anchor begins to count, milliseconds since 1970; infinity where all have begun. */
  readonly nextBeginning: number;
}

/** Puts together what assessments of the same moment share, so that none of it is worked out for each user. Pure. */
export function trustContext({
  trust,
  now,
  network = nobody,
  lists = [],
  vouchingUsers = [],
  matrixKeys = [],
}: TrustContextInput): TrustContext {
  const judging: JudgingContext = {
    trust,
    now,
    lists: new Map(lists.map((list) => [list.anchor, list])),
    matrixKeys: new Set(matrixKeys),
  };
  const users = judgeVouchingUsers(vouchingUsers, judging);
  const introduced = introducedStandings(trust, network, now);
  const above = anchorsAbove(trust, network.graphAt(now));
  const find: StandingFinder = (report, userId) => {
    const standings = [
      ...ownKeyStandings(trust, report, userId),
      ...certificateStandings(trust, report, userId),
      ...introduced(report, userId),
      ...vouchingStandings(users, report, judging),
    ];
    return above.size === 0 ? standings : standings.map((standing) => withAbove(standing, above));
  };
  const beginnings = trust.anchors.map(({ notBefore = 0 }) => notBefore).filter((time) => time > now);
  return { ...judging, find, nextBeginning: Math.min(...beginnings) };
}

function withAbove(standing: Standing, above: ReadonlyMap<string, readonly string[]>): Standing {
  const keys = above.get(standing.anchor.id);
  return keys ? { ...standing, above: [...standing.above, ...keys] } : standing;
}
