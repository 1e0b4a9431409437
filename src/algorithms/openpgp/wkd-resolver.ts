import { concatBytes } from "../../encoding/bytes.js";
import { HttpError } from "../../errors.js";
import {
  type AskForKeys,
  askForKeys,
  assertKnownOptions,
  type KeyFinder,
  keyFinder,
  type LookupOptions,
  lookupError,
} from "./lookup.js";
import { type MailAddress, readDomain, readMailAddress } from "./mail-address.js";
import { type WkdMethod, wkdUrl } from "./wkd-url.js";

/** Options of {@link wkdResolver}. */
export interface WkdOptions extends LookupOptions {
  /** The mail domains whose directories may be asked: exactly these, and only domains of the internet. */
  readonly domains: readonly string[];
  /**
   * The addresses under which the certificate of a fingerprint is published: a directory knows addresses alone. At most 4 are asked
   * for, none of another domain. Without it nothing is found by fingerprint.
   *
   * @param fingerprint upper-case hexadecimal, 40 or 64 digits
   */
  readonly addressesOf?: (fingerprint: string) => readonly string[] | Promise<readonly string[]>;
  /** The one method that these domains use, where you know it; by default the advanced one, then the direct one. */
  readonly method?: WkdMethod;
}

const maxAddresses = 4;

/**
 * Finds OpenPGP certificates in Web Key Directories: at `openpgpkey.<domain>` (the advanced method), and where that host cannot be
 * reached at `<domain>` itself (the direct one).
 *
 * Whoever runs a domain can put any certificate there, and leave one out. Whether a host does not exist, or does not answer pages
 * (CORS), is more than a browser tells: where `openpgpkey.<domain>` cannot be reached and `<domain>` has no such key, the look-up
 * fails with `ERR_HTTP_NETWORK` rather than say that there is none. `method` settles it.
 *
 * @throws CountersignError `ERR_OPTION_INVALID`
 * @see draft-koch-openpgp-webkey-service, section 3.1
 * @example
 * ```ts
 * const directory = wkdResolver({ domains: ["example.org"], addressesOf: (fingerprint) => staff.get(fingerprint) ?? [] });
 * const algorithm = openpgp({ resolver: directory });
 * const [found] = await directory.findByAddress("alice@example.org");
 * ```
 */
export function wkdResolver(options: WkdOptions): KeyFinder {
  assertKnownOptions(options, ["domains", "addressesOf", "method", "fetch", "timeoutMs"]);
  const { domains, addressesOf = () => [], method } = options;
  if (typeof addressesOf !== "function") throw lookupError("addressesOf: a function");
  if (method !== undefined && method !== "advanced" && method !== "direct")
    throw lookupError("method: advanced or direct");
  const listed = readDomains(domains);
  const ask = askForKeys(options);
  const find = (address: MailAddress, signal: AbortSignal | undefined) =>
    method ? askBy(method, address, ask, signal) : askByEither(address, ask, signal);
  return keyFinder(
    async ({ fingerprint, signal }) => {
      const addresses = (await addressesOf(fingerprint)).flatMap((text) => readMailAddress(text) ?? []);
      const askable = addresses.filter(({ domain }) => listed.has(domain)).slice(0, maxAddresses);
      const answers = await Promise.all(askable.map((address) => find(address, signal)));
      const found = answers.filter((answer) => answer !== undefined);
      return found.length > 0 ? concatBytes(...found) : undefined;
    },
    async (address, signal) => {
      if (!listed.has(address.domain)) throw lookupError("an address of a domain that was listed");
      return find(address, signal);
    },
  );
}

function readDomains(domains: readonly string[]): ReadonlySet<string> {
  const read = Array.isArray(domains) ? domains.map((domain) => readDomain(domain)) : [undefined];
  const valid = read.filter((domain) => domain !== undefined);
  if (valid.length < read.length) throw lookupError("domains: mail domains of the internet");
  return new Set(valid);
}

type Found = ReturnType<AskForKeys>;

async function askBy(method: WkdMethod, address: MailAddress, ask: AskForKeys, signal?: AbortSignal): Found {
  return ask(await wkdUrl(method, address), signal);
}

async function askByEither(address: MailAddress, ask: AskForKeys, signal: AbortSignal | undefined): Found {
  try {
    return await askBy("advanced", address, ask, signal);
  } catch (error) {
    if (!(error instanceof HttpError) || error.code !== "ERR_HTTP_NETWORK") throw error;
    const answer = await askBy("direct", address, ask, signal);
    // The certificate, or its revocation, may be where nobody could look.
    if (!answer) throw error;
    return answer;
  }
}
