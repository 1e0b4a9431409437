import { algorithmConformance, type ConformanceCase, type ConformanceSubject } from "matrix-countersign/testing";
import { customSubject } from "../../examples/custom-algorithm/conformance-subject.js";
import { cmsSubject, rsaKind, x509Subject } from "./certificate-subject.js";
import { ed25519Subject } from "./ed25519-subject.js";
import { openpgpSubject } from "./openpgp-subject.js";
import { sshsigSubject } from "./sshsig-subject.js";
import { stampSubject } from "./stamp-subject.js";

/** An algorithm and everything that it must do. */
export interface ConformingAlgorithm {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** A subpacket for experiments (RFC 9580 §5.2.3.7), in the part of a signature that it does not cover. */
const unhashed = { type: 101, critical: false, body: new TextEncoder().encode("unhashed") };

/** Every algorithm that passes the conformance suite in Node, Chromium and Firefox: one line each. */
export const conformanceAlgorithms: readonly ConformingAlgorithm[] = [
  conforming("org.openpgp.signature, Ed25519", openpgpSubject({ type: "curve25519" })),
  conforming("org.openpgp.signature, RSA", openpgpSubject({ type: "rsa", rsaBits: 2048 })),
  conforming("org.openpgp.signature, unhashed", openpgpSubject({ type: "curve25519" }, [unhashed])),
  conforming("org.openpgp.signature, version 6", openpgpSubject({ type: "curve25519", config: { v6Keys: true } })),
  conforming("org.ietf.ed25519", ed25519Subject()),
  conforming("com.openssh.sshsig, Ed25519", sshsigSubject("ed25519")),
  conforming("com.openssh.sshsig, P-256", sshsigSubject("p256")),
  conforming("com.openssh.sshsig, RSA", sshsigSubject("rsa2048")),
  conforming("io.element.x509", x509Subject()),
  conforming("org.ietf.cms, P-256", cmsSubject({ name: "ECDSA", namedCurve: "P-256" })),
  conforming("org.ietf.cms, RSA with CAdES", cmsSubject(rsaKind("RSASSA-PKCS1-v1_5", "SHA-256"), { cades: true })),
  conforming("org.example.stamp", stampSubject()),
  conforming("org.example.custom", customSubject()),
];

function conforming<Signer>(name: string, subject: ConformanceSubject<Signer>): ConformingAlgorithm {
  return { name, cases: algorithmConformance(subject) };
}
