import { createHash } from "node:crypto";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";
import { certificateExtension } from "./certificate-extensions.js";
import { hashAlgorithm, type TestCertificate } from "./certificates.js";
import { cmsAttribute, makeCms } from "./cms.js";

/** What a timestamp is to say. */
export interface TestTimestampWishes {
  /** The signature under it. */
  readonly signature: Uint8Array;
  /** The time-stamping authority. */
  readonly signer: TestCertificate;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Writes half a second more. */
  readonly millis?: boolean;
  readonly accuracySeconds?: number;
  readonly hash?: "sha1" | "sha256";
  readonly hasCriticalExtension?: boolean;
  readonly contentType?: string;
}

/** The unsigned attribute with a timestamp on a signature (RFC 3161, appendix A). */
export function makeTimestamp(wishes: TestTimestampWishes): Uint8Array {
  const { signature, signer, at, millis, accuracySeconds, hash = "sha256", hasCriticalExtension } = wishes;
  const digits = new Date(at).toISOString().replace(/[-:T]|\.\d+Z/g, "");
  const seconds = accuracySeconds ?? 0;
  const accuracy = derUnsignedInteger(Uint8Array.of(seconds >> 24, seconds >> 16, seconds >> 8, seconds));
  const imprint = derValue(0x04, createHash(hash).update(signature).digest());
  const info = derSequence(
    derUnsignedInteger(Uint8Array.of(1)),
    encodedOid("1.3.6.1.4.1.99999.2"),
    derSequence(hashAlgorithm(hash), imprint),
    derUnsignedInteger(Uint8Array.of(77)),
    derValue(0x18, utf8(`${digits}${millis ? ".5" : ""}Z`)),
    ...(accuracySeconds === undefined ? [] : [derSequence(accuracy)]),
    ...(hasCriticalExtension ? [derValue(0xa1, certificateExtension.unknown(true))] : []),
  );
  const token = makeCms({
    content: info,
    attached: info,
    signer,
    contentType: wishes.contentType ?? "1.2.840.113549.1.9.16.1.4",
  });
  return cmsAttribute("1.2.840.113549.1.9.16.2.14", token);
}
