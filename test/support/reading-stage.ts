import {
  Countersign,
  type IdentityAssessment,
  type JsonObject,
  type MatrixClientLike,
  type SignatureAlgorithm,
  type SignedIdentity,
} from "matrix-countersign";
import { openReading, type ReadingSources } from "../../src/client/reading/reader-side.js";
import { createHttp, type HttpOptions, type MatrixHttp } from "../../src/matrix/http.js";
import { readSignable, signedBytes } from "../../src/model/signable.js";
import { MemoryStore } from "../../src/store/memory-store.js";
import { type CrossSigningKey, makeCrossSigningKey } from "./matrix-keys.js";
import { json, matrixError } from "./scripted-fetch.js";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

export const field = "org.matrix.msc2961.signatures";

/** An owner with cross-signing keys, whom the company's key vouches for. */
export interface ReadingOwner {
  readonly userId: string;
  readonly master: CrossSigningKey;
  readonly selfSigning: CrossSigningKey;
  /** The self-signing key, signed by the master key. */
  readonly selfSigningObject: JsonObject;
  /** What the company's key vouches with, as `external` of a manifest. */
  readonly vouch: JsonObject;
  manifest(change?: JsonObject): JsonObject;
  /** The manifest with the self-signing key's approval, or another key's. */
  approved(change?: JsonObject, key?: CrossSigningKey): Promise<JsonObject>;
}

/** One request as it reached a server. */
export interface SeenRequest {
  readonly url: URL;
  readonly method: string;
  readonly authorization: string | null;
  readonly init: RequestInit;
}

/** The reader's own homeserver, other people's homeservers, and the reader: all at the HTTP boundary. */
export class ReadingStage {
  readonly seen: SeenRequest[] = [];
  readonly masterKeys = new Map<string, JsonObject>();
  readonly selfSigningKeys = new Map<string, JsonObject>();
  readonly fields = new Map<string, unknown>();
  readonly rooms = new Map<string, unknown[]>();
  /** What other hosts answer, by host: without an entry a host does not exist. */
  readonly hosts = new Map<string, (url: URL) => Response | Promise<Response>>();
  hasProfileFields = true;
  intercept: (request: SeenRequest) => Response | undefined | Promise<Response | undefined> = () => undefined;
  now = 1_795_324_800_000;
  readonly reader = "@reader:example.org";
  readonly store: MemoryStore = new MemoryStore({ now: () => this.now });
  readonly company: Awaited<ReturnType<typeof stampSigner>>;
  /** How a withdrawal names the company's key. */
  companyHash = "";
  readonly algorithm: SignatureAlgorithm & { asked: number } = stampAlgorithm({ cacheContext: "keyring 1" });

  constructor(company: Awaited<ReturnType<typeof stampSigner>>) {
    this.company = company;
  }

  readonly client: MatrixClientLike = {
    getUserId: () => this.reader,
    getHomeserverUrl: () => "https://hs.example.org",
    getAccessToken: () => "token",
    getCrypto: () => undefined,
  };

