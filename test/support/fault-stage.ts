import {
  Countersign,
  type MatrixClientLike,
  type OutboxResult,
  type OwnSignature,
  type SignatureAlgorithm,
  type Signer,
} from "matrix-countersign";
import { memoryStore, type SignatureStore } from "matrix-countersign/store";
import { canonicalJson } from "../../examples/homeserver/json.js";
import { createHomeserver, type Homeserver, type ProfileName } from "../../examples/homeserver/server.js";
import { type EmbeddedUser, embeddedUser } from "./embedded-user.js";
import type { Body } from "./homeserver-account.js";
import { createManifestRoom } from "./manifest-room.js";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

/** The clock stands still, so that a sequence tells how often a manifest was made anew: this is what the first one has. */
export const firstSequence = 1_800_000_000_000;
const manifestName = "org.matrix.msc2961.signatures";
const otherId = "org.example.other";

/** One tab of the owner: an instance, what it sent, and its end. */
export interface Tab {
  readonly countersign: Countersign;
  /** The browser's end of it: nothing leaves and nothing is stored from now on. */
  kill(): void;
}

/** How a tab is opened. */
export interface TabOptions {
  readonly maxRetries?: number;
  /** Called before the tab's request of this number (from 0) leaves, and after its answer came. */
  readonly onRequest?: (index: number, moment: "before" | "after") => void;
  /** Called around every change of the store, by number. */
  readonly onWrite?: (index: number, moment: "before" | "after") => void;
  readonly timeoutMs?: number;
  /** Another device's; by default that of the stage. */
  readonly store?: SignatureStore;
  readonly client?: MatrixClientLike;
  /** What stands between the tab and the network. */
  readonly fetch?: typeof fetch;
  /** Default: it stands still. */
  readonly now?: () => number;
}

/** An owner, a reader who trusts the owner's signer, a room of both, and a signature of another algorithm published before. */
export interface FaultStage {
  readonly homeserver: Homeserver;
  readonly owner: EmbeddedUser;
  readonly roomId: string;
  readonly signer: Signer;
  readonly other: OwnSignature;
  /** The owner's store: of the device, whatever becomes of tabs. */
  readonly store: SignatureStore;
  openTab(options?: TabOptions): Promise<Tab>;
  /** Everything that can be seen from outside. */
  look(): Promise<FinalState>;
  /** Every manifest that the owner sent since the stage was set, each once, without its approval. */
  readonly sentManifests: Set<string>;
  close(): Promise<void>;
}

/** What stands on the server, and what the reader makes of it. */
export interface FinalState {
  readonly onKey: Body;
  readonly inProfile: Body | undefined;
  readonly inRoom: Body | undefined;
  /** Whether every copy of the manifest carries the approval by the self-signing key. */
  readonly isApproved: boolean;
  readonly level: string;
  readonly problems: readonly string[];
  readonly outbox: readonly string[];
}

