import type { Recall, Visibility } from "../../matrix/routes/route.js";
import type { ServerIdentity } from "../../matrix/servers/identify-server.js";
import type { RouteName } from "../../model/identity.js";
import { recalls } from "./recalls.js";
import { sightOf } from "./visibility.js";

/** What publishing on one route makes public, to whom, and whether it can be recalled. */
export interface Disclosure {
  readonly route: RouteName;
  readonly visibleTo: Visibility;
  readonly recall: Recall;
  /** The same as an English sentence. */
  readonly text: string;
}

const recallTexts: Readonly<Record<Recall, string>> = {
  removable: "you can delete it, but not what others copied",
  history: "you can replace it, but the room's history keeps it",
  never: "no server can delete it again",
  unknown: "nobody can call a file back",
};

const audiences: Readonly<Record<Visibility, string>> = {
  everyone: "everybody",
  room: "the members of the room, on every server",
  "own-server": "the users of your server",
  uploader: "you, and others as your server likes",
  unknown: "you, and others as your server likes",
  nobody: "nobody",
};

/** Rooms first: the smallest audience that is still of use. */
const offered: readonly RouteName[] = ["room-state", "profile-field", "bundle", "signatures-upload", "bootstrap"];

/**
 * What each route would make public: the signature with everything in it (of a company's or a card's certificate that is the
 * name, and often more), under the owner's user ID. The route offered first has the smallest audience.
 */
export function disclosuresOn(server: ServerIdentity | undefined): Disclosure[] {
  return offered.map((route) => {
    const { visibleTo } = sightOf(route, server);
    const recall = recalls[route];
    const audience = route === "bundle" ? "whoever gets the file" : audiences[visibleTo];
    return { route, visibleTo, recall, text: `Seen by ${audience}; ${recallTexts[recall]}.` };
  });
}

/** The same for a signature inside the very first upload of a master key: every server shows that to everybody. */
export const firstUploadDisclosures: readonly Disclosure[] = [
  {
    route: "bootstrap",
    visibleTo: "everyone",
    recall: "never",
    text: `Seen by ${audiences.everyone}; ${recallTexts.never}.`,
  },
];
