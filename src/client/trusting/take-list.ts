import { CountersignError } from "../../errors.js";
import { callContext, type Session } from "../session.js";
import type { DocumentFile } from "../signed-documents/document-file.js";
import { fetchRevocationList } from "../signed-documents/fetch-revocation-list.js";
import { takeRevocationList } from "../signed-documents/remember-revocation-list.js";
import type { RevocationListFinding } from "../signed-documents/verify-revocation-list.js";

/**
 * Takes an anchor's list of revocations: verifies it, and remembers it where it is the newest. It counts from the next assessment on.
 *
 * @param file the list; absent: it is fetched from where the anchor's definition says
 * @throws CountersignError `ERR_OPTION_INVALID` for an unknown anchor, or one without an address; `ERR_CLOSED`, `ERR_ABORTED`;
 *   HttpError `ERR_HTTP_*`
 */
export async function takeList(
  session: Session,
  anchorId: string,
  file?: DocumentFile,
  signal?: AbortSignal,
): Promise<RevocationListFinding> {
  const context = callContext(session, signal);
  const { inForce, store, registry, offline, direct } = session;
  const anchor = inForce.current.settings.anchors.find(({ id }) => id === anchorId);
  if (!anchor) throw new CountersignError("ERR_OPTION_INVALID", "expected the id of an anchor in force");
  const fetch = session.httpOptions.fetch ?? globalThis.fetch;
  const taken =
    file ??
    (await fetchRevocationList(anchor, {
      fetch,
      hosts: typeof direct === "boolean" ? [] : direct,
      signal: context.signal,
    }));
  const options = { algorithms: [...registry.values()], now: context.now(), offline, signal: context.signal };
  const finding = await takeRevocationList(taken, anchor, options, store);
  inForce.current.lists = undefined;
  return finding;
}
