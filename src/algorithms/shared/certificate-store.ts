import { sha256, toHex, utf8 } from "../../encoding/bytes.js";
import { type Certificate, serialText } from "./certificate.js";
import {
  certificateKind,
  type DerMaterial,
  derValuesIn,
  keysError,
  ocspAnswerKind,
  readCertificates,
  revocationListKind,
} from "./certificate-material.js";
import { CertificatePool } from "./certificate-pool.js";
import { RevocationEvidence } from "./revocation-evidence.js";

/** A certificate in a store, for people. */
export interface StoredCertificate {
  /** SHA-256 of the certificate, lower-case hexadecimal. */
  readonly sha256: string;
  readonly subject: string;
  readonly serialNumber: string;
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/**
 * Certificates at which paths may begin, with what is known of revocation; both can change at any time, and every verdict from then
 * on goes by what it holds. Several algorithms can share one.
 */
export interface CertificateStore {
  /**
   * Adds certificates. They trust nobody: they make paths visible.
   *
   * @param material PEM, base64 or DER
   * @returns SHA-256 of each
   * @throws CountersignError `ERR_ALGORITHM_KEYS` for anything else, private keys too
   */
  add(material: DerMaterial | readonly DerMaterial[]): Promise<readonly string[]>;
  /** Takes a certificate away, by its SHA-256 in hexadecimal. @returns whether it was there */
  remove(sha256: string): Promise<boolean>;
  /** Adds revocation lists. Who signed them is found out when they are used. @throws CountersignError `ERR_ALGORITHM_KEYS` */
  addCrls(material: DerMaterial | readonly DerMaterial[]): Promise<void>;
  /** Adds OCSP answers. Who signed them is found out when they are used. @throws CountersignError `ERR_ALGORITHM_KEYS` */
  addOcspResponses(material: DerMaterial | readonly DerMaterial[]): Promise<void>;
  /** What is in it. */
  list(): Promise<readonly StoredCertificate[]>;
}

/** What an algorithm works with. */
export interface StoreContents {
  readonly roots: CertificatePool;
  readonly evidence: RevocationEvidence;
  /** Changes with the contents: SHA-256 of all of them. What was fetched is not part of it. */
  readonly version: string;
}

const contentsOfStore = new WeakMap<CertificateStore, () => Promise<StoreContents>>();

/**
 * Makes a certificate store.
 *
 * @param certificates PEM (any number of blocks), base64 or DER
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for what holds no certificates; one that cannot be read is found out by the first
 *   verdict, which is `verifier-failed`
 * @example
 * ```ts
 * const store = certificateStore(rootPem);
 * const algorithms = [x509({ store }), cms({ store })];
 * await store.add(anotherRootPem);
 * ```
 */
export function certificateStore(certificates: DerMaterial | readonly DerMaterial[] = []): CertificateStore {
  const certificatesByHash = new Map<string, Certificate>();
  const evidence = new RevocationEvidence();
  const evidenceHashes: string[] = [];
  let contents: Promise<StoreContents> | undefined;
  const add = async (values: readonly Uint8Array[]): Promise<readonly string[]> => {
    const added = await readCertificates(values);
    for (const certificate of added) certificatesByHash.set(certificate.sha256, certificate);
    contents = undefined;
    return added.map(({ sha256 }) => sha256);
  };
  const begun = add(derValuesIn(certificates, certificateKind));
  begun.catch(() => undefined);
  const addEvidence = async (values: readonly Uint8Array[], take: (der: Uint8Array) => unknown, name: string) => {
    for (const value of values) {
      tryTake(() => take(value), name);
      evidenceHashes.push(toHex(await sha256(value)));
      contents = undefined;
    }
  };
  const store: CertificateStore = {
    add: async (material) => add(derValuesIn(material, certificateKind)),
    remove: async (hash) => {
      await begun;
      contents = undefined;
      return certificatesByHash.delete(hash.toLowerCase());
    },
    addCrls: async (material) =>
      addEvidence(derValuesIn(material, revocationListKind), (der) => evidence.addList(der), revocationListKind.name),
    addOcspResponses: async (material) =>
      addEvidence(derValuesIn(material, ocspAnswerKind), (der) => evidence.addAnswer(der), ocspAnswerKind.name),
    list: async () => {
      await begun;
      return [...certificatesByHash.values()].map(summaryOf);
    },
  };
  contentsOfStore.set(store, async () => {
    await begun;
    contents ??= snapshot(certificatesByHash, evidenceHashes, evidence);
    return contents;
  });
  return store;
}

/** What a store holds now. @throws CountersignError `ERR_ALGORITHM_KEYS` for certificates that could not be read */
export function contentsOf(store: CertificateStore): Promise<StoreContents> {
  const contents = contentsOfStore.get(store);
  if (!contents) throw keysError("a store that certificateStore() made");
  return contents();
}

/** Whether `value` was made by {@link certificateStore}. */
export function isCertificateStore(value: unknown): value is CertificateStore {
  return typeof value === "object" && value !== null && contentsOfStore.has(value as CertificateStore);
}

function tryTake(take: () => unknown, name: string): void {
  try {
    take();
  } catch (cause) {
    throw keysError(name, cause);
  }
}

async function snapshot(
  certificates: ReadonlyMap<string, Certificate>,
  evidenceHashes: readonly string[],
  evidence: RevocationEvidence,
): Promise<StoreContents> {
  // Both are taken before the first wait, so that the version is that of the very roots beside it.
  const roots = new CertificatePool(certificates.values());
  const all = [...certificates.keys(), ...evidenceHashes].sort().join();
  return { roots, evidence, version: toHex(await sha256(utf8(all))) };
}

function summaryOf(certificate: Certificate): StoredCertificate {
  const { sha256, subject, notAfter } = certificate;
  return { sha256, subject: subject.text, serialNumber: serialText(certificate), notAfter };
}
