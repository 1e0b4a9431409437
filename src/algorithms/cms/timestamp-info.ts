import type { DerValue } from "../../encoding/der-reader.js";
import { readDer } from "../../encoding/der-reader.js";
import { derValue } from "../../encoding/der-writer.js";
import { type AlgorithmIdentifier, readAlgorithm } from "../shared/algorithm-identifier.js";
import { booleanOf, countOf, DerFields, malformedDer } from "../shared/der-fields.js";
import { readStrictDer } from "../shared/der-gate.js";
import { contextConstructed, contextPrimitive, tag } from "../shared/der-tags.js";
import { readExtensions } from "../shared/extension.js";
import { readTime } from "../shared/x509-time.js";

/** What a time-stamping authority signs. */
export interface TimestampInfo {
  readonly digest: AlgorithmIdentifier;
  /** The digest of what was stamped. */
  readonly imprint: Uint8Array;
  /** The latest moment that is meant, accuracy included: milliseconds since 1970. */
  readonly at: number;
}

/**
 * Reads a TSTInfo.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`, for a critical extension too: none is understood
 * @see RFC 3161, section 2.4.2
 */
export function readTimestampInfo(der: Uint8Array): TimestampInfo {
  const fields = new DerFields(readStrictDer(der, der.length));
  if (countOf(fields.take(tag.integer)) !== 1) throw malformedDer("version 1 of a timestamp");
  fields.take(tag.objectIdentifier);
  const { digest, imprint } = readImprint(fields.take(tag.sequence));
  fields.take(tag.integer);
  const time = readPreciseTime(fields.take(tag.generalizedTime));
  const accuracyMs = readAccuracy(fields.optional(tag.sequence));
  const ordering = fields.optional(tag.boolean);
  if (ordering) booleanOf(ordering);
  fields.optional(tag.integer);
  fields.optional(contextConstructed(0));
  const extensions = fields.optional(contextConstructed(1));
  fields.end();
  const all = extensions && readExtensions(readDer(derValue(tag.sequence, extensions.contents)));
  if (all && [...all.values()].some(({ isCritical }) => isCritical)) throw malformedDer("no critical extension");
  return { digest, imprint, at: time + accuracyMs };
}

function readImprint(value: DerValue): Pick<TimestampInfo, "digest" | "imprint"> {
  const fields = new DerFields(value);
  const digest = readAlgorithm(fields.take());
  const imprint = fields.take(tag.octetString).contents;
  fields.end();
  return { digest, imprint };
}

/** Fractions of a second are allowed here, where X.509 allows none; they count as the whole second. */
function readPreciseTime(value: DerValue): number {
  const text = String.fromCharCode(...value.contents);
  const [, seconds, fraction] = /^(\d{14})(?:\.(\d*[1-9]))?Z$/.exec(text) ?? [];
  if (seconds === undefined) throw malformedDer("a time in UTC");
  const whole = Uint8Array.from(`${seconds}Z`, (char) => char.charCodeAt(0));
  return readTime(readDer(derValue(tag.generalizedTime, whole))) + (fraction === undefined ? 0 : 1000);
}

/** Accuracy, rounded up. */
function readAccuracy(value: DerValue | undefined): number {
  if (!value) return 0;
  const fields = new DerFields(value);
  const seconds = fields.optional(tag.integer);
  const millis = fields.optional(contextPrimitive(0));
  const micros = fields.optional(contextPrimitive(1));
  fields.end();
  return (seconds ? countOf(seconds) * 1000 : 0) + (millis ? countOf(millis) : 0) + (micros ? 1 : 0);
}
