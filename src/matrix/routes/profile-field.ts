import type { JsonObject } from "../../encoding/parse-json.js";
import { CountersignError, HttpError } from "../../errors.js";
import type { ExternalSignature } from "../../model/external-signature.js";
import { type Manifest, manifestName, nextManifest, readManifest } from "../../model/manifest.js";
import { sameSignature } from "../../model/same-signature.js";
import { isUnknownEndpoint, path } from "../http.js";
import type { PublishingRoute, RouteContext, ServedMasterKey } from "./route.js";

/** Another device may write between reading and writing: so many times the merge is done anew. */
const maxMerges = 3;

/** A remote server that is down must not hold up the reading of everybody else. */
const readerRetries = 1;

/**
 * The owner's manifest in their profile (MSC4133), which everybody reads, over federation too.
 *
 * Works where servers refuse or hide what hangs on the key. The manifest is written unsigned: each signature in it stands or
 * falls by its own verification.
 */
export const profileField: PublishingRoute = {
  name: "profile-field",

  refuses: () => undefined,

  async publish(signature, masterKey, context) {
    for (let merge = 0; merge < maxMerges; merge++) {
      const previous = await currentManifest(masterKey, context);
      const next = nextManifest(previous, masterKeyName(masterKey), signature, context.now());
      await putField(signature.userId, next, context);
      const written = await currentManifest(masterKey, context);
      if (written && holds(written, [signature, ...othersOf(previous, signature)])) {
        return { route: "profile-field", accepted: true, stored: true, visibleTo: "everyone" };
      }
    }
    const error = new CountersignError("ERR_PUBLISH_FAILED", "the server said yes and stored something else");
    return { route: "profile-field", accepted: true, stored: false, visibleTo: "nobody", error };
  },

  async read(masterKey, context) {
    try {
      const field = await getField(masterKey.signable.userId, context, readerRetries);
      if (field === undefined) return { signatures: [] };
      const { external, withdrawn } = readManifest(field, expectation(masterKey, context));
      return { signatures: external, withdrawn };
    } catch (error) {
      if (isManifestError(error)) return { signatures: [], problem: "manifest-malformed" };
      if (error instanceof HttpError && error.code === "ERR_HTTP_TOO_LARGE") {
        return { signatures: [], problem: "manifest-malformed" };
      }
      if (error instanceof HttpError && isPersonal(error)) return { signatures: [], problem: "manifest-unavailable" };
      throw error;
    }
  },
};

/** The manifest to build on. One for another master key is left behind; a broken one is never overwritten. */
async function currentManifest(masterKey: ServedMasterKey, context: RouteContext): Promise<Manifest | undefined> {
  const field = await getField(masterKey.signable.userId, context);
  try {
    return field === undefined ? undefined : readManifest(field, { ...expectation(masterKey, context), now: Infinity });
  } catch (error) {
    if (error instanceof CountersignError && error.code === "ERR_MANIFEST_FOREIGN") return undefined;
    throw error;
  }
}

async function getField(userId: string, context: RouteContext, maxRetries?: number): Promise<unknown> {
  try {
    const answer = await context.http.request({
      method: "GET",
      ...fieldOf(userId),
      ...signalOf(context),
      ...(maxRetries !== undefined && { maxRetries }),
    });
    return Object.hasOwn(answer, manifestName) ? answer[manifestName] : undefined;
  } catch (error) {
    if (error instanceof HttpError && isAbsent(error)) return undefined;
    throw error;
  }
}

async function putField(userId: string, manifest: JsonObject, context: RouteContext): Promise<void> {
  await context.http.request({
    method: "PUT",
    ...fieldOf(userId),
    body: { [manifestName]: manifest },
    ...signalOf(context),
  });
}

function fieldOf(userId: string): { path: string; prefixes: string[] } {
  return { path: path("profile", userId, manifestName), prefixes: ["unstable/uk.tcpip.msc4133"] };
}

function signalOf({ signal }: RouteContext): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function expectation(masterKey: ServedMasterKey, { now }: RouteContext) {
  return { userId: masterKey.signable.userId, masterKey: masterKeyName(masterKey), now: now() };
}

function masterKeyName({ signable }: ServedMasterKey): string {
  return `ed25519:${signable.publicKey}`;
}

function othersOf(previous: Manifest | undefined, signature: ExternalSignature): readonly ExternalSignature[] {
  return (previous?.external ?? []).filter(({ keyId }) => keyId !== signature.keyId);
}

function holds(manifest: Manifest, signatures: readonly ExternalSignature[]): boolean {
  return signatures.every((signature) => manifest.external.some((other) => sameSignature(other, signature)));
}

/** No profile, no field, or a server without profile fields: all ordinary. */
function isAbsent(error: HttpError): boolean {
  return error.status === 404 || error.errcode === "M_NOT_FOUND" || isUnknownEndpoint(error);
}

/** A fault of this user or their server, not of the reader's own: private profiles, a remote server that is down. */
function isPersonal(error: HttpError): boolean {
  return error.code === "ERR_HTTP_STATUS" || error.code === "ERR_HTTP_NOT_JSON" || error.code === "ERR_HTTP_TIMEOUT";
}

function isManifestError(error: unknown): boolean {
  return error instanceof CountersignError && error.code.startsWith("ERR_MANIFEST_");
}
