/** The keys that a homeserver signs events and requests with: real ones, made when it is first asked for them. */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { canonicalJson, type JsonObject, objectAt, objectFrom, without } from "./json.js";

/** One key, with what it may sign (MSC4100); no scope: anything. */
interface ServerKey {
  readonly keyId: string;
  readonly scope?: readonly string[];
  /** Milliseconds since 1970, of a key that is in use no more. */
  readonly expiredAt?: number;
}

/** `v2`: keys that sign anything; `v3`: keys with a scope. */
export type KeyList = "v2" | "v3";

export interface ServerKeys {
  /** What `/_matrix/key/v2/server` answers. */
  allPurpose(): JsonObject;
  /** What `/_matrix/key/v3/server` answers. */
  scoped(): JsonObject;
  /** The object with the server's signature by a key of that list, beside those it has. */
  sign(list: KeyList, keyId: string, object: JsonObject): JsonObject;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Half a day is what Synapse takes by default for half of a key's life. */
const LIFE_MS = DAY_MS;

/** The same key ID in both lists, and other keys behind it: the lists have nothing to do with each other. */
const ALL_PURPOSE: readonly ServerKey[] = [{ keyId: "ed25519:auto" }];
const SCOPED: readonly ServerKey[] = [
  { keyId: "ed25519:auto", scope: ["m.events", "m.requests"] },
  { keyId: "ed25519:events", scope: ["m.events"] },
  { keyId: "ed25519:media", scope: ["m.requests"] },
  { keyId: "ed25519:nothing", scope: [] },
];

/** Keys for one server; `now` in milliseconds since 1970. */
export function createServerKeys(serverName: string, now: () => number): ServerKeys {
  const pairs = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>();
  const retired = now() - DAY_MS;
  const old: ServerKey = { keyId: "ed25519:retired", expiredAt: retired };
  const pairOf = (list: KeyList, keyId: string) => {
    const pair = pairs.get(`${list} ${keyId}`) ?? generateKeyPairSync("ed25519");
    pairs.set(`${list} ${keyId}`, pair);
    return pair;
  };
  const signWith = (list: KeyList, keyId: string, object: JsonObject): JsonObject => {
    const bytes = Buffer.from(canonicalJson(without(object, "signatures", "unsigned")));
    const value = unpadded(sign(null, bytes, pairOf(list, keyId).privateKey));
    const signatures = objectAt(object, "signatures") ?? {};
    const ofServer = objectFrom([...Object.entries(objectAt(signatures, serverName) ?? {}), [keyId, value]]);
    return { ...object, signatures: { ...signatures, [serverName]: ofServer } };
  };
  const describe = (list: KeyList, { keyId, scope, expiredAt }: ServerKey): [string, JsonObject] => {
    const raw = pairOf(list, keyId).publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const key: JsonObject = { key: unpadded(raw) };
    if (scope !== undefined) key.scope = [...scope];
    if (expiredAt !== undefined) key.expired_ts = expiredAt;
    return [keyId, key];
  };
  const publish = (list: KeyList, current: readonly ServerKey[], gone: ServerKey): JsonObject => {
    const answer: JsonObject = {
      server_name: serverName,
      valid_until_ts: now() + LIFE_MS,
      verify_keys: objectFrom(current.map((key) => describe(list, key))),
      old_verify_keys: objectFrom([describe(list, gone)]),
    };
    return current.reduce((signed, { keyId }) => signWith(list, keyId, signed), answer);
  };
  return {
    allPurpose: () => publish("v2", ALL_PURPOSE, old),
    scoped: () => publish("v3", SCOPED, { ...old, scope: ["m.events"] }),
    sign: signWith,
  };
}

const unpadded = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");
