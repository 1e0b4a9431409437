import { readFileSync } from "node:fs";
import type { Bytes } from "../../src/encoding/bytes.js";

/** One test of RFC 8032; all bytes in hexadecimal. */
export interface Rfc8032Test {
  readonly name: string;
  readonly seed: string;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
}

/** Tests with one key of a file of Wycheproof; the form of `publicKey` depends on the file. */
export interface WycheproofGroup<Key> {
  readonly publicKey: Key;
  /** SubjectPublicKeyInfo in hexadecimal. */
  readonly publicKeyDer: string;
  readonly tests: readonly WycheproofTest[];
}

/** One test of Wycheproof: message and signature in hexadecimal. */
export interface WycheproofTest {
  readonly tcId: number;
  readonly comment: string;
  readonly msg: string;
  readonly sig: string;
  /** `acceptable`: a library may say either. */
  readonly result: "valid" | "invalid" | "acceptable";
}

/** All tests of Ed25519 in RFC 8032, section 7.1. */
export const rfc8032: readonly Rfc8032Test[] = (read("rfc8032.json") as { tests: readonly Rfc8032Test[] }).tests;

/** The groups of a file of Wycheproof. */
export function wycheproof<Key>(file: string): readonly WycheproofGroup<Key>[] {
  return (read(`wycheproof/${file}_test.json`) as { testGroups: readonly WycheproofGroup<Key>[] }).testGroups;
}

/** The bytes that hexadecimal digits spell. */
export function hex(text: string): Bytes {
  return new Uint8Array(Buffer.from(text, "hex"));
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`../vectors/${file}`, import.meta.url), "utf8"));
}
