import { CountersignError, type ErrorCode, HttpError } from "matrix-countersign";
import { ConnectionError, HTTPError, MatrixError } from "matrix-js-sdk";

/** An error as the page says it. */
export interface ErrorWords {
  readonly words: string;
  readonly code: string;
  /** What was expected and what came, for those who want to know. */
  readonly detail: string;
}

const known: Partial<Readonly<Record<ErrorCode, string>>> = {
  ERR_ACCEPT_MALFORMED:
    "That is no OpenPGP signature. Paste everything from “-----BEGIN PGP SIGNATURE-----” on, or give the .sig file.",
  ERR_ACCEPT_NO_KEY:
    "The public key that made this signature is missing: paste it too, so that the signature can be checked.",
  ERR_ACCEPT_NOT_VALID: "The signature is not valid for exactly these bytes. Nothing was published.",
  ERR_ALGORITHM_KEYS: "That is no OpenPGP public key.",
  ERR_ALGORITHM_LIBRARY: "The OpenPGP library could not be loaded.",
  ERR_ANCHOR_INVALID: "The fingerprint and the public key do not belong together, or one of them is none.",
  ERR_ARMOR_LIMIT: "That is far more than a signature or a key takes.",
  ERR_ARMOR_MALFORMED: "The armored text is damaged: copy it whole.",
  ERR_OWN_IDENTITY_CHANGED:
    "Your master key is another one than you signed. The signature is kept, and nothing was published.",
  ERR_OWN_IDENTITY_DIFFERS:
    "The homeserver serves another master key for you than the one on this device. Do not sign it!",
  ERR_OWN_IDENTITY_MISSING: "This device does not hold your master key.",
  ERR_OWN_IDENTITY_UNVERIFIED:
    "The master key that the homeserver serves for you is not the one that this device verified. Do not sign it!",
  ERR_PUBLISH_FAILED: "The homeserver did not keep the signature.",
  ERR_SIGNATURE_SIZE: "The signature is too large for this route.",
  ERR_HTTP_NETWORK: "The homeserver cannot be reached. Is the demo still running?",
  ERR_HTTP_TIMEOUT: "The homeserver did not answer in time.",
  ERR_HTTP_RATE_LIMITED: "The homeserver asks to wait: too many requests.",
  ERR_HTTP_TOKEN: "The homeserver does not know this session any more. Press “Start anew”.",
  ERR_HTTP_STATUS: "The homeserver refused.",
  ERR_HTTP_NOT_JSON: "The homeserver's answer is no JSON.",
};

/** Words for any error; what is not known keeps its own message. */
export function wordsOf(error: unknown): ErrorWords {
  if (error instanceof CountersignError) {
    const http = error instanceof HttpError ? [error.status, error.errcode].filter((part) => part !== undefined) : [];
    const words = known[error.code] ?? "That did not work.";
    return { words, code: error.code, detail: [error.message, ...http].join(" · ") };
  }
  if (error instanceof MatrixError) {
    const words = "The homeserver refused a request of the Matrix client.";
    const said: unknown = error.data.error;
    return {
      words,
      code: error.errcode ?? `HTTP ${error.httpStatus ?? "?"}`,
      detail: typeof said === "string" ? said : "",
    };
  }
  if (error instanceof HTTPError) {
    return {
      words: "The homeserver's answer was none that a Matrix client understands.",
      code: `HTTP ${error.httpStatus ?? "?"}`,
      detail: "",
    };
  }
  if (error instanceof ConnectionError) {
    return { words: known.ERR_HTTP_NETWORK ?? "", code: error.name, detail: error.message };
  }
  if (error instanceof Error) return { words: "Something went wrong.", code: error.name, detail: error.message };
  return { words: "Something went wrong.", code: "unknown", detail: String(error) };
}

/** Words for an error in half a sentence, with its code. */
export function briefly(error: CountersignError): string {
  const errcode = error instanceof HttpError ? error.errcode : undefined;
  const words = errcode === "M_UNRECOGNIZED" ? "the homeserver does not know such requests" : error.message;
  return `${words} (${error.code}${errcode === undefined ? "" : `, ${errcode}`})`;
}
