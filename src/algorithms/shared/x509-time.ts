import type { DerValue } from "../../encoding/der-reader.js";
import { malformedDer } from "./der-fields.js";
import { asciiText } from "./der-string.js";
import { tag } from "./der-tags.js";

const utcPattern = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;
const generalizedPattern = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/**
 * The time that a UTCTime or GeneralizedTime names, milliseconds since 1970, in the forms that RFC 5280 allows: to the
 * second, in UTC. Years below 50 are of this century, in UTCTime.
 *
 * @throws CountersignError `ERR_DER_MALFORMED` for another form and for a time that no calendar has
 * @see RFC 5280, section 4.1.2.5
 */
export function readTime(value: DerValue): number {
  const pattern = patternOf(value.tag);
  const parts = pattern
    .exec(asciiText(value.contents) ?? "")
    ?.slice(1)
    .map(Number);
  if (!parts) throw malformedDer("a time in UTC");
  const [written = 0, month = 0, ...rest] = parts;
  const year = value.tag === tag.utcTime ? written + (written < 50 ? 2000 : 1900) : written;
  const [day = 0, hour = 0, minute = 0, second = 0] = rest;
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  time.setUTCHours(hour, minute, second);
  const read = [
    time.getUTCMonth() + 1,
    time.getUTCDate(),
    time.getUTCHours(),
    time.getUTCMinutes(),
    time.getUTCSeconds(),
  ];
  if (read.some((part, index) => part !== [month, day, hour, minute, second][index])) throw malformedDer("a true time");
  return time.getTime();
}

function patternOf(type: number): RegExp {
  if (type === tag.utcTime) return utcPattern;
  if (type === tag.generalizedTime) return generalizedPattern;
  throw malformedDer("a time");
}
