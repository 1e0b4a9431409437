import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import type { JsonObject } from "matrix-countersign";

/** What Element makes of one user. */
export type ElementsVerdict = "dropped" | "unverified" | "verified";

/** The little of Element's crypto that is used here. */
interface ElementCrypto {
  initAsync(): Promise<void>;
  readonly RequestType: { readonly KeysQuery: number };
  readonly UserId: new (text: string) => object;
  readonly DeviceId: new (text: string) => object;
  readonly OlmMachine: { initialize(...parameters: readonly unknown[]): Promise<ElementMachine> };
}

interface ElementMachine {
  bootstrapCrossSigning(reset: boolean): Promise<unknown>;
  updateTrackedUsers(userIds: readonly object[]): Promise<void>;
  outgoingRequests(): Promise<readonly { readonly id: string; readonly type: number }[]>;
  markRequestAsSent(id: string, type: number, answer: string): Promise<unknown>;
  getIdentity(userId: object): Promise<{ isVerified(): boolean } | undefined>;
  close(): void;
}

/** matrix-js-sdk's own crypto, found through it so that it is the version that Element runs. */
async function loadElementCrypto(): Promise<ElementCrypto> {
  const ofSdk = createRequire(createRequire(import.meta.url).resolve("matrix-js-sdk"));
  const crypto = await import(pathToFileURL(ofSdk.resolve("@matrix-org/matrix-sdk-crypto-wasm")).href);
  await crypto.initAsync();
  return crypto;
}

/** Whether Element reads `text` as a user ID. */
export async function elementUserIdReader(): Promise<(text: string) => boolean> {
  const { UserId } = await loadElementCrypto();
  return (text) => {
    try {
      return new UserId(text) instanceof UserId;
    } catch {
      return false;
    }
  };
}

/** Feeds Element's crypto, logged in as `me`, an answer to `/keys/query` and asks it about users. */
export async function elementsView(
  answer: JsonObject,
  userIds: readonly string[],
  options: { readonly me?: string; readonly caCertificates?: string } = {},
): Promise<Map<string, ElementsVerdict>> {
  const { OlmMachine, UserId, DeviceId, RequestType } = await loadElementCrypto();
  const { me = "@reader:example.org", caCertificates } = options;
  const nothing = undefined;
  const machine = await OlmMachine.initialize(
    new UserId(me),
    new DeviceId("READER"),
    nothing,
    nothing,
    nothing,
    caCertificates,
  );
  try {
    if (caCertificates !== undefined) await machine.bootstrapCrossSigning(true);
    await machine.updateTrackedUsers(userIds.map((userId) => new UserId(userId)));
    const query = (await machine.outgoingRequests()).find(({ type }) => type === RequestType.KeysQuery);
    if (!query) throw new Error("Element asks for no keys");
    await machine.markRequestAsSent(query.id, RequestType.KeysQuery, JSON.stringify(answer));
    const verdicts = new Map<string, ElementsVerdict>();
    for (const userId of userIds) {
      const identity = await machine.getIdentity(new UserId(userId));
      verdicts.set(userId, identity ? (identity.isVerified() ? "verified" : "unverified") : "dropped");
    }
    return verdicts;
  } finally {
    machine.close();
  }
}
