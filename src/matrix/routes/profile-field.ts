import { CountersignError, HttpError } from "../../errors.js";
import { type ManifestExpectation, maxManifestBytes, readManifest } from "../../model/manifest.js";
import { serverNameOf } from "../../model/user-id.js";
import { isUnknownEndpoint } from "../http.js";
import { expectation, getField, isEmpty } from "./profile-field-requests.js";
import type { PublishingRoute, RouteReading } from "./route.js";

/** One user's profile, or their server, must not hold up the reading of everybody else's. */
const readerLimits = { maxRetries: 0, timeoutMs: 10_000, maxResponseBytes: 4 * maxManifestBytes };

/**
 * The owner's manifest in their profile (MSC4133), which everybody reads, over federation too.
 *
 * Works where servers refuse or hide what hangs on the key. The manifest is written unsigned: each signature in it stands or
 * falls by its own verification. Servers have no write on condition: of two devices that write in the same moment, the one
 * that wrote first may find its signature gone later.
 */
export const profileField: PublishingRoute = {
  name: "profile-field",

  refuses: () => undefined,

  async publish(signature, masterKey, context) {
    const { writeProfileField } = await import("./profile-field-writer.js");
    return writeProfileField(signature, masterKey, context);
  },

  async read(masterKey, context) {
    const { userId } = masterKey.signable;
    const server = serverNameOf(userId);
    if (context.unreachableServers.has(server)) return { signatures: [], problem: "manifest-unavailable" };
    try {
      return readField(await getField(userId, context, readerLimits), expectation(masterKey, context.now()));
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (isAbsent(error)) return { signatures: [] };
      if (error.code === "ERR_HTTP_TOO_LARGE") return { signatures: [], problem: "manifest-malformed" };
      if (error.code === "ERR_HTTP_TIMEOUT" || (error.status ?? 0) >= 500) context.unreachableServers.add(server);
      return { signatures: [], problem: "manifest-unavailable" };
    }
  },
};

function readField(field: unknown, expected: ManifestExpectation): RouteReading {
  if (isEmpty(field)) return { signatures: [] };
  try {
    const { external, withdrawn, isDamaged } = readManifest(field, expected);
    return { signatures: external, withdrawn, ...(isDamaged && { problem: "manifest-malformed" }) };
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return { signatures: [], problem: "manifest-malformed" };
  }
}

/**
 * No profile, no field, or a server without profile fields: all ordinary for a reader. (`M_INVALID_PARAM` is what Synapse
 * says where the owner's server has no profile fields.)
 */
function isAbsent(error: HttpError): boolean {
  return error.status === 404 || error.errcode === "M_INVALID_PARAM" || isUnknownEndpoint(error);
}
