import {
  Countersign,
  type CountersignOptions,
  type FetchOptions,
  type IdentityAssessment,
  type JsonObject,
  type SignatureAlgorithm,
  type Signer,
  type TrustAnchor,
} from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { onTestFinished } from "vitest";
import { createHomeserver, type ProfileName } from "../../examples/homeserver/server.js";
import { ed25519, ed25519Signer } from "../../src/algorithms/ed25519/index.js";
import { decodeBase64 } from "../../src/encoding/base64.js";
import { type EmbeddedUser, embeddedUser } from "./embedded-user.js";
import { makeSigningKey, type SigningKey } from "./homeserver-account.js";
import { lesserKey } from "./signed-events.js";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

/** A key of usage `public-user`, with its object as a server serves it. */
export interface PublicUserKey extends SigningKey {
  readonly object: JsonObject;
}

/** A company whose team vouches for others, and a reader who trusts the company alone. */
export interface TeamStage {
  readonly url: string;
  /** Trusts the company for everybody here, and carol to introduce. */
  readonly anchor: TrustAnchor;
  /** A user with cross-signing keys whom nobody vouches for. */
  user(name: string): Promise<EmbeddedUser>;
  /** The company signs a user's master key. */
  employ(user: EmbeddedUser): Promise<void>;
  /** The reader's side, without anchors and vouching users unless `options` name them. */
  reader(
    options: Partial<CountersignOptions>,
  ): Promise<(userId: string, how?: FetchOptions) => Promise<IdentityAssessment>>;
}

const usage = "public-user";

/** A key of that usage, signed by the user's master key or by another. */
export function publicUserKey({ account, keys }: EmbeddedUser, by: SigningKey = keys.master): PublicUserKey {
  const key = makeSigningKey();
  return { ...key, object: lesserKey(account.userId, usage, key.publicKey, by) };
}

/** Puts the key on the homeserver. */
export async function uploadPublicUserKey(user: EmbeddedUser, { object }: PublicUserKey): Promise<void> {
  await uploadKeys(user, { "org.matrix.msc2882.public_user_signing_key": object });
}

/** Puts keys on the homeserver, which asks for the password. */
export async function uploadKeys({ account }: EmbeddedUser, keys: object): Promise<void> {
  const path = "/v3/keys/device_signing/upload";
  const { session } = (await account.post(path, keys)).body;
  const auth = { type: "m.login.password", session, identifier: { type: "m.id.user", user: account.userId } };
  const { status } = await account.post(path, { ...keys, auth: { ...auth, password: "password" } });
  if (status !== 200) throw new Error(`the keys were refused: ${status}`);
}

/** What a key says of a user's master key as an external signature, published by that user. */
export async function publishVouch(user: EmbeddedUser, { seed }: SigningKey): Promise<void> {
  const own = await Countersign.create(user.client, {
    algorithms: [ed25519()],
    store: memoryStore(),
    outbox: "manual",
  });
  onTestFinished(() => own.close());
  await own.publish(await own.sign(ed25519Signer(decodeBase64(seed))), { routes: ["profile-field"] });
}

/** Hangs a signature in Matrix's own form on another's master key. */
export async function vouchNatively(by: EmbeddedUser, key: SigningKey, user: EmbeddedUser): Promise<void> {
  const { userId } = by.account;
  const object = user.keys.body.master_key;
  const signed = { ...object, signatures: { [userId]: { [`ed25519:${key.publicKey}`]: key.sign(object) } } };
  const body = { [user.account.userId]: { [user.keys.master.publicKey]: signed } };
  const answer = await by.account.post("/v3/keys/signatures/upload", body);
  if (answer.status !== 200 || Object.keys(answer.body.failures).length > 0)
    throw new Error(JSON.stringify(answer.body));
}

/** What a company signs with, and what reads it. */
export interface Company {
  readonly signer: Signer & { readonly fingerprint: string };
  readonly algorithm: SignatureAlgorithm;
}

/** Everything is ended with the test. */
export async function teamStage(profile: ProfileName = "msc2961", given?: Company): Promise<TeamStage> {
  const server = await createHomeserver({ profile }).listen();
  onTestFinished(() => server.close());
  const { signer: company, algorithm } = given ?? {
    signer: await stampSigner(),
    algorithm: stampAlgorithm({ hashes: true }),
  };
  const watcher = await embeddedUser(server.url, "reader");
  const name = watcher.account.userId.slice("@reader:".length);
  const anchor: TrustAnchor = {
    id: "company",
    algorithm: company.algorithm,
    key: company.fingerprint,
    speaksFor: "scope",
    depth: 1,
    scope: { users: [{ users: `@carol:${name}`, purposes: ["identity", "introduce"] }], servers: [name] },
  };
  return {
    url: server.url,
    anchor,
    user: (localpart) => embeddedUser(server.url, localpart),
    async employ({ client }) {
      const own = await Countersign.create(client, { algorithms: [algorithm], store: memoryStore(), outbox: "manual" });
      onTestFinished(() => own.close());
      await own.publish(await own.sign(company), { routes: ["profile-field"] });
    },
    async reader(options) {
      const countersign = await Countersign.create(watcher.client, {
        algorithms: [algorithm, ed25519()],
        store: memoryStore(),
        ...options,
      });
      onTestFinished(() => countersign.close());
      return async (userId, how = { fresh: true }) => {
        for await (const assessment of countersign.assess([userId], how)) return assessment;
        throw new Error("no assessment");
      };
    },
  };
}
