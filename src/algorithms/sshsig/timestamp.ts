const grammar = /^([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?)?(?:Z|UTC)?$/i;

/**
 * Reads a time of an allowed_signers file: `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, with or without `Z`.
 *
 * Always UTC: ssh-keygen takes a time without `Z` for one of the computer that it runs on, which would make one file say two
 * things to two readers.
 *
 * @returns milliseconds since 1970, above 0; `undefined` for another form and for a day or an hour that does not exist
 */
export function readTimestamp(text: string): number | undefined {
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = grammar.exec(text) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return ms > 0 && new Date(ms).toISOString().startsWith(`${year}-${month}-${day}T${hour}`) ? ms : undefined;
}
