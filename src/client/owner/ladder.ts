import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import type { OwnMasterKey } from "../../matrix/own-identity.js";
import { type Authenticate, publishByReupload } from "../../matrix/routes/bootstrap.js";
import type { RouteContext, RouteOutcome, RouteReceipt } from "../../matrix/routes/route.js";
import { uploadSignature } from "../../matrix/routes/signatures-upload.js";
import { entriesOf } from "../../matrix/routes/write-manifest.js";
import type { ServerIdentity } from "../../matrix/servers/identify-server.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import type { RouteName } from "../../model/identity.js";
import type { LintOptions } from "../../model/lint/finding.js";
import type { ManifestChange } from "../../model/manifest/next-manifest.js";
import type { Session } from "../session.js";
import { adviseOn } from "./advice.js";
import { bundleOf } from "./bundle.js";
import type { Observer } from "./observer.js";
import { changeOwnManifest, type ManifestPlaces, type PlaceUse } from "./own-manifest.js";
import { recalls } from "./recalls.js";
import { type PublishReceipt, widest } from "./receipt.js";
import { refusalByLint } from "./refusal-by-lint.js";
import { type Sight, sightOf } from "./visibility.js";

/** One climb: what is published, and by which means. */
export interface Climb {
  readonly signature: ExternalSignature;
  readonly own: OwnMasterKey;
  /** What the manifest becomes with it. */
  readonly change: ManifestChange;
  /** Whether existing copies of the manifest change whatever routes were chosen: it takes this signature's key back. */
  readonly mustReachManifest: boolean;
  readonly routes: "auto" | readonly RouteName[];
  /** Every room that may hold a copy. */
  readonly rooms: readonly string[];
  /** Those that the caller named for this publishing. */
  readonly namedRooms: readonly string[];
  /** Rules of `lint` to override, by name. */
  readonly force: readonly string[];
  readonly server: ServerIdentity | undefined;
  readonly observer?: Observer;
  readonly authenticate?: Authenticate;
}

/**
 * Climbs from route to route until everybody sees the signature, or takes exactly the routes that were chosen.
 *
 * A server's refusal is a receipt. What a rule of `lint` refuses is not sent. The manifest is written in all its places at once,
 * so that they hold the same one.
 *
 * @throws CountersignError `ERR_ABORTED`
 */
export async function climb(session: Session, input: Climb, context: RouteContext): Promise<PublishReceipt> {
  const receipts: RouteReceipt[] = [];
  for (const name of ["signatures-upload", "bootstrap"] as const) {
    if (isChosen(name, input, receipts)) receipts.push(await onKey(name, input, context));
  }
  receipts.push(...(await inManifest(session, input, receipts, context)));
  const { userId, keyId } = input.signature;
  return {
    userId,
    keyId,
    published: receipts.some(({ stored }) => stored),
    visibleTo: widest(receipts.map(({ visibleTo }) => visibleTo)),
    routes: receipts,
    advice: adviseOn(receipts, {
      server: input.server,
      canAuthenticate: input.authenticate !== undefined,
      namesRooms: input.rooms.length > 0,
    }),
  };
}

/** In `auto` a route is taken while not everybody sees the signature; rooms always, since the caller named them. */
function isChosen(
  name: RouteName,
  { routes, rooms, authenticate, server }: Climb,
  receipts: readonly RouteReceipt[],
): boolean {
  if (routes !== "auto") return routes.includes(name);
  if (name === "room-state") return rooms.length > 0;
  const reached = widest(receipts.map(({ visibleTo }) => visibleTo));
  // A password is asked for only where that would let more people see it.
  if (name === "bootstrap") return authenticate !== undefined && reached !== server?.facts?.sameKeyAgain;
  return reached !== "everyone";
}

async function onKey(
  name: "signatures-upload" | "bootstrap",
  input: Climb,
  context: RouteContext,
): Promise<RouteReceipt> {
  const { signature, own, authenticate, server } = input;
  const refusal = refusalOf(name, input);
  if (refusal) return refusal;
  const masterKey = { signable: own.signable, object: own.served };
  const outcome = await orRefusal(() =>
    name === "bootstrap"
      ? publishByReupload(signature, masterKey, authenticate, context)
      : uploadSignature(signature, masterKey, context),
  );
  const seen = outcome.stored ? await input.observer?.onKey(signature, masterKey) : undefined;
  return receiptOf(name, outcome, sightOf(name, server, seen));
}

const manifestRoutes = ["profile-field", "room-state", "bundle"] as const;

