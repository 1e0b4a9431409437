import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { canonicalJson } from "../../examples/homeserver/json.js";

/** JSON from a server that the tests made themselves: members are looked at where they are expected. */
// biome-ignore lint/suspicious/noExplicitAny: the expectations are the type check here
export type Body = Record<string, any>;

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly headers: Headers;
}

/** A client that knows nothing but HTTP. */
export interface HttpAccount {
  readonly userId: string;
  readonly deviceId: string;
  readonly token: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
  put(path: string, body: object): Promise<Answer>;
  delete(path: string): Promise<Answer>;
}

/** One request below `/_matrix/client`; a path that begins with `/_` is taken whole. */
export async function ask(url: string, method: string, path: string, body?: unknown, token?: string): Promise<Answer> {
  const response = await fetch(url + (path.startsWith("/_") ? path : `/_matrix/client${path}`), {
    method,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("Content-Type") === "application/json";
  return { status: response.status, body: isJson ? JSON.parse(text) : { text }, headers: response.headers };
}

/** Registers a user whose password is `password`. */
export async function registerAccount(url: string, username: string, more: object = {}): Promise<HttpAccount> {
  const auth = { type: "m.login.dummy" };
  const { status, body } = await ask(url, "POST", "/v3/register", { username, password: "password", auth, ...more });
  if (status !== 200) throw new Error(`registration: ${status} ${JSON.stringify(body)}`);
  return accountOf(url, body);
}

/** The account behind the answer to a registration or a login. */
export function accountOf(url: string, body: Body): HttpAccount {
  const token = String(body.access_token);
  return {
    userId: String(body.user_id),
    deviceId: String(body.device_id),
    token,
    get: (path) => ask(url, "GET", path, undefined, token),
    post: (path, content = {}) => ask(url, "POST", path, content, token),
    put: (path, content) => ask(url, "PUT", path, content, token),
    delete: (path) => ask(url, "DELETE", path, undefined, token),
  };
}

/** An Ed25519 key pair, and objects signed with it. */
export interface SigningKey {
  /** Unpadded base64. */
  readonly publicKey: string;
  /** The private key as secret storage holds it: 32 bytes, unpadded base64. */
  readonly seed: string;
  sign(object: Body): string;
}

/** Makes a key pair. */
export function makeSigningKey(): SigningKey {
  const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return {
    publicKey: unpadded(raw),
    seed: unpadded(privateKey.export({ format: "der", type: "pkcs8" }).subarray(-32)),
    sign: ({ signatures: _signatures, unsigned: _unsigned, ...object }) =>
      unpadded(sign(null, Buffer.from(canonicalJson(object)), privateKey)),
  };
}

const unpadded = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");

/** A user's three cross-signing keys, as a client uploads them. */
export interface CrossSigningKeys {
  readonly master: SigningKey;
  readonly selfSigning: SigningKey;
  readonly userSigning: SigningKey;
  readonly body: { readonly master_key: Body; readonly self_signing_key: Body; readonly user_signing_key: Body };
}

/** Makes cross-signing keys; the two lesser ones are signed by the master key. */
export function makeCrossSigningKeys(userId: string): CrossSigningKeys {
  const [master, selfSigning, userSigning] = [makeSigningKey(), makeSigningKey(), makeSigningKey()];
  const key = (usage: string, publicKey: string): Body => ({
    user_id: userId,
    usage: [usage],
    keys: { [`ed25519:${publicKey}`]: publicKey },
  });
  const signed = (object: Body): Body => ({
    ...object,
    signatures: { [userId]: { [`ed25519:${master.publicKey}`]: master.sign(object) } },
  });
  return {
    master,
    selfSigning,
    userSigning,
    body: {
      master_key: key("master", master.publicKey),
      self_signing_key: signed(key("self_signing", selfSigning.publicKey)),
      user_signing_key: signed(key("user_signing", userSigning.publicKey)),
    },
  };
}
