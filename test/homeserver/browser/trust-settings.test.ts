import { memoryStore } from "matrix-countersign/store";
import { expect, inject, it, onTestFinished, vi } from "vitest";
import {
  type CryptoCallbacks,
  createIdentity,
  cryptoOf,
  logInAgain,
  type MatrixUser,
  registerUser,
} from "../../../examples/shared/matrix-user.js";
import { openTrust } from "../../../src/client/trust-sync/trust-side.js";
import { adding, anchorIds, removing } from "../../support/trust-edits.js";

const name = "org.matrix.msc2961.trust";

/** Two devices of one user, both syncing, that know the key of secret storage. */
async function twoDevices(): Promise<[MatrixUser, MatrixUser]> {
  const baseUrl = inject("synapse").urls["1.163.2"];
  let key: Uint8Array<ArrayBuffer> | undefined;
  const callbacks: CryptoCallbacks = {
    getSecretStorageKey: async ({ keys }) => (key ? [Object.keys(keys)[0] ?? "", key] : null),
  };
  const first = await registerUser(baseUrl, `owner-${crypto.randomUUID()}`, { callbacks });
  const recovery = await cryptoOf(first.client).createRecoveryKeyFromPassphrase();
  key = recovery.privateKey;
  await cryptoOf(first.client).bootstrapSecretStorage({
    createSecretStorageKey: async () => recovery,
    setupNewSecretStorage: true,
  });
  await createIdentity(first);
  const second = await logInAgain(baseUrl, first, { callbacks });
  for (const { client } of [first, second]) {
    await client.startClient();
    onTestFinished(() => client.stopClient());
    await vi.waitFor(() => expect(client.isInitialSyncComplete()).toBe(true), 20_000);
  }
  return [first, second];
}

/** What the server holds, as it holds it. */
async function served({ client, userId }: MatrixUser): Promise<object> {
  const path = `/_matrix/client/v3/user/${encodeURIComponent(userId)}/account_data/${name}`;
  const headers = { Authorization: `Bearer ${client.getAccessToken()}` };
  return (await fetch(client.getHomeserverUrl() + path, { headers })).json();
}

it("trust settings follow a user of matrix-js-sdk from device to device on a real Synapse, which cannot read or roll them back", async () => {
  const [first, second] = await twoDevices();
  const { signal } = new AbortController();
  const [one, two] = [first, second].map(({ client }) => openTrust({ client, store: memoryStore(), now: Date.now }));
  if (!one || !two) throw new Error("two devices expected");
  const heard = vi.fn();
  onTestFinished(two.onChange(heard));

  const label = "x".repeat(100_000);
  expect(await one.edit(adding("company", { label }), signal)).toMatchObject({ problems: [], conflicts: [] });
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 20_000);
  const [read, old] = [await two.read(signal), await served(first)];
  expect(read.settings.anchors).toMatchObject([{ id: "company", label }]);
  expect(JSON.stringify(old)).not.toMatch(/company|example\.org|xxxx/);

  // Both write before either has heard of the other.
  await Promise.all([one.edit(removing("company"), signal), two.edit(adding("other"), signal)]);
  await vi.waitFor(async () => {
    expect(anchorIds(await one.read(signal))).toEqual(["other"]);
    expect(anchorIds(await two.read(signal))).toEqual(["other"]);
  }, 20_000);

  const newest = await served(first);
  heard.mockClear();
  await first.client.setAccountDataRaw(name as never, old as never);
  await vi.waitFor(() => expect(heard).toHaveBeenCalled(), 20_000);
  const rolledBack = await two.read(signal);
  expect(anchorIds(rolledBack)).toEqual(["other"]);
  expect(rolledBack.problems).toEqual([{ code: "trust-rolled-back" }]);
  expect(await served(first)).not.toEqual(old);
  expect(newest).not.toEqual(old);
});
