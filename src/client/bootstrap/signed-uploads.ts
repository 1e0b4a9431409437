import type { AlgorithmRegistry } from "../../algorithms/registry.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import type { OwnSignature } from "../owner/own-signature.js";
import type { FirstUploadOptions } from "./sign-first-upload.js";
import { readNewMasterKey, signMasterKey } from "./sign-master-key.js";
import { withSignature } from "./with-signature.js";

/** As long as matrix-js-sdk gives such a request. */
const uploadTimeoutMs = 60_000;

/** The uploads of cross-signing keys behind `signFirstUpload`: loaded with the first of them. */
export function signedUploads(
  fetchFn: typeof fetch,
  registry: AlgorithmRegistry,
  options: FirstUploadOptions,
): typeof fetch {
  const signaturesOn = rememberSignatures(registry, options);
  return async (input, init) => {
    const { target, rest, text } = await withText(input, init);
    const body = readObject(text);
    if (body?.master_key === undefined || body.master_key === null) return fetchFn(target, rest);
    init?.signal?.throwIfAborted();
    const { signatures, isNew } = await signaturesOn(body.master_key).catch(throwAsAbort);
    return fetchFn(target, {
      ...rest,
      ...(signatures.length > 0 && { body: JSON.stringify(signatures.reduce(withSignature, body)) }),
      // The time-out that the caller set ran while the user signed.
      ...(isNew && { signal: AbortSignal.timeout(uploadTimeoutMs) }),
    });
  };
}

interface Signatures {
  readonly signatures: readonly OwnSignature[];
  /** Whether the user was asked just now. */
  readonly isNew: boolean;
}

/** The user signs each key once: with user-interactive auth it goes up twice, and an upload that failed is made again. */
function rememberSignatures(
  registry: AlgorithmRegistry,
  options: FirstUploadOptions,
): (masterKey: unknown) => Promise<Signatures> {
  const made = new Map<string, Promise<OwnSignature | undefined>>();
  return async (masterKey) => {
    const key = readNewMasterKey(masterKey);
    const signatures: OwnSignature[] = [];
    let isNew = false;
    for (const algorithm of registry.keys()) {
      const name = JSON.stringify([key.signable.userId, key.publicKey, algorithm]);
      const known = made.get(name);
      const signing = known ?? signMasterKey(key, algorithm, registry, options);
      made.set(name, signing);
      isNew ||= known === undefined;
      try {
        const signature = await signing;
        if (signature) signatures.push(signature);
      } catch (error) {
        made.delete(name);
        throw error;
      }
    }
    return { signatures, isNew };
  };
}

/** A request whose body can still be sent, and its text. */
async function withText(
  input: RequestInfo | URL,
  init: RequestInit | undefined,
): Promise<{ target: RequestInfo | URL; rest: RequestInit | undefined; text: string }> {
  if (typeof init?.body === "string") return { target: input, rest: init, text: init.body };
  const target = new Request(input, init);
  return { target, rest: undefined, text: await target.clone().text() };
}

/** The object that a body is, read as servers read it; a body that is none is theirs to refuse. */
function readObject(text: string): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isJsonObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Under this name matrix-js-sdk passes an error on as it is; of any other it keeps the message, and tries again. */
function throwAsAbort(error: unknown): never {
  if (error instanceof CountersignError) error.name = "AbortError";
  throw error;
}
