import { encodeBase64, tryDecodeBase64 } from "../../encoding/base64.js";
import { sha256, toHex } from "../../encoding/bytes.js";
import { isJsonObject } from "../../encoding/json-object.js";
import { looksPem, readPem } from "../../encoding/pem.js";
import type { NamedKey, TrustAnchor } from "../../model/trust-anchor.js";
import { invalidAnchor } from "./invalid-anchor.js";
import { assertMembers, isText, listOf } from "./members.js";

/**
 * What an anchor's key is found by: a fingerprint in {@link normalFingerprint}'s form, with the names that the reader gives it, or an
 * authority's key and name as {@link authorityName} joins them.
 */
export type KeyHandle =
  | { readonly fingerprint: string; readonly names: readonly string[] }
  | { readonly authority: string };

const maxKeys = 10_000;
const maxNames = 16;
const maxKeyChars = 64 * 1024;
const hexDigits = /^(?:0x)?[0-9a-f]+$/i;
const hexFingerprint = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;
const sha256Hex = /^[0-9a-f]{64}$/i;
const sshLine = /^(?:ssh-|ecdsa-sha2-|sk-)\S+\s+(\S+)(?:\s.*)?$/;

/**
 * Reads whose key an anchor is. Computes the fingerprints of certificates and SSH keys; verifies nothing about either.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID` for a part of a fingerprint, an empty list, or what is no key
 */
export async function readAnchorKey(key: TrustAnchor["key"]): Promise<readonly KeyHandle[]> {
  if (typeof key === "string") return [{ fingerprint: await fingerprintOf(key), names: [] }];
  if (isJsonObject(key)) return [readAuthority(key)];
  const keys = listOf(key);
  if (keys.length === 0 || keys.length > maxKeys) throw invalidAnchor(`one to ${maxKeys} keys`);
  return Promise.all(keys.map(readNamedKey));
}

/** A fingerprint in the form in which keys are compared: hexadecimal in upper case, all else as it is. */
export function normalFingerprint(fingerprint: string): string {
  const isHex = (fingerprint.length === 40 || fingerprint.length === 64) && hexFingerprint.test(fingerprint);
  return isHex ? fingerprint.toUpperCase() : fingerprint;
}

/** An authority's key and name as one text: SHA-256 of its SubjectPublicKeyInfo in lower case, then its subject. */
export function authorityName(spki: string, subject: string): string {
  return `${spki} ${subject}`;
}

async function readNamedKey(value: unknown): Promise<KeyHandle> {
  const { key, names } = assertMembers(value, ["key", "names"]) as Partial<NamedKey>;
  const list = listOf(names);
  if (!isText(key) || names === undefined || !list.every(isText) || list.length > maxNames)
    throw invalidAnchor("keys with their names");
  return { fingerprint: await fingerprintOf(key), names: [...list] };
}

function readAuthority(value: unknown): KeyHandle {
  const { spki, subject } = assertMembers(value, ["spki", "subject"]);
  if (!isText(spki) || !sha256Hex.test(spki) || !isText(subject)) throw invalidAnchor("an authority's key and subject");
  return { authority: authorityName(spki.toLowerCase(), subject) };
}

async function fingerprintOf(text: string): Promise<string> {
  if (text.length > maxKeyChars) throw invalidAnchor("a key");
  if (looksPem(text)) return toHex(await sha256(certificateIn(text))).toUpperCase();
  const blob = sshLine.exec(text.trim())?.[1];
  if (blob !== undefined) return `SHA256:${encodeBase64(await sha256(tryDecodeBase64(blob) ?? fail()))}`;
  // Raw keys and SSH's hashes are reported without padding.
  const key = text.replace(/\s+/g, "").replace(/(?<!=)=+$/, "");
  if (key === "" || (hexDigits.test(key) && !hexFingerprint.test(key))) {
    throw invalidAnchor("a whole fingerprint of 40 or 64 digits");
  }
  return normalFingerprint(key);
}

function certificateIn(text: string): Uint8Array {
  try {
    const [block, ...others] = readPem(text, { maxLength: maxKeyChars, maxBlocks: 2 }).blocks;
    if (block?.label === "CERTIFICATE" && others.length === 0) return block.bytes;
  } catch {
    // Said below, in the words of anchors.
  }
  throw invalidAnchor("one certificate");
}

function fail(): never {
  throw invalidAnchor("an SSH public key");
}
