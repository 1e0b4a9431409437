import { type Countersign, HttpError, type JsonObject, type PublishReceipt, signFirstUpload } from "matrix-countersign";
import type { MatrixUser } from "../../examples/shared/matrix-user.js";
import { roomWithOpenState } from "./federated-users.js";
import { manifestName } from "./served-manifest.js";
import { syncingUser } from "./syncing-user.js";
import { ownSide, readingSide, serverOf } from "./two-sides.js";
import { stampVoucher } from "./voucher.js";

/** Every way in which a signature gets out: the routes, `bootstrap` as the first upload of a key and as a later one. */
export const waysToPublish = [
  "signatures-upload",
  "first-upload",
  "upload-once-more",
  "profile-field",
  "room-state",
  "bundle",
] as const;

export type WayToPublish = (typeof waysToPublish)[number];

/** An owner who has published in one way, and a reader who looks where that leads. */
export interface PublishedOwner {
  readonly owner: MatrixUser;
  /** Absent for the first upload, which gives none. */
  readonly receipt?: PublishReceipt;
  readonly reading: Countersign;
}

/** Registers an owner, who syncs until the test ends, and publishes in this way and no other, whatever the server is known for. */
export async function publishingOwner(way: WayToPublish, baseUrl: string, reader: MatrixUser): Promise<PublishedOwner> {
  const company = await stampVoucher();
  const sign = ({ bytes }: { readonly bytes: Uint8Array }): Promise<string> => company.sign(bytes);
  const signing = signFirstUpload(fetch, { algorithms: [company.algorithm], sign });
  const fetchFn = way === "first-upload" ? { fetchFn: signing } : {};
  const owner = await syncingUser(baseUrl, "owner", fetchFn);
  const rooms = way === "room-state" ? [await roomWithOpenState(reader, [owner], manifestName)] : [];
  const reading = await readingSide(reader, company, serverOf(owner), { rooms });
  if (way === "first-upload") return { owner, reading };
  const own = await ownSide(owner, company, { http: { wait: async () => {} } });
  const options = {
    routes: [way === "upload-once-more" ? "bootstrap" : way],
    rooms,
    authenticate: async () => withPassword(owner),
  } as const;
  const publishing = own.publish(await company.vouchFor(own), options);
  // Synapse answers the same key with 500, which might pass for all that can be known.
  const receipt = await publishing.catch(ofNothing);
  for (const { bundle } of receipt?.routes ?? []) if (bundle) await reading.importBundle(bundle);
  return { owner, reading, ...(receipt && { receipt }) };
}

function ofNothing(error: unknown): undefined {
  if (!(error instanceof HttpError && error.status === 500)) throw error;
}

function withPassword({ userId, password }: MatrixUser): JsonObject {
  return { type: "m.login.password", identifier: { type: "m.id.user", user: userId }, password };
}
