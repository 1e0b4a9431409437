import { readAlgorithm } from "../../src/algorithms/shared/algorithm-identifier.js";
import { readPublicKeyInfo } from "../../src/algorithms/shared/certificate.js";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { verifySignature } from "../../src/algorithms/shared/verify-signature.js";
import type { Bytes } from "../../src/encoding/bytes.js";
import { readDer } from "../../src/encoding/der-reader.js";
import { derNull, derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";

/** A file of Wycheproof's, as far as it is used here: it runs in browsers too. */
export interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKeyDer: string;
    readonly tests: readonly {
      readonly tcId: number;
      readonly msg: string;
      readonly sig: string;
      readonly result: string;
    }[];
  }[];
}

const sha512 = derSequence(encodedOid(oid.sha512));
const pssParameters = derSequence(
  derValue(0xa0, sha512),
  derValue(0xa1, derSequence(encodedOid(oid.mgf1), sha512)),
  derValue(0xa2, derUnsignedInteger(Uint8Array.of(64))),
);
const pss = derSequence(encodedOid(oid.rsaPss), pssParameters);

/** The files in `test/vectors/wycheproof` with the AlgorithmIdentifier of their signatures. */
export const wycheproofFiles: readonly (readonly [string, Bytes])[] = [
  ["ecdsa_secp256r1_sha256_test", derSequence(encodedOid(oid.ecdsaWithSha256))],
  ["ecdsa_secp384r1_sha384_test", derSequence(encodedOid(oid.ecdsaWithSha384))],
  ["ecdsa_secp521r1_sha512_test", derSequence(encodedOid(oid.ecdsaWithSha512))],
  ["rsa_signature_2048_sha256_test", derSequence(encodedOid(oid.sha256WithRsa), derNull())],
  ["rsa_signature_4096_sha512_test", derSequence(encodedOid(oid.sha512WithRsa), derNull())],
  ["rsa_pss_4096_sha512_mgf1_64_test", pss],
  ["rsa_pss_4096_sha512_mgf1_64_params_test", pss],
];

/** How many cases a file has, and the numbers of those that come out otherwise than it says; `acceptable` ones may be either. */
export async function runWycheproof(
  file: WycheproofFile,
  algorithm: Bytes,
): Promise<{ count: number; wrong: number[] }> {
  const wrong: number[] = [];
  let count = 0;
  for (const { publicKeyDer, tests } of file.testGroups) {
    const publicKey = readPublicKeyInfo(readDer(hex(publicKeyDer)));
    for (const { tcId, msg, sig, result } of tests) {
      count++;
      const input = { publicKey, algorithm: readAlgorithm(readDer(algorithm)), signature: hex(sig), data: hex(msg) };
      const isRight = (await verifySignature(input)) === "right";
      if (result !== "acceptable" && isRight !== (result === "valid")) wrong.push(tcId);
    }
  }
  return { count, wrong };
}

function hex(text: string): Bytes {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
