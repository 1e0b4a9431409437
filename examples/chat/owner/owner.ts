import {
  Countersign,
  CountersignError,
  HttpError,
  type OutboxResult,
  type OwnSignature,
  type PublishReceipt,
  parseKeyId,
  type SigningRequest,
  type WithdrawReceipt,
} from "matrix-countersign";
import { type KeyMaterial, type OpenPgpAlgorithm, openpgp } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import { makeOrganisationKey, type PublicKey, readPublicKeys } from "../keys.js";
import type { Pair } from "../matrix/pair.js";

/** A signature on Alice's master key, and the public key that made it. */
export interface Signed {
  readonly signature: OwnSignature;
  readonly key: PublicKey;
  /** Revokes the key; there where it was made in the page. */
  readonly revocation?: string;
}

/** What Alice does with Countersign: has her master key signed, publishes the signature, and takes it back. */
export class Owner {
  readonly #countersign: Countersign;
  readonly #algorithm: OpenPgpAlgorithm;
  /** Where her manifest is kept beside her profile. */
  #rooms: readonly string[] = [];

  private constructor(countersign: Countersign, algorithm: OpenPgpAlgorithm) {
    this.#countersign = countersign;
    this.#algorithm = algorithm;
  }

  static async create({ alice, line }: Pair): Promise<Owner> {
    const algorithm = openpgp();
    const options = {
      algorithms: [algorithm],
      // The demo begins anew with every page: a real client leaves `store` out, and IndexedDB remembers.
      store: memoryStore(),
      // One try is enough here: what fails waits in the outbox.
      http: { fetch: line.fetch, maxRetries: 0 },
    };
    return new Owner(await Countersign.create(alice.client, options), algorithm);
  }

  /** The exact bytes to sign, and command lines that sign them. */
  prepare(): Promise<SigningRequest> {
    return this.#countersign.prepare({ algorithm: this.#algorithm.id });
  }

  /** Has the key of an organisation sign that is made in the page for this purpose. */
  async signHere(): Promise<Signed> {
    const { publicKey, signer, revocation } = await makeOrganisationKey();
    // Only who can verify a signature can take it back for every reader: a withdrawal names the key that was verified.
    await this.#algorithm.importKeys(publicKey.data);
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

  /**
   * Publishes everywhere, the rooms included that were prepared.
   *
   * @returns `undefined` where the homeserver cannot be reached: then it waits in the outbox
   */
  publish(signature: OwnSignature): Promise<PublishReceipt | undefined> {
    return orWaiting(this.#countersign.publish(signature, { rooms: this.#rooms }));
  }

  /** Lets the members of a room keep their manifests in its state, and counts it among the places to publish in. */
  async prepareRoom(roomId: string): Promise<void> {
    await this.#countersign.prepareRoom(roomId, { apply: true });
    this.#rooms = [...new Set([...this.#rooms, roomId])];
  }

  /** Takes a signature back; waits like {@link publish}. */
  withdraw({ keyId }: OwnSignature): Promise<WithdrawReceipt | undefined> {
    return orWaiting(this.#countersign.withdraw(keyId, { rooms: this.#rooms }));
  }

  /** Calls `listener` with what became of that which waited in the outbox. */
  onResumed(listener: (receipt: NonNullable<OutboxResult["receipt"]>) => void): void {
    this.#countersign.on("outbox", ({ receipt }) => {
      if (receipt !== undefined) listener(receipt);
    });
  }

  close(): void {
    this.#countersign.close();
  }
}

async function orWaiting<Receipt>(receipt: Promise<Receipt>): Promise<Receipt | undefined> {
  try {
    return await receipt;
  } catch (error) {
    if (error instanceof HttpError && error.code === "ERR_HTTP_NETWORK") return undefined;
    throw error;
  }
}
