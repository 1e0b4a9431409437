/**
 * Signed events of an instance: loaded when they are first needed.
 */
import type { JsonObject } from "../../encoding/json-object.js";
import { CountersignError } from "../../errors.js";
import { withCrossSigningSeed } from "../../matrix/cross-signing-seed.js";
import { queryKeys } from "../../matrix/key-query.js";
import { ownPublicKey } from "../../matrix/own-identity.js";
import { ownUserId } from "../../matrix/own-user-id.js";
import { lesserKeyOf } from "../../model/cross-signing-key.js";
import { eventAnchors } from "../../trust/event-anchors.js";
import { callContext, type Session } from "../session.js";
import { contextUnder } from "../trusting/assess-users.js";
import { signEventContent } from "./sign-event.js";
import { readEventToSign, type SignedEvent } from "./signed-event.js";
import { type EventVerification, verifyEvent } from "./verify-event.js";

/** What the signatures on an event say, and by whose word. */
export type AttributedEvent = EventVerification & {
  /**
   * For each signature of a `signed` event that stands under anchors whose scope holds the sender for `events`: which ones. Nothing is
   * said about account, room or time.
   */
  readonly anchors: readonly { readonly keyId: string; readonly anchorIds: readonly string[] }[];
};

/**
 * Signs an own event with the own `event_signing` key, whose private part lies in secret storage as `m.event_signing`.
 *
 * @throws CountersignError `ERR_OPTION_INVALID` for another sender, `ERR_OWN_IDENTITY_MISSING` (the homeserver has no such key that the
 *   own master key signed: those of today take none), `ERR_OWN_IDENTITY_UNVERIFIED`, `ERR_OWN_IDENTITY_DIFFERS`,
 *   `ERR_SIGN_FAILED` (the private part cannot be had), `ERR_CLIENT_INVALID`, `ERR_CLOSED`, `ERR_ABORTED`, and what
 *   `signEventContent` throws; HttpError `ERR_HTTP_*`
 */
export async function signOwnEvent(session: Session, event: SignedEvent, signal?: AbortSignal): Promise<JsonObject> {
  const { client, http } = session;
  const context = callContext(session, signal);
  const userId = ownUserId(client);
  if (event.sender !== userId) throw new CountersignError("ERR_OPTION_INVALID", "expected an event of the own user");
  readEventToSign(event);
  const copy = structuredClone(event);
  const ownKey = await ownPublicKey(client, context.signal);
  const served = (await queryKeys(http, [userId], context.signal)).get(userId);
  if (served?.masterKey?.signable.publicKey !== ownKey) {
    throw new CountersignError("ERR_OWN_IDENTITY_DIFFERS", "the server's copy of the own master key is another one");
  }
  const { eventSigningKey, masterKey } = served;
  const publicKey = eventSigningKey && (await lesserKeyOf(eventSigningKey, "event-signing-key", masterKey.signable));
  if (!publicKey) {
    throw new CountersignError("ERR_OWN_IDENTITY_MISSING", "expected a key for events on the homeserver");
  }
  const wanted = { purpose: "event-signing-key", publicKey, mayAsk: true } as const;
  const signed = await withCrossSigningSeed(client, wanted, (seed) => signEventContent(copy, seed), context.signal);
  if (!signed) throw new CountersignError("ERR_SIGN_FAILED", "the private key for events cannot be had");
  return signed;
}

/**
 * Verifies an event with the instance's algorithms and the keys that the homeserver serves for its sender: see `verifyEvent`; and says
 * under which anchors its external signers stand.
 *
 * Whether the sender's master key is theirs is for `assess` to say. Offline nobody is asked for keys: then external signatures
 * alone are verified.
 *
 * @throws CountersignError `ERR_CLOSED`, `ERR_ABORTED`, `ERR_OPTION_INVALID`; HttpError `ERR_HTTP_*`
 */
export async function verifyServedEvent(
  session: Session,
  event: SignedEvent,
  signal?: AbortSignal,
): Promise<AttributedEvent> {
  const { http, now, signal: ended } = callContext(session, signal);
  const { offline, registry, inForce } = session;
  const state = inForce.current;
  const served = offline ? undefined : (await queryKeys(http, [event.sender], ended)).get(event.sender);
  const { masterKey, eventSigningKey } = served ?? {};
  const keys = masterKey && { masterKey: masterKey.object, ...(eventSigningKey && { eventSigningKey }) };
  const verification = await verifyEvent(event, {
    algorithms: [...registry.values()],
    now,
    offline,
    signal: ended,
    ...(keys && { keys }),
  });
  const matrixKeys = masterKey?.signable.publicKey === undefined ? [] : [masterKey.signable.publicKey];
  const context = await contextUnder(state, session, { now: now(), matrixKeys }, ended);
  // A good signature beside a bad one is no reason to believe the words.
  const reports = verification.state === "signed" ? verification.reports : [];
  const anchors = reports.map((report) => ({ keyId: report.keyId, anchorIds: eventAnchors(report, context) }));
  return { ...verification, anchors: anchors.filter(({ anchorIds }) => anchorIds.length > 0) };
}
