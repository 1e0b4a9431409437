import { isJsonObject, type JsonObject } from "../../encoding/json-object.js";
import type { SignatureStatus } from "../report.js";
import type { HistoryEntry, HistoryEvent, HistoryKind, SignatureTrace } from "./history-entry.js";

/** The most signatures that an entry tells of. */
export const maxTraces = 16;
const maxUserIdChars = 1024;
const maxNameChars = 255;
/** The furthest moment that a `Date` can hold, in milliseconds. */
const maxTime = 8.64e15;

const kinds: readonly HistoryKind[] = ["first-seen", "changed", "re-attested", "accepted", "rolled-back"];
const statuses: readonly SignatureStatus[] = ["valid", "invalid", "indeterminate", "unsupported"];
const ed25519Key = /^[A-Za-z0-9+/]{43}$/;
const sha256Hex = /^[0-9a-f]{64}$/;

/**
 * A clean, frozen copy of `value` if it is an entry of the log within all bounds, else `undefined`; members that are not known are
 * left behind. Does not check its place in a chain.
 */
export function readEntry(value: unknown): HistoryEntry | undefined {
  const event = readEvent(value);
  if (!event || !isJsonObject(value)) return undefined;
  const sequence = own(value, "sequence");
  const previous = own(value, "previous");
  if (!isCount(sequence) || !isText(previous, sha256Hex)) return undefined;
  return Object.freeze({ ...event, sequence, previous });
}

/** The same for an event that is in no chain yet. */
export function readEvent(value: unknown): HistoryEvent | undefined {
  if (!isJsonObject(value)) return undefined;
  const kind = kinds.find((known) => known === own(value, "kind"));
  const [userId, masterKey, at] = [own(value, "userId"), own(value, "masterKey"), own(value, "at")];
  const [attestedAt, acceptedAt] = [own(value, "attestedAt"), own(value, "acceptedAt")];
  const signatures = readTraces(own(value, "signatures"));
  if (!kind || !signatures || !isName(userId, maxUserIdChars) || !isText(masterKey, ed25519Key)) return undefined;
  if (!isTime(at) || (kind === "re-attested") !== isTime(attestedAt)) return undefined;
  if ((kind === "accepted") !== isTime(acceptedAt)) return undefined;
  const times = { at, ...(isTime(attestedAt) && { attestedAt }), ...(isTime(acceptedAt) && { acceptedAt }) };
  return Object.freeze({ kind, userId, masterKey, ...times, signatures });
}

/** A clean, frozen copy of `value` if it is the trace of a signature, else `undefined`. */
export function readTrace(value: unknown): SignatureTrace | undefined {
  if (!isJsonObject(value)) return undefined;
  const status = statuses.find((known) => known === own(value, "status"));
  const algorithm = own(value, "algorithm");
  const [keyId, keyHash, valueHash] = [own(value, "keyId"), own(value, "keyHash"), own(value, "valueHash")];
  const createdAt = own(value, "createdAt");
  if (!status || !isName(algorithm, maxNameChars)) return undefined;
  return Object.freeze({
    ...(isName(keyId, maxNameChars) && { keyId }),
    algorithm,
    status,
    ...(isText(keyHash, sha256Hex) && { keyHash }),
    ...(isText(valueHash, sha256Hex) && { valueHash }),
    ...(isTime(createdAt) && { createdAt }),
  });
}

function readTraces(value: unknown): readonly SignatureTrace[] | undefined {
  if (!Array.isArray(value) || value.length > maxTraces) return undefined;
  const traces = Array.from(value, readTrace);
  return traces.every((trace) => trace !== undefined) ? Object.freeze(traces) : undefined;
}

/** An own member, never an inherited one. */
function own(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === "string" && pattern.test(value);
}

/** Text that canonical JSON can hold: not empty, without a lone surrogate. */
function isName(value: unknown, maxChars: number): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxChars && !/\p{Surrogate}/u.test(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Whether a log can hold it as a time: whole milliseconds that a `Date` can hold. */
export function isTime(value: unknown): value is number {
  return (
    typeof value === "number" && Number.isSafeInteger(value) && Math.abs(value) <= maxTime && !Object.is(value, -0)
  );
}
