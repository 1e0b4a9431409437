import {
  Countersign,
  type IdentityAssessment,
  type JsonObject,
  type OutboxEntry,
  type OutboxResult,
} from "matrix-countersign";
import { hkpsResolver, openpgp, openpgpSigner, wkdResolver } from "matrix-countersign/openpgp";
import { memoryStore } from "matrix-countersign/store";
import * as library from "openpgp";
import { scriptedHomeserver } from "./scripted-homeserver.js";

const alice = "@alice:example.org";
const url = new URL("https://bundles.example.org/all.json");
const generate = library.generateKey as unknown as (options: object) => Promise<{ privateKey: library.PrivateKey }>;

/** What came of {@link offlineSession}. */
export interface OfflineSession {
  /** Everything that would have left the machine, by name. */
  readonly calls: string[];
  /** With the key in the keyring alone, and with resolvers beside it. */
  readonly assessed: { readonly fromKeyring: IdentityAssessment; readonly withResolvers: IdentityAssessment };
  /** The codes of what could not be done. */
  readonly refused: string[];
  readonly resumed: readonly OutboxResult[];
  readonly outbox: readonly OutboxEntry[];
  /** What is assessed by an instance that is online, once it has done what waited. */
  readonly afterwards: IdentityAssessment;
}

/** Does with an instance that is offline all that an instance can do, at boundaries that count; then goes online. */
export async function offlineSession(): Promise<OfflineSession> {
  const calls: string[] = [];
  const counted = (name: string) => async (): Promise<never> => {
    calls.push(name);
    throw new TypeError("Failed to fetch");
  };
  const server = scriptedHomeserver();
  const account = await server.account(alice);
  const client = {
    ...account.client,
    // As after a restart without network: a token that the client would have to renew.
    getAccessToken: () => null,
    whoami: counted("whoami"),
    secretStorage: { get: counted("secret storage") },
  };
  const { privateKey } = await generate({ userIDs: [{ name: "Alice" }], format: "object", type: "curve25519" });
  const keys = privateKey.toPublic().armor();
  const fingerprint = privateKey.getFingerprint().toUpperCase();
  const resolver = [
    hkpsResolver({ server: "keys.example.org", fetch: counted("key server") }),
    wkdResolver({ domains: ["example.org"], addressesOf: () => ["a@example.org"], fetch: counted("directory") }),
  ];
  const store = memoryStore();
  const anchor = {
    id: "alice",
    algorithm: "org.openpgp.signature",
    key: fingerprint,
    speaksFor: "scope" as const,
    scope: { users: [alice] },
  };
  const common = { store, anchors: [anchor], rooms: ["!room:example.org"], direct: true };
  const offline = { ...common, offline: true, http: { fetch: counted("homeserver") } };
  const countersign = await Countersign.create(client, { ...offline, algorithms: [openpgp({ keys })] });
  const signature = await countersign.sign(openpgpSigner(privateKey));
  const refused: string[] = [];
  for (const attempt of [
    () => countersign.publish(signature),
    () => countersign.withdraw("custom:org.openpgp.signature:00"),
    () => countersign.importBundle(url),
    () => countersign.diagnose(alice),
    () => countersign.prepareRoom("!room:example.org", { apply: true }),
    () => countersign.carryOver("!room:example.org", "!other:example.org"),
  ]) {
    await attempt().catch((error: { code: string }) => refused.push(error.code));
  }
  const resumed = await countersign.resume();
  const watching = await countersign.watch([alice]);
  await countersign.fetch([alice, "@bob:example.org"], { fresh: true });
  watching.stop();
  const answer = { master_keys: { [alice]: withSignature(account.key.object, signature.keyId, signature.value) } };
  const fromKeyring = await assess(countersign, answer);
  const other = await Countersign.create(client, { ...offline, algorithms: [openpgp({ keys, resolver })] });
  const withResolvers = await assess(other, answer);
  const outbox = await countersign.outbox();
  for (const instance of [countersign, other]) instance.close();

  const http = { fetch: server.fetch, maxRetries: 0 };
  const online = await Countersign.create(account.client, {
    ...common,
    rooms: [],
    http,
    outbox: "manual",
    algorithms: [openpgp({ keys })],
  });
  await online.resume();
  const afterwards = await assess(online);
  online.close();
  return { calls, assessed: { fromKeyring, withResolvers }, refused, resumed, outbox, afterwards };
}

function withSignature(masterKey: JsonObject, keyId: string, value: unknown): JsonObject {
  return { ...masterKey, signatures: { [alice]: { [keyId]: value } } };
}

async function assess(countersign: Countersign, keys?: JsonObject): Promise<IdentityAssessment> {
  for await (const assessment of countersign.assess([alice], keys && { keys })) return assessment;
  throw new Error("no assessment");
}
