import { onTestFinished } from "vitest";
import {
  createIdentity,
  type DeviceOptions,
  type MatrixUser,
  registerUser,
} from "../../examples/shared/matrix-user.js";

/**
 * A user with cross-signing keys who syncs until the test ends. A client that does not sync waits a second for its own keys
 * whenever it is asked about itself.
 */
export async function syncingUser(baseUrl: string, name: string, options: DeviceOptions = {}): Promise<MatrixUser> {
  const user = await registerUser(baseUrl, `${name}-${crypto.randomUUID()}`, options);
  await createIdentity(user);
  await user.client.startClient();
  onTestFinished(() => user.client.stopClient());
  return user;
}
