import {
  askForKeys,
  assertKnownOptions,
  type KeyFinder,
  keyFinder,
  type LookupOptions,
  lookupError,
} from "./lookup.js";

/** Options of {@link hkpsResolver}. */
export interface HkpsOptions extends LookupOptions {
  /** The key server, with a port where it is not 443: `keys.openpgp.org`. It may be a local one, since you name it. */
  readonly server: string;
}

/**
 * Finds OpenPGP certificates on a key server, over https alone. Its page access (CORS) is the server's to give.
 *
 * A key server can leave a revocation out, and on most anybody can upload anything: what it finds by address is a name that
 * somebody wrote. It learns whose keys the reader looks for.
 *
 * @throws CountersignError `ERR_OPTION_INVALID`
 * @see draft-gallagher-openpgp-hkp, "The get operation"
 * @example
 * ```ts
 * const algorithm = openpgp({ resolver: hkpsResolver({ server: "keys.openpgp.org" }) });
 * ```
 */
export function hkpsResolver(options: HkpsOptions): KeyFinder {
  assertKnownOptions(options, ["server", "fetch", "timeoutMs"]);
  const base = readServer(options.server);
  const ask = askForKeys(options);
  const get = (search: string): string => `${base}pks/lookup?op=get&options=mr&search=${encodeURIComponent(search)}`;
  return keyFinder(
    async ({ fingerprint, signal }) => ask(get(`0x${fingerprint}`), signal),
    (address, signal) => ask(`${get(`${address.localPart}@${address.domain}`)}&exact=on`, signal),
  );
}

/** `https://<host>/`, of a host with or without a port and nothing else. */
function readServer(server: string): string {
  const text = `https://${server}/`;
  const url = typeof server === "string" && URL.canParse(text) ? new URL(text) : undefined;
  if (url?.href !== `https://${url?.host}/` || /[/\\?#@\s]/.test(server))
    throw lookupError("server: a host, with or without a port");
  return url.href;
}
