import type { SignatureAlgorithm } from "../../algorithms/algorithm.js";
import { createRegistry } from "../../algorithms/registry.js";
import { CountersignError } from "../../errors.js";
import type { LintRule } from "../../model/lint/finding.js";
import type { OwnSignature, SigningRequest } from "../owner/own-signature.js";

/** How the first upload of a master key is signed. */
export interface FirstUploadOptions {
  /** The kinds of signature to ask for, one after the other. Each must be able to sign. */
  readonly algorithms: readonly SignatureAlgorithm[];
  /**
   * Signs the master key of a request, with the user's own tool, say, and takes the time that it takes; gives back what the tool
   * wrote, or `undefined` where no signature of this kind is wanted. Rejecting ends the upload.
   */
  readonly sign: (request: SigningRequest) => Promise<string | Uint8Array | undefined>;
  /** Rules to override, by name: see `lint`. */
  readonly force?: readonly LintRule[];
  /** Told of each signature, once it is verified and before it goes up: to publish it on further routes later. */
  readonly onSigned?: (signature: OwnSignature) => void;
  /** The clock, milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/**
 * A `fetch` for `createClient({ fetchFn })` that signs a new master key on its way up, so that it carries external signatures
 * from the very first moment: on every server of today everybody sees those, over federation too.
 *
 * Each upload with a master key that it has not seen (`bootstrapCrossSigning`, a reset too) asks `sign`; the answer is verified
 * before it goes anywhere, and stands in the key beside whatever is there. The server may ask for a password and be sent the keys
 * again: the user signs once all the same. Everything else of the upload, and every other request, stays as it is. The time-out
 * of the upload begins anew after `sign`, which has no time-out of its own.
 *
 * No signature, no upload: where `sign` rejects, or gives what is not valid or a rule refuses, the request ends before it is sent.
 * Its error is named `AbortError`, which matrix-js-sdk passes on as it is (anything else it would retry for half a minute and
 * keep nothing of but the message). The new keys are then on the device alone: `bootstrapCrossSigning({ setupNewCrossSigning:
 * true, … })` begins anew.
 *
 * The request it makes fails with AcceptError `ERR_ACCEPT_NOT_VALID`; CountersignError `ERR_SIGN_FAILED` (`sign` rejected, its
 * reason is the `cause`), `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`, `ERR_OBJECT_SHAPE` (no master key that could be signed),
 * `ERR_PUBLISH_UNSAFE`, `ERR_SIGNATURE_SIZE`, `ERR_KEY_ID_MALFORMED`, `ERR_ALGORITHM_LIBRARY`, `ERR_OPTION_INVALID`.
 *
 * @param fetchFn makes the requests: the platform's `fetch`, or whatever else the client would be given
 * @throws CountersignError `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`, `ERR_ALGORITHM_CANNOT_SIGN` (one that only
 *   verifies, or none at all)
 * @see Matrix specification, client-server API, `POST /_matrix/client/v3/keys/device_signing/upload`
 * @example
 * ```ts
 * const client = createClient({
 *   baseUrl, userId, accessToken, deviceId,
 *   fetchFn: signFirstUpload(fetch, { algorithms: [openpgp({ keys })], sign: ({ commands }) => askUser(commands) }),
 * });
 * ```
 */
export function signFirstUpload(fetchFn: typeof fetch, options: FirstUploadOptions): typeof fetch {
  const registry = createRegistry(options.algorithms);
  if (registry.size === 0 || ![...registry.values()].every(({ accept }) => accept)) {
    throw new CountersignError("ERR_ALGORITHM_CANNOT_SIGN", "expected algorithms that make signatures");
  }
  let uploads: Promise<typeof fetch> | undefined;
  return async (input, init) => {
    if (!isKeyUpload(input, init)) return fetchFn(input, init);
    // Made once, because it remembers what was signed; a chunk that did not load is asked for again.
    uploads ??= import("./signed-uploads.js").then(({ signedUploads }) => signedUploads(fetchFn, registry, options));
    const upload = await uploads.catch((cause: unknown) => {
      uploads = undefined;
      throw cause;
    });
    return upload(input, init);
  };
}

const uploadPath = /^[^?#]*\/_matrix\/client\/(?:v3|r0|unstable)\/keys\/device_signing\/upload\/?(?:[?#]|$)/;

function isKeyUpload(input: RequestInfo | URL, init: RequestInit | undefined): boolean {
  const request = input instanceof Request ? input : undefined;
  const method = init?.method ?? request?.method ?? "GET";
  return method.toUpperCase() === "POST" && uploadPath.test(request?.url ?? String(input));
}
