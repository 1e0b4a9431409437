import type { RouteReceipt, Visibility } from "../../matrix/routes/route.js";
import type { Advice } from "./advice.js";

/** What became of a signature. */
export interface PublishReceipt {
  readonly userId: string;
  readonly keyId: string;
  /** Whether at least one route stored it, proven by a read-back. */
  readonly published: boolean;
  /** The widest of the routes' `visibleTo`. */
  readonly visibleTo: Visibility;
  /** One receipt a route (a room, for `room-state`), in the order tried. */
  readonly routes: readonly RouteReceipt[];
  /** What is still missing until everybody sees it, and what would give it; empty where nothing is. */
  readonly advice: readonly Advice[];
}

const byWidth: readonly Visibility[] = ["everyone", "room", "own-server", "uploader", "unknown", "nobody"];

/** The widest visibility among these. */
export function widest(visibilities: readonly Visibility[]): Visibility {
  return byWidth.find((one) => visibilities.includes(one)) ?? "nobody";
}
