import { CountersignError } from "matrix-countersign";
import { type KeyMaterial, type OpenPgpSigner, openpgp, openpgpSigner } from "matrix-countersign/openpgp";
import { plain } from "./words/plain.js";

/** An OpenPGP public key, and what it calls itself. */
export interface PublicKey {
  /** Upper-case hexadecimal. */
  readonly fingerprint: string;
  /** What the key calls itself: unverified. */
  readonly name: string;
  readonly data: KeyMaterial;
}

/**
 * The public keys in what was pasted or dropped.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for none
 */
export async function readPublicKeys(data: KeyMaterial): Promise<PublicKey[]> {
  const imports = await openpgp().importKeys(data);
  const keys = imports.flatMap(({ fingerprint, names, status }) =>
    fingerprint === undefined || status === "refused"
      ? []
      : [{ fingerprint, name: plain(names[0] ?? "no name"), data }],
  );
  if (keys.length === 0) throw new CountersignError("ERR_ALGORITHM_KEYS", "expected a public key that can be used");
  return keys;
}

/** The key of an organisation that exists in this page alone: made here, forgotten with the page. */
export interface OrganisationKey {
  readonly publicKey: PublicKey;
  readonly signer: OpenPgpSigner;
  /** Revokes the key wherever it is imported. */
  readonly revocation: string;
}

/** Makes an organisation's key. */
export async function makeOrganisationKey(): Promise<OrganisationKey> {
  const { generateKey } = await import("openpgp");
  const userIDs = [{ name: "Example Ltd", email: "keys@example.org" }];
  const { privateKey, publicKey, revocationCertificate } = await generateKey({ userIDs, format: "object" });
  const [read] = await readPublicKeys(publicKey.armor());
  if (read === undefined) throw new CountersignError("ERR_ALGORITHM_KEYS", "expected the key just made");
  return { publicKey: read, signer: openpgpSigner(privateKey), revocation: revocationCertificate };
}

/** Public keys that anybody can have: it stands for a company's web page, a key server, a mail. Trusts nobody. */
export class KeyDirectory {
  readonly #keys = new Map<string, PublicKey>();
  readonly #listeners = new Set<(key: PublicKey) => void>();

  /** Shows a key to everybody. */
  publish(key: PublicKey): void {
    this.#keys.set(key.fingerprint, key);
    for (const listener of this.#listeners) listener(key);
  }

  all(): readonly PublicKey[] {
    return [...this.#keys.values()];
  }

  /** Calls `listener` with every key that is published from now on. */
  onPublished(listener: (key: PublicKey) => void): void {
    this.#listeners.add(listener);
  }
}
