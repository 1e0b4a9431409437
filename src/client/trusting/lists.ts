import type { RevocationList } from "../../model/revocation-list.js";
import type { TrustAnchor } from "../../model/trust-anchor.js";
import type { TrustMemory } from "../../model/trust-record.js";
import { rememberedRevocationList } from "../signed-documents/remember-revocation-list.js";
import type { TrustInForce } from "./trust-in-force.js";

/** Another tab may have taken a newer list meanwhile. */
const maxAgeMs = 60_000;

/**
 * The remembered lists of all anchors of these settings, as they were a minute ago at most.
 *
 * @param now milliseconds since 1970
 * @throws CountersignError `ERR_CLOSED`
 */
export function listsOf(
  state: TrustInForce,
  memory: Pick<TrustMemory, "getTrust">,
  now: number,
): Promise<readonly RevocationList[]> {
  const known = state.lists;
  if (known && known.readAt <= now && now < known.readAt + maxAgeMs) return known.lists;
  const lists = recall(state.settings.anchors, memory);
  state.lists = { readAt: now, lists };
  lists.catch(() => {
    if (state.lists?.lists === lists) state.lists = undefined;
  });
  return lists;
}

async function recall(
  anchors: readonly TrustAnchor[],
  memory: Pick<TrustMemory, "getTrust">,
): Promise<readonly RevocationList[]> {
  const lists = await Promise.all(anchors.map((anchor) => rememberedRevocationList(anchor, memory)));
  return lists.flatMap((list) => list ?? []);
}
