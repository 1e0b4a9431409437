import { createRegistry } from "../../algorithms/registry.js";
import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import { lesserKeyOf } from "../../model/cross-signing-key.js";
import { isSignatureValue } from "../../model/external-signature.js";
import { parseKeyId } from "../../model/key-id.js";
import { isSignedBy } from "../../model/matrix-signature.js";
import { type ReportCode, type SignatureReport, statusOfCode } from "../../model/report.js";
import { readSignable, readSignableEvent, type SignableObject } from "../../model/signable.js";
import { isUserId } from "../../model/user-id.js";
import { readClock } from "../clock.js";
import { maxSignaturesVerified, type VerifyObjectOptions } from "../verify-object.js";
import { aboutSignature, type VerifyContext, verifySignature } from "../verify-signature.js";
import { isBoundaryOpen, type SignedEvent } from "./signed-event.js";

/** The sender's keys as a server serves them. */
export interface SenderKeys {
  /** The master key that the caller takes for the sender's: assess it, or compare it with the one assessed. */
  readonly masterKey: JsonObject;
  /**
   * The key of usage `event_signing`; it counts only if that master key signed it. Synapse neither takes nor serves one, so on most
   * servers of today it must come some other way, or external signatures take its place.
   */
  readonly eventSigningKey?: JsonObject;
}

/** How {@link verifyEvent} verifies. */
export interface VerifyEventOptions extends VerifyObjectOptions {
  /** Without these no signature of Matrix's own is verified. */
  readonly keys?: SenderKeys;
}

/**
 * What the signatures on an event say. Only `signed` and `bad` are known for certain.
 *
 * - `unsigned`: the sender signed nothing, or the server took it away; a server can always do that
 * - `undecided`: nothing that could be verified (`unverifiable`), or a good signature on a text that fits events of other types too
 *   (`open-boundary`): treat it as unsigned
 * - `signed`: the keys in the valid reports signed these words for this type and state key. Not by which account, in which room, when,
 *   or whether as state: whoever ever saw it can send it again. It raises no level
 * - `bad`: a signature in the sender's name does not hold: show a warning, or not the event (MSC2757)
 */
export type EventVerification = EventState & {
  /** One for each signature under the sender's name. */
  readonly reports: readonly SignatureReport[];
};

/** The part of {@link EventVerification} that differs from state to state. */
export type EventState =
  | { readonly state: "unsigned" }
  | { readonly state: "undecided"; readonly reason: "unverifiable" | "open-boundary" }
  | { readonly state: "signed"; readonly replayable: true }
  | { readonly state: "bad"; readonly warning: "bad-signature" | "malformed" };

/**
 * Verifies every signature that stands in an event's content under its sender: external ones, and the one of the sender's
 * `event_signing` key (MSC2757).
 *
 * Other users' entries are ignored. Signatures of devices are reported `no-key`, never verified. `unsigned` inside of the content is
 * covered by no signature. Does not say whether a key may speak for the sender, nor whose the master key is.
 *
 * @param event as served: hostile until proven otherwise
 * @returns one report for each signature, of purpose `event`
 * @throws CountersignError `ERR_ABORTED`, `ERR_OPTION_INVALID` for a clock that tells no time, `ERR_ALGORITHM_INVALID`,
 *   `ERR_ALGORITHM_DUPLICATE`; never for what stands in the event
 */
export async function verifyEvent(event: SignedEvent, options: VerifyEventOptions): Promise<EventVerification> {
  const { algorithms, now = Date.now, offline = false, signal, keys } = options;
  const registry = createRegistry(algorithms);
  const context: VerifyContext = { registry, now: readClock(now), offline, ...(signal && { signal }) };
  const claims = readClaims(event);
  if (!claims) return { state: "bad", warning: "malformed", reports: [] };
  if (claims.length === 0) return { state: "unsigned", reports: [] };
  const signable = tryRead(() => readSignableEvent(event));
  if (!signable) return { state: "bad", warning: "malformed", reports: [] };
  const eventKey = keys && (await eventKeyOf(keys, event.sender));
  const reports = await Promise.all(
    claims.map((claim, index) =>
      index < maxSignaturesVerified
        ? judgeClaim(claim, signable, eventKey, context)
        : reportOf(claim.keyId, signable, "too-many"),
    ),
  );
  return { ...stateOf(reports, event), reports };
}

interface Claim {
  readonly keyId: string;
  readonly value: unknown;
}

/** What stands under the sender's name; `undefined` where that is no set of signatures. */
function readClaims({ sender, content }: SignedEvent): Claim[] | undefined {
  if (!isJsonObject(content) || typeof sender !== "string" || !isUserId(sender)) return undefined;
  const { signatures = {} } = Object.hasOwn(content, "signatures") ? content : {};
  if (!isJsonObject(signatures)) return undefined;
  const entry = Object.hasOwn(signatures, sender) ? signatures[sender] : {};
  if (!isJsonObject(entry)) return undefined;
  return Object.entries(entry).map(([keyId, value]) => ({ keyId, value }));
}

/** The sender's event-signing key in unpadded base64, if the master key signed it and is not that key itself. */
async function eventKeyOf(keys: SenderKeys, sender: string): Promise<string | undefined> {
  const masterKey = tryRead(() => readSignable(keys.masterKey, sender));
  if (!masterKey || !keys.eventSigningKey) return undefined;
  const eventKey = await lesserKeyOf(keys.eventSigningKey, "event-signing-key", masterKey);
  return eventKey === masterKey.publicKey ? undefined : eventKey;
}

async function judgeClaim(
  { keyId, value }: Claim,
  signable: SignableObject,
  eventKey: string | undefined,
  context: VerifyContext,
): Promise<SignatureReport> {
  if (parseKeyId(keyId)) {
    const { userId } = signable;
    if (!isSignatureValue(value)) return reportOf(keyId, signable, "malformed");
    return verifySignature({ userId, keyId, value }, signable, context);
  }
  if (eventKey !== undefined && keyId === `ed25519:${eventKey}`) {
    const isRight = await isSignedBy(eventKey, value, signable.bytes);
    return reportOf(keyId, signable, isRight ? "valid" : "bad-signature");
  }
  return reportOf(keyId, signable, keyId.startsWith("ed25519:") ? "no-key" : "unknown-algorithm");
}

function reportOf(keyId: string, signable: SignableObject, code: ReportCode): SignatureReport {
  const about = aboutSignature({ userId: signable.userId, keyId, value: "" }, signable);
  const algorithm = keyId.startsWith("ed25519:") ? "ed25519" : about.algorithm;
  return { ...about, algorithm, status: statusOfCode[code], code };
}

/** One bad signature outweighs every good one, and one that nobody looked at could be bad. */
function stateOf(reports: readonly SignatureReport[], event: SignedEvent): EventState {
  if (reports.some(({ status }) => status === "invalid")) return { state: "bad", warning: "bad-signature" };
  const isDecided =
    reports.some(({ status }) => status === "valid") && !reports.some(({ code }) => code === "too-many");
  if (!isDecided) return { state: "undecided", reason: "unverifiable" };
  return isBoundaryOpen(event)
    ? { state: "undecided", reason: "open-boundary" }
    : { state: "signed", replayable: true };
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
