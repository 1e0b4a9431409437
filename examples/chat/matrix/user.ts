import { type AuthDict, createClient, type MatrixClient, MatrixError, MemoryCryptoStore } from "matrix-js-sdk";

/** A user of the demo: a real matrix-js-sdk client with Rust crypto. */
export interface DemoUser {
  readonly client: MatrixClient;
  readonly userId: string;
  readonly password: string;
  /** The name of the crypto store's databases begins so; without one the crypto store is in memory. */
  readonly storePrefix?: string;
}

type Logger = NonNullable<Parameters<typeof createClient>[0]["logger"]>;

/** The SDK tells of every request; the console of a demo stays readable. */
const quiet: Logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (...message: unknown[]) => console.error(...message),
  getChild: () => quiet,
};

/** Registers a user with a crypto store of their own; neither cross-signing nor syncing yet. */
export async function registerUser(baseUrl: string, name: string, storePrefix: string): Promise<DemoUser> {
  const password = crypto.randomUUID();
  const nobody = createClient({ baseUrl, logger: quiet });
  const session = await interactively(
    (auth) => nobody.registerRequest({ username: name, password, ...(auth === null ? {} : { auth }) }),
    { type: "m.login.dummy" },
  );
  return openUser(baseUrl, session, password, storePrefix);
}

/** Logs in on a further device, whose crypto store is in memory. */
export async function logInAgain(baseUrl: string, userId: string, password: string): Promise<DemoUser> {
  const nobody = createClient({ baseUrl, logger: quiet });
  const identifier = { type: "m.id.user", user: userId };
  const session = await nobody.loginRequest({ type: "m.login.password", identifier, password });
  return openUser(baseUrl, session, password);
}

async function openUser(
  baseUrl: string,
  session: { user_id: string; access_token?: string; device_id?: string },
  password: string,
  storePrefix?: string,
): Promise<DemoUser> {
  const { user_id: userId, access_token: accessToken, device_id: deviceId } = session;
  if (accessToken === undefined || deviceId === undefined) throw new Error("the server logged nobody in");
  // The SDK's legacy crypto store is one database for the whole page: two users need one each.
  const cryptoStore = new MemoryCryptoStore();
  const client = createClient({ baseUrl, userId, accessToken, deviceId, cryptoStore, logger: quiet });
  if (storePrefix === undefined) await client.initRustCrypto({ useIndexedDB: false });
  else await client.initRustCrypto({ cryptoDatabasePrefix: storePrefix });
  return { client, userId, password, ...(storePrefix !== undefined && { storePrefix }) };
}

/** Makes and uploads cross-signing keys, the master key among them. */
export async function createIdentity({ client, userId, password }: DemoUser, replace = false): Promise<void> {
  const identifier = { type: "m.id.user", user: userId };
  await client.getCrypto()?.bootstrapCrossSigning({
    setupNewCrossSigning: replace,
    authUploadDeviceSigningKeys: async (makeRequest) => {
      await interactively(makeRequest, { type: "m.login.password", identifier, password });
    },
  });
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
