import { toHex } from "../../encoding/bytes.js";
import type { DerValue } from "../../encoding/der-reader.js";
import { countOf, DerFields, malformedDer } from "./der-fields.js";
import { tag } from "./der-tags.js";
import type { DistinguishedName } from "./distinguished-name.js";
import { type Extension, extensionValue, readExtensions, unknownCritical } from "./extension.js";
import { readGeneralNames } from "./general-name.js";
import { oid } from "./object-identifiers.js";
import { readTime } from "./x509-time.js";

/** One certificate on a list. */
export interface RevokedEntry {
  /** Milliseconds since 1970. */
  readonly revokedAt: number;
  /** CRLReason; absent where none is given. */
  readonly reason?: number;
}

const entryExtensions: ReadonlySet<string> = new Set([oid.crlReason, oid.invalidityDate, oid.certificateIssuer]);

/** Under which a certificate stands on a list: who issued it, and its serial number. */
export function entryKey(issuer: DistinguishedName, serialNumber: Uint8Array): string {
  return `${toHex(serialNumber)} ${issuer.comparable}`;
}

/**
 * Reads the entries of a list (RFC 5280 §5.1.2.6, §5.3).
 *
 * @param listIssuer who issued the certificates, until an entry says otherwise
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export function readEntries(
  members: readonly DerValue[],
  listIssuer: DistinguishedName,
): { entries: ReadonlyMap<string, RevokedEntry>; hasUnknownEntry: boolean } {
  const entries = new Map<string, RevokedEntry>();
  let hasUnknownEntry = false;
  // An entry without an issuer is by the one that the entry before names (RFC 5280 §5.3.3).
  let issuer = listIssuer;
  for (const member of members) {
    const fields = new DerFields(member);
    const serialNumber = fields.take(tag.integer).contents;
    const revokedAt = readTime(fields.take());
    const extensions = readExtensions(fields.optional(tag.sequence));
    fields.end();
    hasUnknownEntry ||= unknownCritical(extensions, entryExtensions).length > 0;
    issuer = readEntryIssuer(extensions.get(oid.certificateIssuer)) ?? issuer;
    const reason = readReason(extensions.get(oid.crlReason));
    entries.set(entryKey(issuer, serialNumber), { revokedAt, ...(reason !== undefined && { reason }) });
  }
  return { entries, hasUnknownEntry };
}

function readEntryIssuer(extension: Extension | undefined): DistinguishedName | undefined {
  if (!extension) return undefined;
  const names = readGeneralNames(extensionValue(extension));
  const directory = names.find((name) => name.form === "directoryName");
  if (!directory) throw malformedDer("the name of a certificate's issuer");
  return directory.name;
}

function readReason(extension: Extension | undefined): number | undefined {
  const value = extension && extensionValue(extension);
  if (value && value.tag !== tag.enumerated) throw malformedDer("a reason");
  return value && countOf(value);
}
