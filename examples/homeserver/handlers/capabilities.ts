/** What a client asks when it starts: versions, capabilities, and services that this server does not have. */
import { MatrixError, notFound, unrecognized } from "../errors.js";
import { objectFrom } from "../json.js";
import { roomVersions } from "../room-versions.js";
import type { Router } from "../router.js";

/** Adds the routes. */
export function addCapabilityRoutes(router: Router): void {
  router.open("GET", "/_matrix/client/versions", ({ server }) => ({
    versions: [...server.profile.specVersions],
    unstable_features: server.profile.unstableFeatures,
  }));
  router.open("GET", "/_matrix/federation/v1/version", ({ server }) => ({
    server: { name: server.profile.software.name, version: server.profile.software.version },
  }));
  router.authenticated("GET", "/_matrix/client/{v3|r0}/capabilities", ({ server }) => ({
    capabilities: {
      "m.change_password": { enabled: false },
      "m.room_versions": {
        default: server.profile.defaultRoomVersion,
        available: objectFrom(roomVersions.map((version) => [version, "stable"])),
      },
      ...(server.profile.profileFields === undefined ? {} : { "m.profile_fields": { enabled: true } }),
    },
  }));
  router.authenticated("GET", "/_matrix/client/{v3|r0}/voip/turnServer", () => ({}));
  router.authenticated("GET", "/_matrix/client/{v3|r0}/thirdparty/protocols", () => ({}));
  router.authenticated("GET", "/_matrix/client/v1/media/config", () => ({ "m.upload.size": 0 }));
  router.authenticated("GET", "/_matrix/media/{v3|r0}/config", () => ({ "m.upload.size": 0 }));
  router.authenticated("GET", "/_matrix/client/{v3|r0}/room_keys/version", () => {
    throw notFound("No current backup version");
  });
  router.open("GET", "/_matrix/client/{v1|unstable/org.matrix.msc2965}/{auth_metadata|auth_issuer}", () => {
    throw unrecognized();
  });
  router.authenticated("GET", "/_matrix/client/{v3|r0}/pushers", () => ({ pushers: [] }));
  router.authenticated("GET", "/_matrix/client/{v3|r0}/account/3pid", () => ({ threepids: [] }));
  router.authenticated("PUT", "/_matrix/client/{v3|r0}/presence/{}/status", () => ({}));
  router.authenticated("GET", "/_matrix/client/{v3|r0}/presence/{}/status", () => ({ presence: "offline" }));
  router.authenticated("POST", "/_matrix/client/{v3|r0}/user_directory/search", ({ server, body }) => {
    const term = typeof body.search_term === "string" ? body.search_term.toLowerCase() : "";
    if (term === "") throw new MatrixError(400, "M_MISSING_PARAM", "search_term is missing");
    const found = [...server.users.values()].filter((user) => user.userId.toLowerCase().includes(term)).slice(0, 10);
    return {
      limited: false,
      results: found.map((user) => ({ user_id: user.userId, display_name: user.profile.get("displayname") ?? null })),
    };
  });
}
