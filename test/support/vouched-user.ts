import {
  Countersign,
  type CountersignOptions,
  type IdentityAssessment,
  type SignatureAlgorithm,
} from "matrix-countersign";
import { memoryStore } from "matrix-countersign/store";
import { type ScriptedHomeserver, scriptedHomeserver } from "./scripted-homeserver.js";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

/** A user whom an anchor vouches for, and a reader who trusts that anchor for their server: the stage for an attack. */
export interface Stage {
  readonly server: ScriptedHomeserver;
  readonly victim: string;
  readonly algorithm: SignatureAlgorithm & { asked: number };
  /** The key ID and value with which the anchor's key vouches for the victim. */
  readonly vouch: { readonly keyId: string; readonly value: unknown };
  /** The owner's side. */
  readonly own: Countersign;
  readonly signer: Awaited<ReturnType<typeof stampSigner>>;
  /** The reader's side. */
  readonly reader: Countersign;
  /** What the reader makes of a user. */
  assess(userId: string): Promise<IdentityAssessment>;
}

export async function setStage(options: Partial<CountersignOptions> = {}): Promise<Stage> {
  const server = scriptedHomeserver();
  const victim = "@victim:example.org";
  const signer = await stampSigner();
  const algorithm = stampAlgorithm({ cacheContext: "keyring 1" });
  const http = { fetch: server.fetch, wait: async () => {}, maxRetries: 1 };
  const owner = await server.account(victim);
  const own = await Countersign.create(owner.client, { algorithms: [algorithm], store: memoryStore(), http });
  const vouch = await own.sign(signer);
  await own.publish(vouch);
  const reader = await server.account("@reader:example.org");
  const scope = { servers: ["example.org"] };
  const countersign = await Countersign.create(reader.client, {
    algorithms: [algorithm],
    anchors: [
      { id: "company", algorithm: signer.algorithm, key: signer.fingerprint, speaksFor: "scope" as const, scope },
    ],
    store: memoryStore(),
    http,
    ...options,
  });
  return {
    server,
    victim,
    algorithm,
    vouch,
    own,
    signer,
    reader: countersign,
    async assess(userId) {
      for await (const assessment of countersign.assess([userId])) return assessment;
      throw new Error("no assessment");
    },
  };
}
