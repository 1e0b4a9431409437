/**
 * Every code a {@link CountersignError} can carry. The list is closed: a new fault gets a new code here first.
 *
 * - `ERR_JSON_*`, `ERR_BASE64_*`, `ERR_ARMOR_*`, `ERR_DER_*`, `ERR_SSH_*`: text or bytes that is not what it claims to be.
 * - `ERR_KEY_ID_*`, `ERR_OBJECT_*`, `ERR_SIGNATURE_*`, `ERR_MANIFEST_*`, `ERR_BUNDLE_*`: the model of PROTOCOL.
 * - `ERR_LIST_*`, `ERR_SETTINGS_*`: documents that an anchor or an organisation signs.
 * - `ERR_ALGORITHM_*`, `ERR_ANCHOR_*`, `ERR_POLICY_*`: how an instance was configured.
 * - `ERR_OWN_*`, `ERR_SIGN_*`, `ERR_ACCEPT_*`, `ERR_PUBLISH_*`: the way of an own signature.
 * - `ERR_TRUST_*`: trust settings, and secret storage where they lie.
 * - `ERR_NATIVE_*`: verifying others in Matrix's own way.
 * - `ERR_VOUCH_*`: vouching for others in public.
 * - `ERR_ROOM_*`: a room chosen for manifests.
 * - `ERR_STORE_*`: what a store was given to remember.
 * - `ERR_HTTP_*`: the homeserver's answer, or its absence; of another address, where one was asked.
 */
export type ErrorCode =
  | "ERR_JSON_SYNTAX"
  | "ERR_JSON_VALUE"
  | "ERR_JSON_LIMIT"
  | "ERR_BASE64_MALFORMED"
  | "ERR_ARMOR_MALFORMED"
  | "ERR_ARMOR_LIMIT"
  | "ERR_DER_MALFORMED"
  | "ERR_SSH_MALFORMED"
  | "ERR_KEY_ID_MALFORMED"
  | "ERR_OBJECT_SHAPE"
  | "ERR_SIGNATURE_VALUE"
  | "ERR_SIGNATURE_SIZE"
  | "ERR_MANIFEST_MALFORMED"
  | "ERR_MANIFEST_FOREIGN"
  | "ERR_MANIFEST_SIZE"
  | "ERR_MANIFEST_APPROVAL"
  | "ERR_BUNDLE_MALFORMED"
  | "ERR_BUNDLE_SIZE"
  | "ERR_LIST_MALFORMED"
  | "ERR_SETTINGS_MALFORMED"
  | "ERR_ALGORITHM_DUPLICATE"
  | "ERR_ALGORITHM_INVALID"
  | "ERR_ALGORITHM_UNKNOWN"
  | "ERR_ALGORITHM_CANNOT_SIGN"
  | "ERR_ALGORITHM_LIBRARY"
  | "ERR_ALGORITHM_KEYS"
  | "ERR_ANCHOR_INVALID"
  | "ERR_POLICY_INVALID"
  | "ERR_CLIENT_INVALID"
  | "ERR_OPTION_INVALID"
  | "ERR_CLOSED"
  | "ERR_ABORTED"
  | "ERR_OWN_IDENTITY_MISSING"
  | "ERR_OWN_IDENTITY_UNVERIFIED"
  | "ERR_OWN_IDENTITY_DIFFERS"
  | "ERR_OWN_IDENTITY_CHANGED"
  | "ERR_SIGN_FAILED"
  | "ERR_ACCEPT_MALFORMED"
  | "ERR_ACCEPT_NO_KEY"
  | "ERR_ACCEPT_NOT_VALID"
  | "ERR_PUBLISH_UNSAFE"
  | "ERR_PUBLISH_FAILED"
  | "ERR_ROUTE_UNAVAILABLE"
  | "ERR_WITHDRAW_UNKNOWN"
  | "ERR_WITHDRAW_UNREADABLE"
  | "ERR_WITHDRAW_UNVERIFIABLE"
  | "ERR_TRUST_MALFORMED"
  | "ERR_TRUST_SIZE"
  | "ERR_TRUST_UNREADABLE"
  | "ERR_TRUST_UNSAVED"
  | "ERR_NATIVE_OWN_USER"
  | "ERR_NATIVE_KEY_MISSING"
  | "ERR_NATIVE_KEY_UNSIGNED"
  | "ERR_NATIVE_CHANGED"
  | "ERR_NATIVE_FAILED"
  | "ERR_VOUCH_KEY_MISSING"
  | "ERR_VOUCH_CHANGED"
  | "ERR_ROOM_POWER"
  | "ERR_ROOM_UNAVAILABLE"
  | "ERR_STORE_RECORD"
  | "ERR_HTTP_OFFLINE"
  | "ERR_HTTP_NETWORK"
  | "ERR_HTTP_TIMEOUT"
  | "ERR_HTTP_RATE_LIMITED"
  | "ERR_HTTP_TOKEN"
  | "ERR_HTTP_STATUS"
  | "ERR_HTTP_NOT_JSON"
  | "ERR_HTTP_TOO_LARGE";

/** What a {@link CountersignError} may carry beside its message. */
export interface CountersignErrorOptions {
  /** The error underneath, kept whole. */
  readonly cause?: unknown;
}

/**
 * The one error class of this package: thrown for misuse, I/O and abort, never for a verdict on a signature.
 *
 * Branch on {@link CountersignError.code}, never on the message.
 */
export class CountersignError extends Error {
  /** What went wrong, from a closed list. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: CountersignErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** What is known about a request that failed. */
export interface HttpErrorDetails extends CountersignErrorOptions {
  /** HTTP status, absent where no answer came. */
  readonly status?: number;
  /** The `errcode` of the Matrix error body, at most 100 characters. */
  readonly errcode?: string;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/**
 * A request to a homeserver, or to another address that was asked, failed after every retry that was due.
 *
 * Codes: `ERR_HTTP_OFFLINE` (nothing was sent: the instance is offline), `ERR_HTTP_NETWORK` (no answer), `ERR_HTTP_TIMEOUT`, `ERR_HTTP_RATE_LIMITED`, `ERR_HTTP_TOKEN` (the access
 * token is missing, unknown or expired and the client could not renew it), `ERR_HTTP_STATUS` (any other refusal),
 * `ERR_HTTP_NOT_JSON` (an answer that is no JSON object), `ERR_HTTP_TOO_LARGE`.
 */
export class HttpError extends CountersignError {
  /** HTTP status, absent where no answer came. */
  readonly status: number | undefined;
  /** The `errcode` of the Matrix error body. */
  readonly errcode: string | undefined;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: HttpErrorDetails = {}) {
    super(code, message, details);
    this.status = details.status;
    this.errcode = details.errcode;
    this.retryAfterMs = details.retryAfterMs;
  }
}
