import type { ConformanceSubject } from "matrix-countersign/testing";
import { stampAlgorithm, stampSigner } from "./stamp-algorithm.js";

/** Makes what {@link stampSubject} makes signatures with. */
export type StampSigner = Awaited<ReturnType<typeof stampSigner>>;

/** The smallest algorithm, for the conformance suite. */
export function stampSubject(): ConformanceSubject<StampSigner> {
  const toolOutput = (signer: StampSigner, { bytes }: { bytes: Uint8Array<ArrayBuffer> }): Promise<string> =>
    signer.sign(bytes) as Promise<string>;
  return {
    signers: () => Promise.all([stampSigner(), stampSigner()]),
    create: () => stampAlgorithm({ cacheContext: "1", hashes: true }),
    keyOf: ({ fingerprint }) => fingerprint,
    toolOutput,
    sign: async (signer, object) => (await toolOutput(signer, object)).split(" ")[1] ?? "",
  };
}
