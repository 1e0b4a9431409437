import { type AuthDict, createClient, type MatrixClient, MatrixError, MemoryCryptoStore } from "matrix-js-sdk";
import {
  CryptoEvent,
  VerificationPhase,
  type VerificationRequest,
  VerificationRequestEvent,
  VerifierEvent,
} from "matrix-js-sdk/lib/crypto-api";

/** A user of a real matrix-js-sdk with Rust crypto, everything in memory. */
export interface MatrixUser {
  readonly client: MatrixClient;
  readonly userId: string;
  readonly password: string;
}

type Logger = NonNullable<Parameters<typeof createClient>[0]["logger"]>;

/** The SDK tells of every request and every default that it adds; only its errors are worth a line in the tests. */
const quiet: Logger = {
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (...message: unknown[]) => console.error(...message),
  getChild: () => quiet,
};

/** What the SDK asks of the app, secret storage's key for one. */
export type CryptoCallbacks = NonNullable<Parameters<typeof createClient>[0]["cryptoCallbacks"]>;

/** Registers a user who then has a device with keys in memory; neither cross-signing nor syncing yet. */
export async function registerMatrixUser(
  baseUrl: string,
  name: string,
  callbacks: CryptoCallbacks = {},
): Promise<MatrixUser> {
  const password = `password of ${name}`;
  const registration = { username: name, password, initial_device_display_name: `${name}'s browser` };
  const nobody = createClient({ baseUrl, logger: quiet });
  const session = await interactively(
    (auth) => nobody.registerRequest({ ...registration, ...(auth === null ? {} : { auth }) }),
    { type: "m.login.dummy" },
  );
  return openDevice(baseUrl, password, session, callbacks);
}

/** Logs a registered user in on a further device. */
export async function logMatrixUserIn(
  baseUrl: string,
  { userId, password }: MatrixUser,
  callbacks: CryptoCallbacks = {},
): Promise<MatrixUser> {
  const nobody = createClient({ baseUrl, logger: quiet });
  const identifier = { type: "m.id.user", user: userId };
  const session = await nobody.loginRequest({ type: "m.login.password", identifier, password });
  return openDevice(baseUrl, password, session, callbacks);
}

async function openDevice(
  baseUrl: string,
  password: string,
  session: { user_id: string; access_token?: string; device_id?: string },
  cryptoCallbacks: CryptoCallbacks,
): Promise<MatrixUser> {
  const { user_id: userId, access_token: accessToken, device_id: deviceId } = session;
  if (accessToken === undefined || deviceId === undefined) throw new Error("the server logged nobody in");
  // A legacy crypto store of its own: the default is one IndexedDB for the page, and two users at once disturb each other.
  const cryptoStore = new MemoryCryptoStore();
  const logger = quiet;
  const client = createClient({ baseUrl, userId, accessToken, deviceId, cryptoStore, cryptoCallbacks, logger });
  await client.initRustCrypto({ useIndexedDB: false });
  return { client, userId, password };
}

/** Makes and uploads cross-signing keys; answers user-interactive auth with the password if the server asks. */
export async function bootstrapCrossSigning(
  { client, userId, password }: MatrixUser,
  { reset = false }: { reset?: boolean } = {},
): Promise<void> {
  const identifier = { type: "m.id.user", user: userId };
  await cryptoOf(client).bootstrapCrossSigning({
    setupNewCrossSigning: reset,
    authUploadDeviceSigningKeys: async (makeRequest) => {
      await interactively(makeRequest, { type: "m.login.password", identifier, password });
    },
  });
}

/** Both users compare emoji, say that they are the same, and so verify each other. */
export async function verifyByEmoji(asker: MatrixUser, answerer: MatrixUser, roomId: string): Promise<void> {
  const asked = new Promise<VerificationRequest>((resolve) => {
    answerer.client.once(CryptoEvent.VerificationRequestReceived, resolve);
  });
  const asking = await cryptoOf(asker.client).requestVerificationDM(answerer.userId, roomId);
  const answering = await asked;
  await answering.accept();
  await inPhase(asking, VerificationPhase.Ready);
  const confirmed = confirm(answering);
  await asking.startVerification("m.sas.v1");
  await Promise.all([confirm(asking), confirmed]);
  await Promise.all([inPhase(asking, VerificationPhase.Done), inPhase(answering, VerificationPhase.Done)]);
}

async function confirm(request: VerificationRequest): Promise<void> {
  await inPhase(request, VerificationPhase.Started);
  const verifier = request.verifier;
  if (verifier === undefined) throw new Error("the verification has no verifier");
  verifier.on(VerifierEvent.ShowSas, (sas) => void sas.confirm());
  await verifier.verify();
}

function inPhase(request: VerificationRequest, phase: VerificationPhase): Promise<void> {
  return new Promise((resolve, reject) => {
    const check = (): void => {
      if (request.phase === VerificationPhase.Cancelled) reject(new Error("the verification was cancelled"));
      else if (request.phase < phase) return;
      else resolve();
      request.off(VerificationRequestEvent.Change, check);
    };
    request.on(VerificationRequestEvent.Change, check);
    check();
  });
}

/** The crypto of a client that was made with it. */
export function cryptoOf(client: MatrixClient): NonNullable<ReturnType<MatrixClient["getCrypto"]>> {
  const crypto = client.getCrypto();
  if (crypto === undefined) throw new Error("the client has no crypto");
  return crypto;
}

async function interactively<T>(request: (auth: AuthDict | null) => Promise<T>, stage: AuthDict): Promise<T> {
  try {
    return await request(null);
  } catch (error) {
    const session: unknown = error instanceof MatrixError && error.httpStatus === 401 ? error.data.session : undefined;
    if (typeof session !== "string") throw error;
    return request({ ...stage, session });
  }
}
