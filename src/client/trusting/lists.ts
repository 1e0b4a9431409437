import type { RevocationList } from "../../model/revocation-list.js";
import type { Session } from "../session.js";
import { rememberedRevocationList } from "../signed-documents/remember-revocation-list.js";

/** Another tab may take a newer list: what was read is good for a minute. */
const maxAgeMs = 60_000;

/**
 * The remembered lists of all anchors in force, by the anchor's ID.
 *
 * @throws CountersignError `ERR_CLOSED`
 */
export function listsInForce({ inForce, store }: Session, now: number): Promise<ReadonlyMap<string, RevocationList>> {
  const state = inForce.current;
  const { lists } = state;
  if (lists && lists.readAt <= now && now < lists.readAt + maxAgeMs) return lists.known;
  const known = recall(state.settings.anchors, store);
  state.lists = { readAt: now, known };
  known.catch(() => {
    if (state.lists?.known === known) state.lists = undefined;
  });
  return known;
}

async function recall(
  anchors: Session["inForce"]["current"]["settings"]["anchors"],
  store: Session["store"],
): Promise<ReadonlyMap<string, RevocationList>> {
  const lists = await Promise.all(anchors.map((anchor) => rememberedRevocationList(anchor, store)));
  return new Map(lists.flatMap((list) => (list ? [[list.anchor, list] as const] : [])));
}
