import { type CountersignError, HttpError } from "../../errors.js";
import { isUnknownEndpoint } from "../../matrix/http.js";
import type { OwnMasterKey } from "../../matrix/own-identity.js";
import { membershipIn } from "../../matrix/own-membership.js";
import type { RouteContext } from "../../matrix/routes/route.js";
import type { PlaceOutcome } from "../../matrix/routes/write-manifest.js";
import type { ServerIdentity } from "../../matrix/servers/identify-server.js";
import { serverNameOf } from "../../model/user-id.js";
import { isWorthAnotherTry } from "./advice.js";
import type { WithdrawnPlace, WithdrawObstacle, WithdrawReceipt } from "./withdraw-receipt.js";

/** What a receipt says of one copy of the manifest. */
export async function placeOf(
  { place, stored, error, findings }: PlaceOutcome,
  own: OwnMasterKey,
  context: RouteContext,
): Promise<WithdrawnPlace> {
  const { route, roomId } = place;
  const where = { route, ...(roomId !== undefined && { roomId }) };
  if (stored) return { ...where, done: true };
  if (findings) return { ...where, done: false, obstacle: "rule", findings, ...(error && { error }) };
  const obstacle = await obstacleOf(error, roomId, own, context);
  return { ...where, done: false, obstacle, ...(error && { error }) };
}

async function obstacleOf(
  error: CountersignError | undefined,
  roomId: string | undefined,
  own: OwnMasterKey,
  context: RouteContext,
): Promise<WithdrawObstacle> {
  if (isWorthAnotherTry(error)) return "passing";
  if (error?.code === "ERR_MANIFEST_SIZE") return "too-large";
  if (isUnknownEndpoint(error)) return "no-profile-fields";
  if (roomId === undefined || !(error instanceof HttpError) || error.status !== 403) return "refused";
  const membership = await membershipIn(roomId, own.signable.userId, context);
  if (membership === "join") return "power-level";
  return membership === "ban" ? "banned" : "left";
}

/** What a receipt says of a signature that hangs on the master key itself. */
export function staysOn(
  { signable }: OwnMasterKey,
  server: ServerIdentity | undefined,
): NonNullable<WithdrawReceipt["staysOnKey"]> {
  const name = serverNameOf(signable.userId);
  const runs = server ? ` (${server.name} ${server.version})` : "";
  return {
    server: `${name}${runs}`,
    text:
      `${name}${runs}, and every server that has a copy of the key, go on serving the signature on the master key: ` +
      "no server lets anybody delete one. Readers who see a manifest that takes it back do not count it; others still may.",
  };
}
