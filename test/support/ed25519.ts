import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** An organisation's raw key, made by Node. */
export interface Ed25519TestKey {
  /** Unpadded base64: what a key ID names. */
  readonly publicKey: string;
  readonly keyHash: string;
  readonly privateKey: KeyObject;
}

/** A fresh key. */
export function makeEd25519Key(): Ed25519TestKey {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const info = publicKey.export({ type: "spki", format: "der" });
  const keyHash = createHash("sha256").update(info).digest("hex");
  return { publicKey: unpadded(info.subarray(-32)), keyHash, privateKey };
}

/** A value by `key` over `bytes`, whatever the times are. */
export function ed25519Value(key: Ed25519TestKey, bytes: Uint8Array, created: number, expires: number): string {
  const times = `.${created}.${expires}`;
  return unpadded(sign(null, Buffer.concat([bytes, Buffer.from(times)]), key.privateKey)) + times;
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}
