import { decodeUtf8, equalBytes } from "../encoding/bytes.js";
import { isJsonObject, type JsonObject } from "../encoding/json-object.js";
import { CountersignError, HttpError } from "../errors.js";
import { signerEntry } from "../model/external-signature.js";
import { isSignedBy } from "../model/matrix-signature.js";
import type { SignableObject } from "../model/signable.js";
import { type MatrixHttp, path } from "./http.js";
import { queryKeys } from "./key-query.js";

/** The own user-signing key, and whose it is. */
export interface NativeSigner {
  readonly userId: string;
  /** Unpadded base64. */
  readonly publicKey: string;
}

/** The own user-signing key's signature on another user's master key. */
export interface NativeSignature {
  /** What was signed, byte for byte. */
  readonly masterKey: SignableObject;
  /** Unpadded base64. */
  readonly value: string;
}

/**
 * How the key that a server serves for a user now stands to a master key known before.
 *
 * - `other`: it is another one, or none
 * - `unsigned`, `signed`: it is the same, without or with the own user-signing key's signature
 */
export type NativeStanding = "other" | "unsigned" | "signed";

/**
 * Looks at master keys once more, after they were assessed or signed.
 *
 * What the server says here is compared and never signed.
 *
 * @returns one standing for each key, by user ID
 * @throws HttpError, CountersignError `ERR_ABORTED`
 */
export async function nativeStandings(
  masterKeys: readonly SignableObject[],
  signer: NativeSigner,
  http: MatrixHttp,
  signal: AbortSignal,
): Promise<Map<string, NativeStanding>> {
  const queried = await queryKeys(
    http,
    masterKeys.map(({ userId }) => userId),
    signal,
  );
  const standings = masterKeys.map(async ({ userId, bytes }): Promise<[string, NativeStanding]> => {
    const served = queried.get(userId)?.masterKey;
    if (!served || !equalBytes(served.signable.bytes, bytes)) return [userId, "other"];
    const entry = signerEntry(served.object, signer.userId);
    const name = `ed25519:${signer.publicKey}`;
    const value = Object.hasOwn(entry, name) ? entry[name] : undefined;
    return [userId, (await isSignedBy(signer.publicKey, value, bytes)) ? "signed" : "unsigned"];
  });
  return new Map(await Promise.all(standings));
}

/**
 * Hangs native signatures on other users' master keys. The upload holds the signed members of each key and the one signature, nothing
 * that anybody else made. Does not look whether they were stored: see {@link nativeStandings}.
 *
 * A request that the server refuses is made again in halves, so that one user's key cannot hinder the others'.
 *
 * @returns what the server refused, by user ID
 * @throws HttpError where nothing could be uploaded for a reason that is nobody's key, CountersignError `ERR_ABORTED`
 * @see Matrix specification, client-server API, `POST /_matrix/client/v3/keys/signatures/upload`
 */
export async function uploadNativeSignatures(
  signatures: readonly NativeSignature[],
  signer: NativeSigner,
  http: MatrixHttp,
  signal: AbortSignal,
): Promise<Map<string, CountersignError>> {
  try {
    const answer = await http.request({
      method: "POST",
      path: path("keys", "signatures", "upload"),
      prefixes: ["r0"],
      body: Object.fromEntries(signatures.map((signature) => uploadEntry(signature, signer))),
      signal,
    });
    return refusedIn(answer, signatures);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [first] = signatures;
    if (first && signatures.length === 1) return new Map([[first.masterKey.userId, error]]);
    const middle = signatures.length >> 1;
    const halves = [signatures.slice(0, middle), signatures.slice(middle)];
    const refused = await Promise.all(halves.map((half) => uploadNativeSignatures(half, signer, http, signal)));
    return new Map(refused.flatMap((half) => [...half]));
  }
}

function uploadEntry({ masterKey, value }: NativeSignature, { userId, publicKey }: NativeSigner): [string, JsonObject] {
  const signed = JSON.parse(decodeUtf8(masterKey.bytes) ?? "{}") as JsonObject;
  const signatures = { [userId]: { [`ed25519:${publicKey}`]: value } };
  return [masterKey.userId, { [masterKey.publicKey ?? ""]: { ...signed, signatures } }];
}

function refusedIn({ failures }: JsonObject, signatures: readonly NativeSignature[]): Map<string, CountersignError> {
  const isRefused = (userId: string): boolean =>
    failures !== undefined && (!isJsonObject(failures) || Object.hasOwn(failures, userId));
  const refused = signatures.map(({ masterKey }) => masterKey.userId).filter((userId) => isRefused(userId));
  const error = new CountersignError("ERR_NATIVE_FAILED", "the server refused the signature");
  return new Map(refused.map((userId) => [userId, error]));
}

/** A refusal that may be owed to one of the keys alone. */
function isRefusal(error: unknown): error is HttpError {
  return error instanceof HttpError && error.code === "ERR_HTTP_STATUS" && (error.status ?? 500) < 500;
}
