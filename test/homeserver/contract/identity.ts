import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { canonicalJson } from "matrix-countersign";
import { type Account, as, asWithPassword, register } from "./account.js";
import { type Answer, asObject, at, expectOk, type Homeserver, type JsonObject, summarize } from "./http.js";

/** Where the owner's master key got a Matrix signature of her own from: nowhere, or one that its first upload carried. */
export type OwnSignature = "none" | "device" | "master";

/** A user with cross-signing keys on the server. */
export interface Owner extends Account {
  /** Unpadded base64: the key's name on the server. */
  readonly masterPublicKey: string;
  /** What gets signed: without signatures. */
  readonly masterKey: JsonObject;
  /** Signs an object with the device's key; the entry's key ID and value. */
  readonly deviceSignature: (object: JsonObject) => [keyId: string, value: string];
  /** The body of the first upload, with other signatures by the owner on the master key. */
  readonly firstUpload: (ownSignatures: JsonObject) => JsonObject;
  /** How the server answered the first upload. */
  readonly firstAnswer: Answer;
}

/** How {@link createOwner} makes her. */
export interface OwnerOptions {
  /** Default true. */
  readonly deviceKeys?: boolean;
  /** Default `device`, as every Element account has it. */
  readonly ownSignature?: OwnSignature;
  /** External signatures in the first upload of the master key. */
  readonly external?: JsonObject;
}

interface Signer {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** Registers a user, uploads her device keys and her cross-signing keys. The answer to the latter is not judged. */
export async function createOwner(server: Homeserver, options: OwnerOptions = {}): Promise<Owner> {
  const { deviceKeys = true, ownSignature = "device", external = {} } = options;
  const account = await register(server);
  const { userId, deviceId } = account;
  const [device, master, selfSigning, userSigning] = [newKey(), newKey(), newKey(), newKey()];
  if (deviceKeys) await uploadDeviceKeys(account, device);
  const masterKey = crossSigningKey(userId, "master", master);
  const byMaster = (object: JsonObject): JsonObject => ({
    ...object,
    signatures: { [userId]: { [`ed25519:${master.publicKey}`]: signObject(master, object) } },
  });
  const deviceSignature = (object: JsonObject): [string, string] => [`ed25519:${deviceId}`, signObject(device, object)];
  const firstUpload = (signatures: JsonObject): JsonObject => ({
    master_key:
      Object.keys(signatures).length === 0 ? masterKey : { ...masterKey, signatures: { [userId]: signatures } },
    self_signing_key: byMaster(crossSigningKey(userId, "self_signing", selfSigning)),
    user_signing_key: byMaster(crossSigningKey(userId, "user_signing", userSigning)),
  });
  const own = {
    none: {},
    device: Object.fromEntries([deviceSignature(masterKey)]),
    master: { [`ed25519:${master.publicKey}`]: signObject(master, masterKey) },
  };
  const body = firstUpload({ ...own[ownSignature], ...external });
  const firstAnswer = await asWithPassword(account, "/_matrix/client/v3/keys/device_signing/upload", body);
  return { ...account, masterPublicKey: master.publicKey, masterKey, deviceSignature, firstUpload, firstAnswer };
}

/** As {@link createOwner}, where an owner without cross-signing keys is of no use. */
export async function createReadyOwner(server: Homeserver, options: OwnerOptions = {}): Promise<Owner> {
  const owner = await createOwner(server, options);
  expectOk(owner.firstAnswer, "cross-signing keys");
  return owner;
}

/** Uploads signatures on the owner's master key by the owner herself; key ID → value. */
export function uploadSignatures(owner: Owner, signatures: JsonObject, version: "v3" | "r0" = "v3"): Promise<Answer> {
  const signed = { ...owner.masterKey, signatures: { [owner.userId]: signatures } };
  const body = { [owner.userId]: { [owner.masterPublicKey]: signed } };
  return as(owner, "POST", `/_matrix/client/${version}/keys/signatures/upload`, body);
}

/** The owner's signatures on her master key as the server shows them to the reader; a word why, where it shows no key. */
export async function readSignatures(reader: Account, owner: Owner): Promise<JsonObject | string> {
  const answer = await as(reader, "POST", "/_matrix/client/v3/keys/query", { device_keys: { [owner.userId]: [] } });
  if (answer.status !== 200) return summarize(answer);
  const key = asObject(at(answer.body, "master_keys", owner.userId));
  if (key === undefined) return "no master key";
  return asObject(at(key, "signatures", owner.userId)) ?? {};
}

function newKey(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
  return { publicKey: unpadded(raw), privateKey };
}

function signObject(signer: Signer, object: JsonObject): string {
  const { signatures: _signatures, unsigned: _unsigned, ...signed } = object;
  return unpadded(sign(null, Buffer.from(canonicalJson(signed), "utf8"), signer.privateKey));
}

function crossSigningKey(userId: string, usage: string, signer: Signer): JsonObject {
  return { user_id: userId, usage: [usage], keys: { [`ed25519:${signer.publicKey}`]: signer.publicKey } };
}

async function uploadDeviceKeys(account: Account, device: Signer): Promise<void> {
  const { userId, deviceId } = account;
  const keys = {
    user_id: userId,
    device_id: deviceId,
    algorithms: ["m.olm.v1.curve25519-aes-sha2", "m.megolm.v1.aes-sha2"],
    keys: { [`ed25519:${deviceId}`]: device.publicKey, [`curve25519:${deviceId}`]: unpadded(randomBytes(32)) },
  };
  const signatures = { [userId]: { [`ed25519:${deviceId}`]: signObject(device, keys) } };
  const body = { device_keys: { ...keys, signatures } };
  expectOk(await as(account, "POST", "/_matrix/client/v3/keys/upload", body), "device keys");
}

const unpadded = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64").replace(/=+$/, "");
