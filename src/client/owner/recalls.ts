import type { Recall } from "../../matrix/routes/route.js";
import type { RouteName } from "../../model/identity.js";

/** What becomes of a signature that its owner wants back, by the route that published it. */
export const recalls: Readonly<Record<RouteName, Recall>> = {
  "signatures-upload": "never",
  bootstrap: "never",
  "profile-field": "removable",
  "room-state": "history",
  bundle: "unknown",
};
