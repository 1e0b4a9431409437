import { CountersignError } from "../../errors.js";
import type { SignatureAlgorithm } from "../algorithm.js";
import { acceptOutput } from "./accept.js";
import { signingCommands } from "./commands.js";
import { algorithmId } from "./identifier.js";
import { IntroductionFinder } from "./introductions.js";
import { readKeyData } from "./key-data.js";
import { type KeyImport, Keyring } from "./keyring.js";
import { libraryLoader } from "./library.js";
import { maxKeyringBlocks, maxKeyringBytes, maxKeyringPackets } from "./limits.js";
import { type KeyResolver, ResolverCache } from "./resolver.js";
import { CertificateSources } from "./sources.js";
import { Verifier } from "./verifier.js";

/** Public keys: ASCII armor (any number of blocks), base64, or binary. */
export type KeyMaterial = string | Uint8Array;

/** Options of {@link openpgp}. */
export interface OpenPgpOptions {
  /** Certificates to know from the start: at most 64 MiB each. They trust nobody. */
  readonly keys?: KeyMaterial | readonly KeyMaterial[];
  /**
   * Asks elsewhere for certificates, and for newer copies of those that `keys` holds: `wkdResolver`, `hkpsResolver`, or your own. Of
   * several all are asked and their copies merged, so that none can hold back a revocation that another has; where one fails,
   * verdicts are `resolver-failed`.
   */
  readonly resolver?: KeyResolver | readonly KeyResolver[];
  /** How long a resolver's answer is kept in memory, milliseconds; an hour by default. */
  readonly resolverMaxAgeMs?: number;
  /** How long a resolver may take, milliseconds; 30 seconds by default. Past it verdicts are `resolver-failed`. */
  readonly resolverTimeoutMs?: number;
  /** Loads openpgp in place of `import("openpgp")`: its lightweight build, or a copy served elsewhere. */
  readonly load?: () => Promise<unknown>;
  /** The clock for the age of resolver answers, milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

/** The algorithm `org.openpgp.signature`, with a keyring of its own. */
export interface OpenPgpAlgorithm extends SignatureAlgorithm {
  /** `org.openpgp.signature`. */
  readonly id: typeof algorithmId;
  /**
   * Adds certificates and revocation certificates to the keyring; copies of one certificate are merged.
   *
   * Verifies nothing: a certificate that says nothing true about itself is found out when it is used.
   *
   * @param data ASCII armor (any number of blocks), base64 or binary: at most 64 MiB
   * @returns what became of each certificate, in the order of the data
   * @throws CountersignError `ERR_ALGORITHM_KEYS` for a private key and for data that holds no public keys
   */
  importKeys(data: KeyMaterial): Promise<readonly KeyImport[]>;
  /** Judges one signature (PROTOCOL, org.openpgp.signature). Throws `ERR_ABORTED` alone. */
  verify: SignatureAlgorithm["verify"];
  accept: NonNullable<SignatureAlgorithm["accept"]>;
  commands: NonNullable<SignatureAlgorithm["commands"]>;
  cacheContext: NonNullable<SignatureAlgorithm["cacheContext"]>;
  /** What the certificates of the keyring say about each other (PROTOCOL, "For whom a signer may speak"). */
  introductions: NonNullable<SignatureAlgorithm["introductions"]>;
}

/** Changes with every change of the rules, so that no older verdict is taken for one of today's. */
const rulesVersion = 3;
const hourMs = 60 * 60_000;
const resolverTimeoutMs = 30_000;
/** The longest that timers of browsers and of Node wait. */
const maxTimeoutMs = 2 ** 31 - 1;
const knownOptions: ReadonlySet<string> = new Set([
  "keys",
  "resolver",
  "resolverMaxAgeMs",
  "resolverTimeoutMs",
  "load",
  "now",
]);

/**
 * OpenPGP signatures (RFC 9580) through openpgp.js, which is loaded when the first signature is verified.
 *
 * Says whether a signature is right and whose it is, never whether that somebody is to be trusted: the keys given here
 * trust nobody. Signatures that a signing tool sent together with a public key are verified by that key, so the owner
 * should also give the key to the readers. Without a resolver, verdicts are cached under a hash of the keyring; with one
 * they are not cached at all, since its answer may be another the next time.
 *
 * A revocation that claims to be by somebody whom the key lets revoke it (RFC 9580 §5.2.3.23) is not verified: all that the
 * key signs is then `no-key`.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for keys that hold no public key, `ERR_OPTION_INVALID`
 */
export function openpgp(options: OpenPgpOptions = {}): OpenPgpAlgorithm {
  assertOptions(options);
  const keyring = new Keyring();
  const given = options.keys === undefined ? [] : [options.keys].flat();
  const data = given.map((keys) => readKeyData(keys, keyringLimits));
  let importing: Promise<unknown> = Promise.resolve();
  for (const keys of data) importing = importing.then(() => keyring.add(keys));
  // Whoever needs the keys hears of it: verdicts are `verifier-failed`.
  importing.catch(() => undefined);
  const resolvers = resolversOf(options);
  const resolver =
    resolvers.length === 0
      ? undefined
      : new ResolverCache(resolvers, {
          maxAgeMs: options.resolverMaxAgeMs ?? hourMs,
          timeoutMs: options.resolverTimeoutMs ?? resolverTimeoutMs,
          now: options.now ?? Date.now,
        });
  const sources = new CertificateSources(keyring, resolver);
  const verifier = new Verifier(libraryLoader(options.load), sources, () => importing);
  const finder = new IntroductionFinder(keyring, verifier);
  return {
    id: algorithmId,
    verify: (input) => verifier.verify(input),
    accept: async (input) => {
      await importing;
      return acceptOutput({ keyring, verifier }, input);
    },
    importKeys: async (keys) => {
      const read = readKeyData(keys, keyringLimits);
      const imported = importing.then(() => keyring.add(read));
      importing = Promise.all([importing, imported.catch(() => undefined)]);
      importing.catch(() => undefined);
      return imported;
    },
    introductions: async (input) => {
      await importing;
      return finder.find(input);
    },
    commands: signingCommands,
    cacheContext: async () => {
      await importing;
      return resolver ? undefined : `${rulesVersion}:${await keyring.contentsHash()}`;
    },
  };
}

const keyringLimits = { maxBytes: maxKeyringBytes, maxBlocks: maxKeyringBlocks, maxPackets: maxKeyringPackets };

function resolversOf({ resolver }: OpenPgpOptions): KeyResolver[] {
  return resolver === undefined ? [] : [resolver].flat();
}

function assertOptions(options: OpenPgpOptions): void {
  if (typeof options !== "object" || options === null) throw optionError("options of openpgp()");
  if (options.keys === null) throw optionError("keys: public keys, or nothing");
  const unknown = Object.keys(options).find((name) => !knownOptions.has(name));
  if (unknown !== undefined) throw optionError("options of openpgp() alone");
  if (resolversOf(options).some((resolver) => typeof resolver !== "function"))
    throw optionError("resolver: a function, or several");
  const ageMs = options.resolverMaxAgeMs ?? 0;
  if (!Number.isFinite(ageMs) || ageMs < 0) throw optionError("resolverMaxAgeMs: milliseconds, not negative");
  const timeoutMs = options.resolverTimeoutMs ?? 1;
  if (!(timeoutMs > 0 && timeoutMs <= maxTimeoutMs)) throw optionError("resolverTimeoutMs: milliseconds, above 0");
}

function optionError(expected: string): CountersignError {
  return new CountersignError("ERR_OPTION_INVALID", `expected ${expected}`);
}
