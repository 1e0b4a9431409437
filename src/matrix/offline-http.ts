import { HttpError } from "../errors.js";
import type { MatrixHttp } from "./http.js";

async function refuse(): Promise<never> {
  throw new HttpError("ERR_HTTP_OFFLINE", "expected an instance that may make requests: this one is offline");
}

/** Makes no request: each is refused with HttpError `ERR_HTTP_OFFLINE`, and no token is renewed for it. */
export const offlineHttp: MatrixHttp = {
  request: refuse,
  requestList: refuse,
  requestOrChallenge: refuse,
  serverHeader: undefined,
  fetch: refuse,
};
