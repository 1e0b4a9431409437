import { CountersignError, HttpError } from "../errors.js";
import type { OwnMasterKey } from "../matrix/own-identity.js";
import type { PublishingRoute, RouteContext, RouteReceipt } from "../matrix/routes/route.js";
import type { ExternalSignature } from "../model/external-signature.js";

/** What became of a signature. */
export interface PublishReceipt {
  readonly userId: string;
  readonly keyId: string;
  /** Whether at least one route stored it, proven by a read-back: see each receipt's `visibleTo` for what that is worth. */
  readonly published: boolean;
  /** One receipt a route, in the order tried. */
  readonly routes: readonly RouteReceipt[];
}

/**
 * Publishes an own signature on every route given.
 *
 * A server's refusal is a receipt. Where no route stored it and one could not be asked at all (no connection, an expired
 * token, too many requests), that fault is thrown instead, because trying again later may well work.
 *
 * @throws HttpError, CountersignError `ERR_ABORTED`
 */
export async function publishSignature(
  signature: ExternalSignature,
  own: OwnMasterKey,
  routes: readonly PublishingRoute[],
  context: RouteContext,
): Promise<PublishReceipt> {
  const { userId, keyId } = signature;
  const receipts: RouteReceipt[] = [];
  for (const route of routes) receipts.push(await tryRoute(route, signature, own, context));
  const published = receipts.some(({ stored }) => stored);
  const passing = passingFault(receipts);
  if (!published && passing) throw passing;
  return { userId, keyId, published, routes: receipts };
}

/** The fault of a route that may well work later, if there is one. */
export function passingFault(receipts: readonly RouteReceipt[]): HttpError | undefined {
  return receipts.map(({ error }) => error).find(isWorthAnotherTry);
}

async function tryRoute(
  route: PublishingRoute,
  signature: ExternalSignature,
  own: OwnMasterKey,
  context: RouteContext,
): Promise<RouteReceipt> {
  const refusal = route.refuses(signature);
  if (refusal) return failed(route, refusal);
  try {
    return await route.publish(signature, own, context);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code === "ERR_ABORTED") throw error;
    return failed(route, error);
  }
}

function failed({ name }: PublishingRoute, error: CountersignError): RouteReceipt {
  return { route: name, accepted: false, stored: false, visibleTo: "nobody", error };
}

function isWorthAnotherTry(error: CountersignError | undefined): error is HttpError {
  if (!(error instanceof HttpError)) return false;
  return error.code !== "ERR_HTTP_STATUS" || (error.status ?? 0) >= 500;
}
