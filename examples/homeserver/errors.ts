import { type JsonObject, objectFrom } from "./json.js";

/** An answer that is a Matrix standard error; handlers throw it, the router writes it. */
export class MatrixError extends Error {
  readonly status: number;
  readonly errcode: string;
  /** Further members of the body, such as `soft_logout` or the flows of user-interactive auth. */
  readonly extra: JsonObject;

  constructor(status: number, errcode: string, message: string, extra: JsonObject = {}) {
    super(message);
    this.status = status;
    this.errcode = errcode;
    this.extra = extra;
  }

  /** The body in the standard form. */
  toJson(): JsonObject {
    return objectFrom([["errcode", this.errcode], ["error", this.message], ...Object.entries(this.extra)]);
  }
}

export const badJson = (message: string): MatrixError => new MatrixError(400, "M_BAD_JSON", message);
export const invalidParam = (message: string): MatrixError => new MatrixError(400, "M_INVALID_PARAM", message);
export const missingParam = (message: string): MatrixError => new MatrixError(400, "M_MISSING_PARAM", message);
export const forbidden = (message: string): MatrixError => new MatrixError(403, "M_FORBIDDEN", message);
export const notFound = (message: string): MatrixError => new MatrixError(404, "M_NOT_FOUND", message);
export const unrecognized = (status: 404 | 405 = 404): MatrixError =>
  new MatrixError(status, "M_UNRECOGNIZED", "Unrecognized request");
/** What a server says when its own code failed. */
export const crashed = (): MatrixError => new MatrixError(500, "M_UNKNOWN", "Internal server error");
