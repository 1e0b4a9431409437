/** Users of a real matrix-js-sdk with Rust crypto, for the examples and the tests. */
import { type AuthDict, createClient, type MatrixClient, MatrixError, MemoryCryptoStore } from "matrix-js-sdk";

/** A user who is logged in on a device of their own. */
export interface MatrixUser {
  readonly client: MatrixClient;
  readonly userId: string;
  readonly password: string;
}

/** What the SDK asks of the app, secret storage's key for one. */
export type CryptoCallbacks = NonNullable<Parameters<typeof createClient>[0]["cryptoCallbacks"]>;

export interface DeviceOptions {
  /** The name of the crypto store's IndexedDB begins so; without it the crypto store is in memory. */
  readonly storePrefix?: string;
  readonly callbacks?: CryptoCallbacks;
  /** How the client makes its requests; default: the global `fetch`. */
  readonly fetchFn?: typeof fetch;
  /** Signs and verifies identities by X.509, as matrix-js-sdk has it from version 43 on. */
  readonly x509?: X509Crypto;
}

export type X509Crypto = Pick<
  NonNullable<Parameters<MatrixClient["initRustCrypto"]>[0]>,
  "caCertsPem" | "x509Signer" | "x509Validity"
>;

type Session = { readonly user_id: string; readonly access_token?: string; readonly device_id?: string };
type Logger = NonNullable<Parameters<typeof createClient>[0]["logger"]>;

/** The SDK tells of every request and every default that it adds; only its errors are worth a line. */
const quiet: Logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (...message: unknown[]) => console.error(...message),
  getChild: () => quiet,
};

/** Registers a user with one device; neither cross-signing nor syncing yet. */
export async function registerUser(
  baseUrl: string,
  username: string,
  options: DeviceOptions = {},
): Promise<MatrixUser> {
  const password = crypto.randomUUID();
  const nobody = createClient({ baseUrl, logger: quiet });
  const session = await interactively((auth) => nobody.registerRequest({ username, password, ...(auth && { auth }) }), {
    type: "m.login.dummy",
  });
  return openDevice(baseUrl, password, session, options);
}

/** Logs a registered user in on a further device. */
export async function logInAgain(
  baseUrl: string,
  { userId, password }: MatrixUser,
  options: DeviceOptions = {},
): Promise<MatrixUser> {
  const nobody = createClient({ baseUrl, logger: quiet });
  const identifier = { type: "m.id.user", user: userId };
  const session = await nobody.loginRequest({ type: "m.login.password", identifier, password });
  return openDevice(baseUrl, password, session, options);
}

/** Makes and uploads cross-signing keys, the master key among them; answers user-interactive auth with the password. */
export async function createIdentity({ client, userId, password }: MatrixUser, reset = false): Promise<void> {
  const identifier = { type: "m.id.user", user: userId };
  await cryptoOf(client).bootstrapCrossSigning({
    setupNewCrossSigning: reset,
    authUploadDeviceSigningKeys: async (makeRequest) => {
      await interactively(makeRequest, { type: "m.login.password", identifier, password });
    },
  });
}

/** The crypto of a client that was made with it. */
export function cryptoOf(client: MatrixClient): NonNullable<ReturnType<MatrixClient["getCrypto"]>> {
  const crypto = client.getCrypto();
  if (crypto === undefined) throw new Error("the client has no crypto");
  return crypto;
}

async function openDevice(
  baseUrl: string,
  password: string,
  { user_id: userId, access_token: accessToken, device_id: deviceId }: Session,
  { storePrefix, callbacks = {}, x509 = {}, fetchFn: send = (input, init) => fetch(input, init) }: DeviceOptions,
): Promise<MatrixUser> {
  if (accessToken === undefined || deviceId === undefined) throw new Error("the homeserver logged nobody in");
  // The SDK's legacy crypto store is one database for the whole page: two users at once need one each.
  const cryptoStore = new MemoryCryptoStore();
  const session = { baseUrl, userId, accessToken, deviceId };
  // Two users of one page often wait for /sync at the same address: Chromium lets the second wait for the first one's answer
  // then, in case the cache could serve both.
  const fetchFn: typeof fetch = (input, init) => send(input, { ...init, cache: "no-store" });
  const options = { cryptoStore, cryptoCallbacks: callbacks, logger: quiet, fetchFn };
  const client = createClient({ ...session, ...options });
  if (storePrefix === undefined) await client.initRustCrypto({ ...x509, useIndexedDB: false });
  else await client.initRustCrypto({ ...x509, cryptoDatabasePrefix: storePrefix });
  return { client, userId, password };
}

/** A request under user-interactive auth: asked once, then again with the one stage that the server wants. */
async function interactively<T>(request: (auth: AuthDict | null) => Promise<T>, stage: AuthDict): Promise<T> {
  try {
    return await request(null);
  } catch (error) {
    const session: unknown = error instanceof MatrixError && error.httpStatus === 401 ? error.data.session : undefined;
    if (typeof session !== "string") throw error;
    return request({ ...stage, session });
  }
}
