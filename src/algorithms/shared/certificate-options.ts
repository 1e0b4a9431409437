import { CountersignError } from "../../errors.js";
import type { DerMaterial } from "./certificate-material.js";
import {
  type CertificateStore,
  certificateStore,
  contentsOf,
  isCertificateStore,
  type StoreContents,
} from "./certificate-store.js";
import type { RevocationFetch } from "./revocation-fetch.js";
import type { RevocationMode } from "./revocation-types.js";

/** What both X.509 algorithms are given. */
export interface CertificateOptions {
  /** Certificates at which paths may begin: PEM (any number of blocks), base64 or DER. They trust nobody. */
  readonly trustedCertificates?: DerMaterial | readonly DerMaterial[];
  /** Revocation lists: PEM, base64 or DER. */
  readonly crls?: DerMaterial | readonly DerMaterial[];
  /** OCSP answers: DER, PEM with the label OCSP RESPONSE, or base64. */
  readonly ocspResponses?: DerMaterial | readonly DerMaterial[];
  /** A store that can change at run time, in place of the three above: {@link certificateStore}. */
  readonly store?: CertificateStore;
  /** What it means that nothing is known of a certificate's revocation; `none`, where nobody asks, by default. */
  readonly revocation?: RevocationMode;
  /** Gets revocation lists and OCSP answers, from addresses in certificates that are chained to a given root already. */
  readonly fetch?: RevocationFetch;
  /** The time to judge certificates at, milliseconds since 1970; the time of the verification by default. */
  readonly verificationTime?: number;
}

/** Options, read. */
export interface CertificateConfig {
  contents(): Promise<StoreContents>;
  readonly mode: RevocationMode;
  readonly fetch: RevocationFetch | undefined;
  readonly verificationTime: number | undefined;
  /** Changes whenever verdicts could. */
  cacheContext(): Promise<string>;
}

/** Changes with every change of the rules, so that no older verdict is taken for one of today's. */
const rulesVersion = 2;
const modes: readonly RevocationMode[] = ["none", "soft-fail", "hard-fail"];
const known: ReadonlySet<string> = new Set([
  "trustedCertificates",
  "crls",
  "ocspResponses",
  "store",
  "revocation",
  "fetch",
  "verificationTime",
]);

/**
 * Reads the options of an algorithm.
 *
 * @param name how the algorithm's function is called
 * @param others names of options that are the algorithm's own
 * @throws CountersignError `ERR_OPTION_INVALID`, `ERR_ALGORITHM_KEYS` for certificates, lists or answers that are none
 */
export function readCertificateOptions(
  options: CertificateOptions,
  name: string,
  others: readonly string[] = [],
): CertificateConfig {
  if (typeof options !== "object" || options === null) throw optionError(`options of ${name}()`);
  const unknown = Object.keys(options).find((option) => !known.has(option) && !others.includes(option));
  if (unknown !== undefined) throw optionError(`known options of ${name}()`);
  const { store, revocation: mode = "none", fetch, verificationTime } = options;
  const { trustedCertificates, crls, ocspResponses } = options;
  if (!modes.includes(mode)) throw optionError("revocation: none, soft-fail or hard-fail");
  if (fetch !== undefined && typeof fetch?.fetch !== "function") throw optionError("fetch: a member fetch, a function");
  if (verificationTime !== undefined && !Number.isFinite(verificationTime)) {
    throw optionError("verificationTime: milliseconds since 1970");
  }
  if (store !== undefined && !isCertificateStore(store)) throw optionError("store: what certificateStore() made");
  if (store && (trustedCertificates ?? crls ?? ocspResponses) !== undefined) {
    throw optionError("store, or trustedCertificates, crls and ocspResponses");
  }
  const source = store ? { store, filled: Promise.resolve() } : ownStore(options);
  const contents = async (): Promise<StoreContents> => {
    await source.filled;
    return contentsOf(source.store);
  };
  return {
    contents,
    mode,
    fetch,
    verificationTime,
    cacheContext: async () =>
      JSON.stringify([rulesVersion, (await contents()).version, mode, fetch !== undefined, verificationTime ?? null]),
  };
}

function ownStore(options: CertificateOptions): { store: CertificateStore; filled: Promise<unknown> } {
  const { trustedCertificates = [], crls = [], ocspResponses = [] } = options;
  const store = certificateStore(trustedCertificates);
  const filled = Promise.all([store.addCrls(crls), store.addOcspResponses(ocspResponses)]);
  // Whoever needs them hears of it: verdicts are `verifier-failed`.
  filled.catch(() => undefined);
  return { store, filled };
}

function optionError(expected: string): CountersignError {
  return new CountersignError("ERR_OPTION_INVALID", `expected ${expected}`);
}
