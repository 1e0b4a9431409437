import type { Proof, ReceiptRemark, Visibility } from "../../matrix/routes/route.js";
import type { ServerIdentity } from "../../matrix/servers/identify-server.js";
import type { RouteName } from "../../model/identity.js";

/** What a second account saw, and how far its word reaches: it is on the owner's server, or on another one. */
export interface Observation {
  readonly seen: boolean;
  readonly from: "own-server" | "another-server";
}

/** Who sees something, and how that is known. */
export interface Sight {
  readonly visibleTo: Visibility;
  readonly proof: Proof;
  readonly remarks: readonly ReceiptRemark[];
}

/**
 * Who sees what a route stored: what the server is known to do, corrected by what a second account saw.
 *
 * What a server shows by accident is never counted: where it is known to, or where nobody knows what it is, seeing a signature on
 * the key once proves nothing lasting.
 */
export function sightOf(route: RouteName, server: ServerIdentity | undefined, observation?: Observation): Sight {
  const claimed = claim(route, server);
  const remarks: ReceiptRemark[] = route === "profile-field" ? ["needs-profile-fields"] : [];
  const inferred: Sight = {
    visibleTo: claimed,
    proof: claimed === "uploader" || claimed === "unknown" ? "read-back" : "inferred",
    remarks,
  };
  if (!observation) return inferred;
  if (!observation.seen)
    return { ...unseen(route, claimed, observation), remarks: [...remarks, "not-seen-by-observer"] };
  if (isOnKey(route) && (!server || server.facts?.showsByAccident)) {
    return { ...inferred, remarks: [...remarks, "shown-by-accident"] };
  }
  if (route === "room-state") return { ...inferred, proof: "observed" };
  if (observation.from === "another-server") return { visibleTo: "everyone", proof: "observed", remarks };
  return claimed === "everyone" ? inferred : { visibleTo: "own-server", proof: "observed", remarks };
}

function claim(route: RouteName, server: ServerIdentity | undefined): Visibility {
  const facts = server?.facts;
  switch (route) {
    case "signatures-upload":
      // A server that is known to take nothing and took it is not what it is known as.
      return facts && facts.signaturesUpload.takes !== "nothing" ? facts.signaturesUpload.visibleTo : "unknown";
    case "bootstrap":
      return facts && facts.sameKeyAgain !== "nobody" ? facts.sameKeyAgain : "unknown";
    case "profile-field":
      return "everyone";
    case "room-state":
      return "room";
    case "bundle":
      return "unknown";
  }
}

function unseen(route: RouteName, claimed: Visibility, { from }: Observation): Pick<Sight, "visibleTo" | "proof"> {
  // A second account that is not in the room says nothing about those who are.
  if (route === "room-state") return { visibleTo: claimed, proof: "inferred" };
  if (from === "own-server" && isOnKey(route)) return { visibleTo: "uploader", proof: "observed" };
  return claimed === "everyone"
    ? { visibleTo: "unknown", proof: "read-back" }
    : { visibleTo: claimed, proof: "inferred" };
}

function isOnKey(route: RouteName): boolean {
  return route === "signatures-upload" || route === "bootstrap";
}
