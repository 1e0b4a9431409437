import { ed25519, ed25519Signer } from "matrix-countersign/ed25519";
import type { ConformanceSubject, SignatureTimes } from "matrix-countersign/testing";
import { encodeBase64 } from "../../src/encoding/base64.js";

interface RawKey {
  readonly pair: CryptoKeyPair;
  /** Unpadded base64. */
  readonly publicKey: string;
}

/** Raw Ed25519 keys for the conformance suite; in browsers and in Node. */
export function ed25519Subject(): ConformanceSubject<RawKey> {
  const toolOutput = (
    { pair }: RawKey,
    { bytes }: { bytes: Uint8Array<ArrayBuffer> },
    { createdMs, expiresMs }: SignatureTimes,
  ): Promise<string> => {
    const lifetime = expiresMs === undefined ? {} : { lifetimeMs: expiresMs - createdMs };
    return ed25519Signer(pair, { now: () => createdMs, ...lifetime }).sign(bytes);
  };
  return {
    signers: () => Promise.all([generate(), generate()]),
    create: () => ed25519(),
    keyOf: ({ publicKey }) => publicKey,
    toolOutput,
    sign: async (...input) => (await toolOutput(...input)).split(" ")[1] ?? "",
    otherForms: (value) => {
      const [signature = "", created, expires] = String(value).split(".");
      return [{ signature, created_ts: Number(created), expires_ts: Number(expires) }];
    },
    tells: ["created", "expires"],
  };
}

async function generate(): Promise<RawKey> {
  const pair = (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
  const raw = await crypto.subtle.exportKey("raw", pair.publicKey);
  return { pair, publicKey: encodeBase64(new Uint8Array(raw)) };
}
