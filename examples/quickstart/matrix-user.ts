/** A user of a real matrix-js-sdk with Rust crypto, everything in memory. */
import { type AuthDict, createClient, type MatrixClient, MatrixError } from "matrix-js-sdk";

type Logger = NonNullable<Parameters<typeof createClient>[0]["logger"]>;

const silent: Logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  getChild: () => silent,
};

/** Registers a user with a device and fresh cross-signing keys. */
export async function registerUser(baseUrl: string, username: string): Promise<MatrixClient> {
  const password = crypto.randomUUID();
  const nobody = createClient({ baseUrl, logger: silent });
  const session = await interactively((auth) => nobody.registerRequest({ username, password, ...(auth && { auth }) }), {
    type: "m.login.dummy",
  });
  const { user_id: userId, access_token: accessToken, device_id: deviceId } = session;
  if (accessToken === undefined || deviceId === undefined) throw new Error("the homeserver logged nobody in");
  const client = createClient({ baseUrl, userId, accessToken, deviceId, logger: silent });
  await client.initRustCrypto({ useIndexedDB: false });
  const identifier = { type: "m.id.user", user: userId };
  await client.getCrypto()?.bootstrapCrossSigning({
    authUploadDeviceSigningKeys: async (upload) => {
      await interactively(upload, { type: "m.login.password", identifier, password });
    },
  });
  return client;
}

/** Makes a request, and answers the server's question who is there. */
async function interactively<T>(request: (auth: AuthDict | null) => Promise<T>, stage: AuthDict): Promise<T> {
  try {
    return await request(null);
  } catch (error) {
    const session: unknown = error instanceof MatrixError && error.httpStatus === 401 ? error.data.session : undefined;
    if (typeof session !== "string") throw error;
    return request({ ...stage, session });
  }
}
