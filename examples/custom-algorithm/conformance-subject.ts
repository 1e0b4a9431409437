import type { ConformanceSubject, SignatureTimes } from "matrix-countersign/testing";
import { customAlgorithm, signCustom } from "./custom-algorithm.js";

/** What the conformance suite needs to check the algorithm: keys, instances that know them, signatures by them. */
export function customSubject(): ConformanceSubject<CryptoKeyPair> {
  const toolOutput = (
    { privateKey }: CryptoKeyPair,
    { bytes }: { bytes: Uint8Array },
    { expiresMs = 0 }: SignatureTimes,
  ): Promise<string> => signCustom(privateKey, bytes, new Date(expiresMs - 1).toISOString().slice(0, 10));
  return {
    signers: () => Promise.all([generate(), generate()]),
    create: (signers) => customAlgorithm(signers.map(({ publicKey }) => publicKey)),
    keyOf: () => undefined,
    toolOutput,
    sign: async (...input) => JSON.parse(await toolOutput(...input)),
    tells: ["expires"],
  };
}

async function generate(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"])) as CryptoKeyPair;
}
