import {
  Countersign,
  type CountersignOptions,
  type CryptoLike,
  type HttpOptions,
  type MatrixClientLike,
} from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { onTestFinished } from "vitest";
import { createHomeserver } from "../../examples/homeserver/server.js";
import { type EmbeddedUser, embeddedUser } from "./embedded-user.js";
import { type Body, makeSigningKey } from "./homeserver-account.js";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

/** One request of the reader's to the homeserver. */
export interface ReaderRequest {
  readonly path: string;
  readonly body: Body;
}

/** A reader who trusts a company's key, and owners on the same embedded homeserver whom it may vouch for. */
export interface NativeStage {
  readonly reader: EmbeddedUser;
  /** The reader's side. */
  readonly reading: Countersign;
  readonly store: NonNullable<CountersignOptions["store"]>;
  /** What the reader sent so far. */
  readonly sent: ReaderRequest[];
  /** What another instance of the reader's is made with. */
  readonly readerParts: { readonly client: MatrixClientLike; readonly http: HttpOptions };
  /** Requests that never reach the homeserver; what {@link tamper} says is answered. */
  isLost: (request: ReaderRequest) => boolean;
  /** Between the homeserver and the reader: changes an answer, or gives another one. */
  tamper: (request: ReaderRequest, answer: Body) => Body | Response;
  /** A user with cross-signing keys; for whom the company vouches unless told otherwise. */
  owner(name: string, isVouchedFor?: boolean): Promise<EmbeddedUser>;
  /** The owner withdraws what the company signed. */
  takeBack(owner: EmbeddedUser): Promise<void>;
  /** The signatures by the reader that the reader is served on an owner's master key. */
  nativeSignaturesOn(owner: EmbeddedUser): Promise<Body>;
}

/** What of the reader's client is another than usual. */
export interface ReaderParts {
  readonly crypto?: Partial<CryptoLike>;
  readonly client?: Partial<MatrixClientLike>;
  readonly options?: Partial<CountersignOptions>;
}

const uploadPath = "/keys/signatures/upload";

/** What went up to be hung on keys. */
export function uploadsOf({ sent }: NativeStage): Body[] {
  return sent.flatMap(({ path, body }) => (path.endsWith(uploadPath) ? [body] : []));
}

/** Gives a client's user new cross-signing keys in the place of the old ones; the master key alone is told. */
export function anotherMasterKey(userId: string): Body {
  const { publicKey } = makeSigningKey();
  return { user_id: userId, usage: ["master"], keys: { [`ed25519:${publicKey}`]: publicKey } };
}

/** Everything is ended with the test. */
export async function setNativeStage({
  crypto = {},
  client = {},
  options = {},
}: ReaderParts = {}): Promise<NativeStage> {
  const server = await createHomeserver().listen();
  onTestFinished(() => server.close());
  const [signer, algorithm] = [await stampSigner(), stampAlgorithm({ hashes: true })];
  const reader = await embeddedUser(server.url, "reader");
  const sent: ReaderRequest[] = [];
  const store = memoryStore();
  const fetchFn: typeof fetch = async (input, init = {}) => {
    const request = { path: new URL(String(input)).pathname, body: init.body ? JSON.parse(String(init.body)) : {} };
    sent.push(request);
    const response = stage.isLost(request) ? Response.json({}) : await fetch(input, init);
    const answer = stage.tamper(request, (await response.json()) as Body);
    return answer instanceof Response ? answer : Response.json(answer, response);
  };
  const readerParts = {
    client: { ...reader.client, getCrypto: () => ({ ...cryptoOf(reader), ...crypto }), ...client },
    http: { fetch: fetchFn, wait: async () => {}, maxRetries: 1 },
  };
  const reading = await Countersign.create(readerParts.client, {
    algorithms: [algorithm],
    anchors: [
      {
        id: "company",
        algorithm: signer.algorithm,
        key: signer.fingerprint,
        speaksFor: "scope",
        scope: { servers: [reader.account.userId.slice("@reader:".length)] },
      },
    ],
    store,
    http: readerParts.http,
    ...options,
  });
  onTestFinished(() => reading.close());
  const ownSide = async ({ client: ownerClient }: EmbeddedUser): Promise<Countersign> => {
    const own = await Countersign.create(ownerClient, { algorithms: [algorithm], store: memoryStore() });
    onTestFinished(() => own.close());
    return own;
  };
  const stage: NativeStage = {
    reader,
    reading,
    store,
    sent,
    readerParts,
    isLost: () => false,
    tamper: (_request, answer) => answer,
    async owner(name, isVouchedFor = true) {
      const owner = await embeddedUser(server.url, name);
      const own = await ownSide(owner);
      if (isVouchedFor) await own.publish(await own.sign(signer));
      return owner;
    },
    async takeBack(owner) {
      await (await ownSide(owner)).withdraw(`custom:${signer.algorithm}:${signer.fingerprint}`);
    },
    async nativeSignaturesOn({ account: { userId } }) {
      const { body } = await reader.account.post("/v3/keys/query", { device_keys: { [userId]: [] } });
      return body.master_keys[userId].signatures[reader.account.userId] ?? {};
    },
  };
  return stage;
}

function cryptoOf({ client }: EmbeddedUser): CryptoLike {
  const crypto = client.getCrypto();
  if (!crypto) throw new Error("no crypto");
  return crypto;
}