  readonly fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const { Authorization: authorization = null } = (init.headers ?? {}) as Record<string, string>;
    const request = { url, method: init.method ?? "GET", authorization, init };
    this.seen.push(request);
    const intercepted = await this.intercept(request);
    if (intercepted) return intercepted;
    if (url.host === "hs.example.org") return this.#answer(url, init);
    const other = this.hosts.get(url.host);
    if (!other) throw new TypeError("fetch failed");
    return other(url);
  };

  #answer(url: URL, { body }: RequestInit): Response {
    const { pathname } = url;
    if (pathname.endsWith("/keys/query")) {
      const asked = Object.keys((JSON.parse(String(body)) as { device_keys: object }).device_keys);
      const among = (keys: Map<string, JsonObject>): JsonObject =>
        Object.fromEntries(asked.flatMap((userId) => (keys.has(userId) ? [[userId, keys.get(userId)]] : [])));
      return json({ master_keys: among(this.masterKeys), self_signing_keys: among(this.selfSigningKeys) });
    }
    const name = decodeURIComponent(pathname.split("/")[5] ?? "");
    if (pathname.endsWith("/state")) {
      const state = this.rooms.get(name);
      return state ? json(state) : matrixError(403, "M_FORBIDDEN");
    }
    if (!this.hasProfileFields || pathname.includes("/unstable/")) return matrixError(404, "M_UNRECOGNIZED");
    return this.fields.has(name) ? json({ [field]: this.fields.get(name) }) : matrixError(404, "M_NOT_FOUND");
  }

  /** How many profiles were asked for, wherever. */
  get profilesAsked(): number {
    return this.seen.filter(({ url }) => url.pathname.includes("/profile/")).length;
  }

  async owner(userId = "@alice:example.org"): Promise<ReadingOwner> {
    const [master, selfSigning] = await Promise.all([
      makeCrossSigningKey(userId),
      makeCrossSigningKey(userId, "self_signing"),
    ]);
    const by = { [`ed25519:${master.publicKey}`]: await master.sign(selfSigning.object) };
    const selfSigningObject = { ...selfSigning.object, signatures: { [userId]: by } };
    this.masterKeys.set(userId, master.object);
    this.selfSigningKeys.set(userId, selfSigningObject);
    const [key, value] = String(await this.company.sign(signedBytes(master.object))).split(" ");
    const vouch = { [`custom:org.example.stamp:${key}`]: value };
    const manifest = (change: JsonObject = {}): JsonObject => ({
      user_id: userId,
      master_key: `ed25519:${master.publicKey}`,
      sequence: this.now,
      external: vouch,
      withdrawn: [],
      ...change,
    });
    const approved = async (change: JsonObject = {}, approver = selfSigning): Promise<JsonObject> => {
      const bare = manifest(change);
      const entry = { [`ed25519:${approver.publicKey}`]: await approver.sign(bare) };
      return { ...bare, signatures: { [userId]: entry } };
    };
    return { userId, master, selfSigning, selfSigningObject, vouch, manifest, approved };
  }

  /** A room in which these users are joined; those with a manifest have it in the room's state. */
  room(
    roomId: string,
    manifests: ReadonlyMap<string, unknown>,
    members: readonly string[] = [...manifests.keys()],
  ): void {
    const joined = [...new Set([this.reader, ...members])].map((userId) => member(userId, "join"));
    this.rooms.set(roomId, [...joined, ...[...manifests].map(([userId, content]) => manifestEvent(userId, content))]);
  }

  http(options: HttpOptions = {}): MatrixHttp {
    return createHttp(this.client, { fetch: this.fetch, maxRetries: 0, ...options }, new AbortController().signal);
  }

  sources(change: Partial<ReadingSources> = {}): ReadingSources {
    return { rooms: [], direct: false, bundles: new Map(), memory: this.store, fields: this.store, ...change };
  }

  async read(
    userIds: readonly string[],
    change: Partial<ReadingSources> = {},
    http: MatrixHttp = this.http(),
  ): Promise<Map<string, SignedIdentity>> {
    const { signal } = new AbortController();
    return openReading(this.sources(change), { http, now: () => this.now, signal, reader: this.reader })(userIds);
  }

  async readOne(userId: string, change: Partial<ReadingSources> = {}, http?: MatrixHttp): Promise<SignedIdentity> {
    const identity = (await this.read([userId], change, http)).get(userId);
    if (!identity) throw new Error("no identity");
    return identity;
  }

  /** What the facade makes of a user, for a reader who trusts the company's key for every user of example.org. */
  async assess(userId: string, change: Partial<ReadingSources> = {}): Promise<IdentityAssessment> {
    const { rooms, direct, bundles, fresh = false } = this.sources(change);
    const scope = { servers: ["example.org"] };
    const countersign = await Countersign.create(this.client, {
      algorithms: [this.algorithm],
      anchors: [
        {
          id: "company",
          algorithm: "org.example.stamp",
          key: this.company.fingerprint,
          speaksFor: "scope" as const,
          scope,
        },
      ],
      rooms,
      direct,
      store: this.store,
      now: () => this.now,
      outbox: "manual",
      http: { fetch: this.fetch, maxRetries: 0 },
    });
    try {
      for (const manifests of bundles.values()) await countersign.importBundle({ manifests });
      for await (const assessment of countersign.assess([userId], { fresh })) return assessment;
      throw new Error("no assessment");
    } finally {
      countersign.close();
    }
  }
}

export async function readingStage(): Promise<ReadingStage> {
  const stage = new ReadingStage(await stampSigner());
  const object = readSignable((await makeCrossSigningKey(stage.reader)).object, stage.reader);
  const [key = "", value = ""] = String(await stage.company.sign(object.bytes)).split(" ");
  const { signer } = await stage.algorithm.verify({ object, key, value, now: stage.now });
  stage.companyHash = signer?.keyHash ?? "";
  return stage;
}

export function member(userId: string, membership: string): JsonObject {
  return { type: "m.room.member", state_key: userId, sender: userId, content: { membership } };
}

export function manifestEvent(userId: string, content: unknown, sender = userId): JsonObject {
  return { type: field, state_key: userId, sender, content };
}