/** Sets the stage on a server of its own. */
export async function setFaultStage(profile: ProfileName): Promise<FaultStage> {
  const homeserver = createHomeserver({ profile });
  const listening = await homeserver.listen();
  const [owner, reader] = [
    await embeddedUser(listening.url, "owner-of"),
    await embeddedUser(listening.url, "reader-of"),
  ];
  const roomId = await createManifestRoom(reader, [owner]);
  const { userId } = owner.account;
  const [signer, otherSigner] = [await stampSigner(), { ...(await stampSigner()), algorithm: otherId }];
  const store = memoryStore({ now: () => firstSequence });
  const sentManifests = new Set<string>();

  const openTab = async (options: TabOptions = {}): Promise<Tab> => {
    const { maxRetries = 0, timeoutMs = 10_000, onRequest, onWrite } = options;
    const life = { isOver: false };
    let requests = 0;
    const send: typeof fetch = async (input, init) => {
      const index = requests++;
      onRequest?.(index, "before");
      noteManifest(init, sentManifests);
      const response = await (options.fetch ?? fetch)(input, init);
      onRequest?.(index, "after");
      return response;
    };
    const countersign = await Countersign.create(options.client ?? owner.client, {
      algorithms: [stampAlgorithm({ hashes: true }), otherAlgorithm()],
      outbox: "manual",
      store: mortal(options.store ?? store, life, onWrite),
      now: options.now ?? (() => firstSequence),
      http: { fetch: send, maxRetries, timeoutMs, wait: async () => {} },
    });
    const kill = (): void => {
      life.isOver = true;
      countersign.close();
    };
    return { countersign, kill };
  };

  const look = async (): Promise<FinalState> => {
    const path = `/v3/rooms/${encodeURIComponent(roomId)}/state/${manifestName}/${encodeURIComponent(userId)}`;
    const [keys, profileField, state] = [
      await owner.account.post("/v3/keys/query", { device_keys: { [userId]: [] } }),
      await owner.account.get(`/v3/profile/${encodeURIComponent(userId)}/${manifestName}`),
      await reader.account.get(path),
    ];
    const inProfile = profileField.body[manifestName] as Body | undefined;
    const inRoom = state.status === 200 ? state.body : undefined;
    const watcher = await Countersign.create(reader.client, {
      algorithms: [stampAlgorithm({ hashes: true }), otherAlgorithm()],
      anchors: [
        {
          id: "company",
          algorithm: signer.algorithm,
          key: signer.fingerprint,
          speaksFor: "scope" as const,
          scope: { users: [userId] },
        },
      ],
      rooms: [roomId],
      store: memoryStore({ now: () => firstSequence }),
      now: () => firstSequence,
    });
    let [level, problems]: [string, readonly string[]] = ["", []];
    for await (const assessment of watcher.assess([userId])) ({ level, problems } = assessment);
    watcher.close();
    const { selfSigning } = owner.keys;
    const isApproved = [inProfile, inRoom].every(
      (copy) => copy?.signatures?.[userId]?.[`ed25519:${selfSigning.publicKey}`] === (copy && selfSigning.sign(copy)),
    );
    const onKey = externalOf(keys.body.master_keys[userId].signatures[userId]);
    const outbox = (await store.outbox()).map(({ action, state }) => `${action} ${state}`);
    return { onKey, inProfile, inRoom, isApproved, level, problems, outbox };
  };

  const first = await openTab();
  const other = await first.countersign.sign(otherSigner);
  await first.countersign.publish(other, { rooms: [roomId] });
  first.kill();
  sentManifests.clear();
  return {
    homeserver,
    owner,
    roomId,
    signer,
    other,
    store,
    openTab,
    look,
    sentManifests,
    close: () => listening.close(),
  };
}

/** What the next tab does: it tries everything that waits. */
export async function recover(stage: FaultStage): Promise<OutboxResult[]> {
  const { countersign, kill } = await stage.openTab({ maxRetries: 4 });
  const results = await countersign.resume();
  kill();
  return results;
}

function externalOf(signatures: Body): Body {
  return Object.fromEntries(Object.entries(signatures).filter(([keyId]) => keyId.startsWith("custom:")));
}

function noteManifest(init: RequestInit | undefined, sent: Set<string>): void {
  if (init?.method !== "PUT") return;
  const { [manifestName]: inField, ...inRoom } = JSON.parse(String(init.body)) as Body;
  const { signatures: _signatures, ...manifest } = (inField ?? inRoom) as Body;
  sent.add(canonicalJson(manifest));
}

/** The same signatures under another algorithm's name. */
function otherAlgorithm(): SignatureAlgorithm {
  const stamp = stampAlgorithm({ hashes: true });
  const accept: SignatureAlgorithm["accept"] = async (input) => {
    const accepted = await stamp.accept?.(input);
    if (!accepted) throw new Error("no signature");
    return { ...accepted, keyId: accepted.keyId.replace("org.example.stamp", otherId) };
  };
  return { ...stamp, id: otherId, accept, verify: (input) => stamp.verify(input) };
}

const changes: readonly (keyof SignatureStore)[] = ["putOutbox", "deleteOutbox", "putManifests", "deleteFields"];

/** A tab's own handle on the store: dead once the tab is. */
function mortal(
  store: SignatureStore,
  life: { readonly isOver: boolean },
  onWrite: (index: number, moment: "before" | "after") => void = () => undefined,
): SignatureStore {
  let writes = 0;
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || name === "onDegraded") {
        return typeof member === "function" ? member.bind(target) : member;
      }
      return async (...details: unknown[]) => {
        const isChange = changes.includes(name as keyof SignatureStore);
        const index = isChange ? writes++ : -1;
        if (isChange && !life.isOver) onWrite(index, "before");
        if (life.isOver) throw new Error("this tab is gone");
        const result: unknown = await member.apply(target, details);
        if (isChange) onWrite(index, "after");
        if (life.isOver) throw new Error("this tab is gone");
        return result;
      };
    },
  });
}
