import { CountersignError } from "../../errors.js";

/** A public-key packet of openpgp, as far as it is used here. */
export interface KeyPacket {
  readonly algorithm: number;
  readonly publicParams: {
    readonly n?: Uint8Array;
    readonly e?: Uint8Array;
    readonly oid?: { readonly oid: Uint8Array };
    readonly Q?: Uint8Array;
    readonly A?: Uint8Array;
  };
  read(body: Uint8Array, config: object): Promise<number>;
  getKeyID(): unknown;
  getFingerprint(): string;
}

/** A signature packet of openpgp, as far as it is used here. */
export interface SignaturePacket {
  issuerKeyID: unknown;
  unknownSubpackets: unknown[];
  rawNotations: unknown[];
  revocationKeyClass: unknown;
  hashAlgorithm: number;
  /** A digest computed before, taken in place of another computation. */
  hashed?: Promise<unknown>;
  hash(type: number, data: object, toHash: undefined, detached: boolean): Promise<unknown>;
  read(body: Uint8Array, config: object): void;
  verify(key: KeyPacket, type: number, data: object, date: null, detached: boolean, config: object): Promise<void>;
}

/** An unlocked private key of openpgp, as far as it is used here. */
export interface PrivateKey {
  isPrivate(): boolean;
  isDecrypted(): boolean;
  toPublic(): { armor(): string };
  clearPrivateParams?(): void;
}

/** The parts of openpgp that are used here: structural, so that its types stay out of the package's declarations. */
export interface OpenPgpLibrary {
  readonly config: object;
  readonly PublicKeyPacket: new () => KeyPacket;
  readonly SignaturePacket: new () => SignaturePacket;
  readPrivateKey(options: { armoredKey?: string; binaryKey?: Uint8Array; config: object }): Promise<PrivateKey>;
  decryptKey(options: { privateKey: PrivateKey; passphrase: string; config: object }): Promise<PrivateKey>;
  createMessage(options: { binary: Uint8Array }): Promise<unknown>;
  sign(options: {
    message: unknown;
    signingKeys: PrivateKey;
    detached: true;
    format: "armored";
    config: object;
    date: Date;
  }): Promise<string>;
}

/** Loads openpgp, once, when it is first needed. */
export type LibraryLoader = () => Promise<OpenPgpLibrary>;

const importOpenPgp = async (): Promise<unknown> => import("openpgp");

/**
 * A loader that keeps what it loaded and tries again where it failed.
 *
 * @param load what to load instead of the package `openpgp`: another build of it
 * @throws CountersignError `ERR_ALGORITHM_LIBRARY`, from the loader
 */
export function libraryLoader(load: () => Promise<unknown> = importOpenPgp): LibraryLoader {
  let loading: Promise<OpenPgpLibrary> | undefined;
  return () => {
    loading ??= loadLibrary(load).catch((cause) => {
      loading = undefined;
      throw cause;
    });
    return loading;
  };
}

/**
 * Configuration for one call. All rules of PROTOCOL are checked in this folder, before and after; openpgp's own switches
 * are set so that none of them hides a key that the rules allow, and its global ones are only read.
 */
export function callConfig(library: OpenPgpLibrary): object {
  const config = configs.get(library) ?? makeConfig(library);
  configs.set(library, config);
  return config;
}

/** Made once for each library: a configuration holds dozens of settings, a signature is verified in a tenth of a millisecond. */
const configs = new WeakMap<OpenPgpLibrary, object>();

function makeConfig(library: OpenPgpLibrary): object {
  return {
    ...library.config,
    enableParsingV5Entities: false,
    ignoreMalformedPackets: false,
    rejectHashAlgorithms: new Set(),
    rejectMessageHashAlgorithms: new Set(),
    rejectPublicKeyAlgorithms: new Set([16, 17]),
    rejectCurves: new Set(),
    minRSABits: 2048,
    knownNotations: [],
  };
}

async function loadLibrary(load: () => Promise<unknown>): Promise<OpenPgpLibrary> {
  let library: unknown;
  try {
    library = await load();
  } catch (cause) {
    throw new CountersignError("ERR_ALGORITHM_LIBRARY", "expected the package openpgp, found none", { cause });
  }
  if (!isOpenPgp(library))
    throw new CountersignError("ERR_ALGORITHM_LIBRARY", "expected openpgp 6, got something else");
  return library;
}

function isOpenPgp(library: unknown): library is OpenPgpLibrary {
  const candidate = library as Partial<OpenPgpLibrary> | null;
  return typeof candidate?.PublicKeyPacket === "function" && typeof candidate.SignaturePacket === "function";
}