async function inManifest(
  session: Session,
  input: Climb,
  above: readonly RouteReceipt[],
  context: RouteContext,
): Promise<RouteReceipt[]> {
  const chosen = manifestRoutes.filter((name) => isChosen(name, input, above));
  const refusals = new Map(manifestRoutes.map((name) => [name, refusalOf(name, input)]));
  const receipts = chosen.flatMap((name) => refusals.get(name) ?? []);
  const use = (name: (typeof manifestRoutes)[number]): PlaceUse => {
    if (refusals.get(name) || (chosen.length === 0 && !input.mustReachManifest)) return "leave";
    return chosen.includes(name) ? "write" : "follow";
  };
  const roomUse = use("room-state");
  const rooms = new Map(
    input.rooms.map((roomId) => [roomId, roomUse === "write" && !isWanted(roomId, input) ? "follow" : roomUse]),
  );
  const where: ManifestPlaces = { profileField: use("profile-field"), rooms };
  if (where.profileField === "leave" && roomUse === "leave" && use("bundle") !== "write") return receipts;
  try {
    const written = await changeOwnManifest(session, input.own, where, input.change, input.force, context);
    const { manifest, isApproved } = written;
    for (const { place, ...done } of written.outcomes) {
      const remarks = [...(done.remarks ?? []), ...(done.stored && !isApproved ? (["unapproved"] as const) : [])];
      const outcome = { ...done, remarks };
      const seen = outcome.stored ? await input.observer?.inPlace(input.signature, place) : undefined;
      receipts.push(receiptOf(place.route, outcome, sightOf(place.route, input.server, seen), place.roomId));
    }
    if (manifest && use("bundle") === "write" && isChosen("bundle", input, [...above, ...receipts])) {
      receipts.push(inBundle(manifest, input));
    }
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code === "ERR_ABORTED") throw error;
    receipts.push(...chosen.filter((name) => !refusals.get(name)).map((name) => notTried(name, error)));
  }
  return receipts;
}

/** Where rooms are named for exactly this publishing, the others only keep up. */
function isWanted(roomId: string, { routes, namedRooms }: Climb): boolean {
  return routes === "auto" || namedRooms.length === 0 || namedRooms.includes(roomId);
}

/** Everything in a bundle becomes public with it, what was published in a room alone before too. */
function inBundle(manifest: JsonObject, { own, force }: Climb): RouteReceipt {
  const refusal = refusalByLint(entriesOf(manifest, own.signable.userId), "bundle", force);
  if (refusal) return receiptOf("bundle", refusal);
  return { ...receiptOf("bundle", { accepted: true, stored: false }), bundle: bundleOf([manifest]) };
}

/** Why a route is not even tried: a rule refuses the signature, or the server is known not to take it. */
function refusalOf(route: RouteName, { signature, force, routes, server }: Climb): RouteReceipt | undefined {
  const facts = server?.facts;
  const refusal = refusalByLint([signature], route, force, facts?.firstUpload === "base64" ? base64Only : {});
  if (refusal) return receiptOf(route, refusal);
  const isImpossible =
    (route === "signatures-upload" && facts?.signaturesUpload.takes === "nothing") ||
    (route === "bootstrap" && facts?.sameKeyAgain === "nobody") ||
    (route === "profile-field" && facts?.profileFields === false);
  // A key that exists already is never sent to a server that answers with a crash, whoever chose the route.
  if (!isImpossible || (routes !== "auto" && route !== "bootstrap")) return undefined;
  return notTried(
    route,
    new CountersignError("ERR_ROUTE_UNAVAILABLE", "this kind of server is known not to take signatures on this route"),
  );
}

const base64Only: LintOptions = { encoding: "base64-only" };

function notTried(route: RouteName, error: CountersignError): RouteReceipt {
  return receiptOf(route, { accepted: false, stored: false, error });
}

async function orRefusal(publish: () => Promise<RouteOutcome>): Promise<RouteOutcome> {
  try {
    return await publish();
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code === "ERR_ABORTED") throw error;
    return { accepted: false, stored: false, error };
  }
}

const unsighted: Sight = { visibleTo: "nobody", proof: "read-back", remarks: [] };

function receiptOf(route: RouteName, outcome: RouteOutcome, sight: Sight = unsighted, roomId?: string): RouteReceipt {
  const { visibleTo, proof, remarks } = outcome.stored ? sight : unsighted;
  return {
    route,
    ...(roomId !== undefined && { roomId }),
    ...outcome,
    visibleTo,
    proof,
    remarks: [...(outcome.remarks ?? []), ...remarks],
    recall: recalls[route],
  };
}
