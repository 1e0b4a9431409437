import type { JsonObject } from "../../encoding/parse-json.js";
import { CountersignError, HttpError } from "../../errors.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import {
  type Manifest,
  type ManifestExpectation,
  manifestName,
  maxManifestBytes,
  readManifest,
} from "../../model/manifest.js";
import { nextManifest } from "../../model/next-manifest.js";
import { sameSignature } from "../../model/same-signature.js";
import { isJsonObject } from "../../model/signable.js";
import { isUnknownEndpoint, type MatrixRequest, path } from "../http.js";
import type { PublishingRoute, RouteContext, RouteReading, ServedMasterKey } from "./route.js";

/** Another device may write between reading and writing: so many times the merge is done anew. */
const maxMerges = 3;

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
    const copies: JsonObject[] = [];
    for (let merge = 0; merge < maxMerges; merge++) {
      copies.push(...(await ownManifest(masterKey, context)));
      const next = nextManifest(copies, masterKeyName(masterKey), signature, context.now());
      await putField(signature.userId, next, context);
      const [written] = await ownManifest(masterKey, context);
      if (written && holdsAll(readOwn(written, masterKey), readOwn(next, masterKey))) {
        return { route: "profile-field", accepted: true, stored: true, visibleTo: "everyone" };
      }
    }
    const error = new CountersignError("ERR_PUBLISH_FAILED", "the server said yes and stored something else");
    return { route: "profile-field", accepted: true, stored: false, visibleTo: "nobody", error };
  },

  async read(masterKey, context) {
    const { userId } = masterKey.signable;
    const server = userId.slice(userId.indexOf(":") + 1);
    if (context.unreachableServers.has(server)) return { signatures: [], problem: "manifest-unavailable" };
    try {
      return readField(await getField(userId, context), expectation(masterKey, context.now()));
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

/** The own manifest as it stands, to build on: none for another master key; a broken one is an error, never overwritten. */
async function ownManifest(masterKey: ServedMasterKey, context: RouteContext): Promise<JsonObject[]> {
  try {
    const field = await getField(masterKey.signable.userId, context, {});
    if (isEmpty(field)) return [];
    readOwn(field, masterKey);
    return isJsonObject(field) ? [field] : [];
  } catch (error) {
    // Only this says that there is none: taking any other fault for an empty field would overwrite what is there.
    if (error instanceof HttpError && error.errcode === "M_NOT_FOUND") return [];
    if (error instanceof CountersignError && error.code === "ERR_MANIFEST_FOREIGN") return [];
    throw error;
  }
}

function readOwn(manifest: unknown, masterKey: ServedMasterKey): Manifest {
  return readManifest(manifest, expectation(masterKey, Number.POSITIVE_INFINITY));
}

async function getField(
  userId: string,
  context: RouteContext,
  limits: MatrixRequest["limits"] = readerLimits,
): Promise<unknown> {
  const answer = await context.http.request({ method: "GET", ...fieldOf(userId, context), limits });
  return Object.hasOwn(answer, manifestName) ? answer[manifestName] : undefined;
}

async function putField(userId: string, manifest: JsonObject, context: RouteContext): Promise<void> {
  await context.http.request({ method: "PUT", ...fieldOf(userId, context), body: { [manifestName]: manifest } });
}

function fieldOf(userId: string, { signal }: RouteContext): Omit<MatrixRequest, "method"> {
  const prefixes = ["unstable/uk.tcpip.msc4133"];
  return { path: path("profile", userId, manifestName), prefixes, ...(signal && { signal }) };
}

function expectation(masterKey: ServedMasterKey, now: number): ManifestExpectation {
  return { userId: masterKey.signable.userId, masterKey: masterKeyName(masterKey), now };
}

function masterKeyName({ signable }: ServedMasterKey): string {
  return `ed25519:${signable.publicKey}`;
}

function holdsAll(written: Manifest, wanted: Manifest): boolean {
  const holds = (signature: ExternalSignature): boolean =>
    written.external.some((other) => sameSignature(other, signature));
  return (
    wanted.external.every(holds) &&
    wanted.withdrawn.every(({ key, value }) =>
      written.withdrawn.some((other) => other.key === key && other.value === value),
    )
  );
}

/** A field that was emptied, in any of the ways in which servers say so. */
function isEmpty(field: unknown): boolean {
  return field === undefined || field === null || (isJsonObject(field) && Object.keys(field).length === 0);
}

/** No profile, no field, or a server without profile fields: all ordinary for a reader. */
function isAbsent(error: HttpError): boolean {
  return error.status === 404 || error.errcode === "M_NOT_FOUND" || isUnknownEndpoint(error);
}
