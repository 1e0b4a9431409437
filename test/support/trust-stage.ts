import type { MatrixClientLike } from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { onTestFinished } from "vitest";
import { createHomeserver } from "../../examples/homeserver/server.js";
import { openTrust } from "../../src/client/trust-sync/trust-side.js";
import type { TrustSettings } from "../../src/model/trust-policy.js";
import type { TrustVersion } from "../../src/model/trust-settings/trust-document.js";
import type { TrustState } from "../../src/model/trust-settings/trust-state.js";
import type { SignatureStore } from "../../src/store/signature-store.js";
import { embeddedUser } from "./embedded-user.js";
import { type SecretStorage, secretStorageOf } from "./secret-storage.js";

/** The name of the account data that trust settings lie in. */
export const trustName = "org.matrix.msc2961.trust";

/** One device of the user. */
export interface TrustDevice {
  read(): Promise<TrustState>;
  edit(change: (settings: TrustSettings) => TrustSettings): Promise<TrustState>;
  replaceUnreadable(): Promise<TrustState>;
  settle(entry: string, choice: TrustVersion): Promise<TrustState>;
  readonly store: SignatureStore;
}

/** A user of an embedded homeserver with secret storage and any number of devices. */
export interface TrustStage extends SecretStorage {
  /** A device with a memory of its own, or with the one given: then it is the same device later. */
  open(options?: { client?: MatrixClientLike; store?: SignatureStore }): TrustDevice;
}

/** Sets the stage; ended with the test. */
export async function trustStage(): Promise<TrustStage> {
  const listening = await createHomeserver().listen();
  onTestFinished(() => listening.close());
  const storage = await secretStorageOf(await embeddedUser(listening.url, "user"));
  return {
    ...storage,
    open({ client = storage.device(), store = memoryStore() } = {}) {
      // Devices of one user in one process: the lock that tabs share would keep them from writing at once.
      const trust = openTrust({ client, store, now: Date.now, lock: (task) => task() });
      const { signal } = new AbortController();
      return {
        store,
        read: () => trust.read(signal),
        edit: (change) => trust.edit(change, signal),
        replaceUnreadable: () => trust.replaceUnreadable(signal),
        settle: (entry, choice) => trust.settle(entry, choice, signal),
      };
    },
  };
}
