import type { RevocationList } from "../../model/revocation-list.js";
import type { Session } from "../session.js";
import { rememberedRevocationList } from "../signed-documents/remember-revocation-list.js";

/**
 * The remembered lists of all anchors in force, by the anchor's ID.
 *
 * @throws CountersignError `ERR_CLOSED`
 */
export function listsInForce({ inForce, store }: Session): Promise<ReadonlyMap<string, RevocationList>> {
  const state = inForce.current;
  state.lists ??= recall(state.settings.anchors, store).catch((error: unknown) => {
    state.lists = undefined;
    throw error;
  });
  return state.lists;
}

async function recall(
  anchors: Session["inForce"]["current"]["settings"]["anchors"],
  store: Session["store"],
): Promise<ReadonlyMap<string, RevocationList>> {
  const lists = await Promise.all(anchors.map((anchor) => rememberedRevocationList(anchor, store)));
  return new Map(lists.flatMap((list) => (list ? [[list.anchor, list] as const] : [])));
}
