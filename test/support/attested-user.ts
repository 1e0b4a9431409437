import { Countersign, type IdentityAssessment, type JsonObject, type TrustDecision } from "matrix-countersign";
import { ed25519 } from "matrix-countersign/ed25519";
import { memoryStore } from "matrix-countersign/store";
import { signedBytes } from "../../src/model/signable.js";
import { type Ed25519TestKey, ed25519Value, makeEd25519Key } from "./ed25519.js";
import { type CrossSigningKey, makeCrossSigningKey } from "./matrix-keys.js";
import { scriptedHomeserver } from "./scripted-homeserver.js";

/** A reader who trusts a company's raw key for a server, and who is served what keys a test likes, at what time it likes. */
export interface AttestedStage {
  readonly victim: string;
  readonly company: Ed25519TestKey;
  readonly reader: Countersign;
  /** The reader's other tab, with the same store. */
  readonly otherTab: Countersign;
  /** Milliseconds since 1970. */
  time: number;
  /** A key of the victim that the company signed at this time. */
  key(signedAt: number): Promise<CrossSigningKey>;
  /** Serves in the victim's profile what the company signed about the key at another time, under the same key ID. */
  addToProfile(key: CrossSigningKey, signedAt: number): void;
  /** Serves the key, and tells what the reader makes of it. */
  serve(key: CrossSigningKey): Promise<IdentityAssessment>;
  decide(...decisions: TrustDecision[]): Promise<void>;
}

export async function attestedStage(): Promise<AttestedStage> {
  const server = scriptedHomeserver();
  const victim = "@victim:example.org";
  const company = makeEd25519Key();
  const { client } = await server.account("@reader:example.org");
  const anchor = {
    id: "company",
    algorithm: "org.ietf.ed25519",
    key: company.publicKey,
    speaksFor: "scope" as const,
    scope: { servers: ["example.org"] },
  };
  const store = memoryStore();
  const open = () =>
    Countersign.create(client, {
      algorithms: [ed25519()],
      anchors: [anchor],
      store,
      http: { fetch: server.fetch },
      now: () => stage.time,
    });
  const [reader, otherTab] = await Promise.all([open(), open()]);
  const signed = ({ object }: CrossSigningKey, at: number): JsonObject => ({
    [`custom:org.ietf.ed25519:${company.publicKey}`]: ed25519Value(company, signedBytes(object), at, 0),
  });
  const stage: AttestedStage = {
    victim,
    company,
    reader,
    otherTab,
    time: Date.UTC(2026, 5, 1),
    async key(signedAt) {
      const key = await makeCrossSigningKey(victim);
      return { ...key, object: { ...key.object, signatures: { [victim]: signed(key, signedAt) } } };
    },
    addToProfile(key, signedAt) {
      const about = { user_id: victim, master_key: `ed25519:${key.publicKey}` };
      server.manifests.set(victim, { ...about, sequence: 1, external: signed(key, signedAt), withdrawn: [] });
    },
    async serve(key) {
      server.masterKeys.set(victim, key.object);
      for await (const assessment of reader.assess([victim], { fresh: true })) return assessment;
      throw new Error("no assessment");
    },
    decide: (...decisions) => reader.setTrust({ version: 1, anchors: [anchor], decisions }),
  };
  return stage;
}
