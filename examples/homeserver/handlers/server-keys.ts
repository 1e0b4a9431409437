/** What other servers ask: the keys that this one signs with. */
import { unrecognized } from "../errors.js";
import type { Router } from "../router.js";

/** Adds the routes. */
export function addServerKeyRoutes(router: Router): void {
  router.open("GET", "/_matrix/key/v2/server", ({ server }) => server.serverKeys.allPurpose());
  router.open("GET", "/_matrix/key/{v3|unstable/org.matrix.msc4100}/server", ({ server }) => {
    if (server.profile.proposals !== true) throw unrecognized();
    return server.serverKeys.scoped();
  });
}
