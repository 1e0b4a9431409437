import { algorithmConformance, type ConformanceCase, type ConformanceSubject } from "matrix-countersign/testing";
import { customSubject } from "../../examples/custom-algorithm/conformance-subject.js";
import { openpgpSubject } from "./openpgp-subject.js";
import { stampSubject } from "./stamp-subject.js";

/** An algorithm and everything that it must do. */
export interface ConformingAlgorithm {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** Every algorithm that passes the conformance suite in Node, Chromium and Firefox: one line each. */
export const conformanceAlgorithms: readonly ConformingAlgorithm[] = [
  conforming("org.openpgp.signature, Ed25519", openpgpSubject({ type: "curve25519" })),
  conforming("org.openpgp.signature, RSA", openpgpSubject({ type: "rsa", rsaBits: 2048 })),
  conforming("org.openpgp.signature, version 6", openpgpSubject({ type: "curve25519", config: { v6Keys: true } })),
  conforming("org.example.stamp", stampSubject()),
  conforming("org.example.custom", customSubject()),
];

function conforming<Signer>(name: string, subject: ConformanceSubject<Signer>): ConformingAlgorithm {
  return { name, cases: algorithmConformance(subject) };
}
