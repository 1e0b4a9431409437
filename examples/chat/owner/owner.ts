import {
  Countersign,
  CountersignError,
  type OwnSignature,
  type PublishReceipt,
  parseKeyId,
  type SigningRequest,
} from "matrix-countersign";
import { type KeyMaterial, type OpenPgpAlgorithm, openpgp } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import type { MatrixUser } from "../../shared/matrix-user.js";
import { makeOrganisationKey, type PublicKey, readPublicKeys } from "../keys.js";

/** A signature on Alice's master key, and the public key that made it. */
export interface Signed {
  readonly signature: OwnSignature;
  readonly key: PublicKey;
  /** Revokes the key; there where it was made in the page. */
  readonly revocation?: string;
}

/** What Alice does with Countersign: has her master key signed, and publishes the signature. */
export class Owner {
  readonly #countersign: Countersign;
  readonly #algorithm: OpenPgpAlgorithm;

  private constructor(countersign: Countersign, algorithm: OpenPgpAlgorithm) {
    this.#countersign = countersign;
    this.#algorithm = algorithm;
  }

  static async create({ client }: MatrixUser): Promise<Owner> {
    const algorithm = openpgp();
    // The demo begins anew with every page: a real client leaves `store` out, and IndexedDB remembers.
    return new Owner(await Countersign.create(client, { algorithms: [algorithm], store: memoryStore() }), algorithm);
  }

  /** The exact bytes to sign, and command lines that sign them. */
  prepare(): Promise<SigningRequest> {
    return this.#countersign.prepare({ algorithm: this.#algorithm.id });
  }

  /** Has the key of an organisation sign that is made in the page for this purpose. */
  async signHere(): Promise<Signed> {
    const { publicKey, signer, revocation } = await makeOrganisationKey();
    return { signature: await this.#countersign.sign(signer), key: publicKey, revocation };
  }

  /**
   * Takes what the user's own tool wrote.
   *
   * @param publicKey the key that signed; may also stand in `output`
   */
  async accept(
    request: SigningRequest,
    output: string | Uint8Array,
    publicKey: KeyMaterial | undefined,
  ): Promise<Signed> {
    if (publicKey !== undefined) await this.#algorithm.importKeys(publicKey);
    const signature = await this.#countersign.accept(request, output);
    const fingerprint = parseKeyId(signature.keyId)?.key;
    const key = (await readPublicKeys(publicKey ?? output)).find((candidate) => candidate.fingerprint === fingerprint);
    if (key === undefined) throw new CountersignError("ERR_ACCEPT_NO_KEY", "expected the public key of this signature");
    return { signature, key };
  }

  publish(signature: OwnSignature): Promise<PublishReceipt> {
    return this.#countersign.publish(signature);
  }

  close(): void {
    this.#countersign.close();
  }
}
