import { createHash } from "node:crypto";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { derMembers, readDer } from "../../src/encoding/der-reader.js";
import { derBitString, derNull, derSequence, derUnsignedInteger, derValue } from "../../src/encoding/der-writer.js";
import { listExtension } from "./certificate-extensions.js";
import {
  algorithmOf,
  day,
  derGeneralizedTime,
  derTime,
  keyIdOf,
  signBytes,
  spkiOf,
  type TestCertificate,
  type TestSignatureScheme,
  testTime,
} from "./certificates.js";
import { derName, type TestName } from "./der-name.js";

/** What a revocation list is to say. */
export interface TestListWishes {
  /** Name and key that sign it. */
  readonly issuer: TestCertificate;
  /** Another name than the signer's. */
  readonly issuerName?: TestName;
  readonly revoked?: readonly {
    readonly certificate: Pick<TestCertificate, "serialNumber">;
    readonly reason?: number;
    readonly revokedAt?: number;
    readonly extensions?: readonly Uint8Array[];
  }[];
  /** A day before and after {@link testTime} where absent; `null`: none. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | null;
  readonly extensions?: readonly Uint8Array[];
  readonly signedBy?: TestSignatureScheme;
}

/** Makes a revocation list in DER (RFC 5280 §5.1). */
export function makeList(wishes: TestListWishes): Uint8Array<ArrayBuffer> {
  const { issuer, nextUpdate = testTime + day, revoked = [], extensions = [], signedBy } = wishes;
  const entries = revoked.map(({ certificate, reason, revokedAt = testTime - day, extensions: more = [] }) => {
    const all = [...(reason === undefined ? [] : [listExtension.reason(reason)]), ...more];
    const tail = all.length > 0 ? [derSequence(...all)] : [];
    return derSequence(derValue(0x02, certificate.serialNumber), derTime(revokedAt), ...tail);
  });
  const algorithm = signedBy?.claimed ?? algorithmOf(issuer.privateKey, signedBy);
  const signedPart = derSequence(
    derUnsignedInteger(Uint8Array.of(1)),
    algorithm,
    wishes.issuerName === undefined ? issuer.subject : derName(wishes.issuerName),
    derTime(wishes.thisUpdate ?? testTime - day),
    ...(nextUpdate === null ? [] : [derTime(nextUpdate)]),
    ...(entries.length > 0 ? [derSequence(...entries)] : []),
    ...(extensions.length > 0 ? [derValue(0xa0, derSequence(...extensions))] : []),
  );
  return derSequence(signedPart, algorithm, derBitString(signBytes(issuer.privateKey, signedPart, signedBy)));
}

/** What an OCSP answer is to say about one certificate. */
export interface TestOcspWishes {
  /** The certificate asked about, and the CA that issued it. */
  readonly certificate: Pick<TestCertificate, "serialNumber">;
  readonly issuer: TestCertificate;
  /** Who signs; the issuer where absent. */
  readonly responder?: TestCertificate;
  /** Names the responder by the hash of its key. */
  readonly byKey?: boolean;
  /** `good` where absent. */
  readonly status?: "good" | "unknown" | { readonly revokedAt?: number; readonly reason?: number };
  readonly thisUpdate?: number;
  readonly nextUpdate?: number | null;
  readonly hash?: "sha1" | "sha256";
  /** Certificates to send along. */
  readonly certificates?: readonly TestCertificate[];
  readonly extensions?: readonly Uint8Array[];
}

/** Makes an OCSP answer in DER (RFC 6960 §4.2.1). */
export function makeOcspAnswer(wishes: TestOcspWishes): Uint8Array<ArrayBuffer> {
  const { issuer, responder = issuer, byKey = false, certificates = [], extensions = [] } = wishes;
  const key = keyIdOf(spkiOf(responder.privateKey));
  const signedPart = derSequence(
    byKey ? derValue(0xa2, derValue(0x04, key)) : derValue(0xa1, responder.subject),
    derGeneralizedTime(testTime),
    derSequence(singleResponse(wishes)),
    ...(extensions.length > 0 ? [derValue(0xa1, derSequence(...extensions))] : []),
  );
  const sent = certificates.length > 0 ? [derValue(0xa0, derSequence(...certificates.map(({ der }) => der)))] : [];
  const signature = derBitString(signBytes(responder.privateKey, signedPart));
  const basic = derSequence(signedPart, algorithmOf(responder.privateKey), signature, ...sent);
  const bytes = derSequence(encodedOid(oid.ocspBasic), derValue(0x04, basic));
  return derSequence(derValue(0x0a, Uint8Array.of(0)), derValue(0xa0, bytes));
}

function singleResponse(wishes: TestOcspWishes): Uint8Array {
  const { certificate, issuer, status = "good", hash = "sha1", nextUpdate = testTime + day } = wishes;
  const digest = (bytes: Uint8Array): Uint8Array => derValue(0x04, createHash(hash).update(bytes).digest());
  const key = derMembers(readDer(spkiOf(issuer.privateKey)))[1]?.contents.subarray(1) ?? new Uint8Array();
  const algorithm = derSequence(encodedOid(hash === "sha1" ? oid.sha1 : oid.sha256), derNull());
  const id = derSequence(algorithm, digest(issuer.subject), digest(key), derValue(0x02, certificate.serialNumber));
  return derSequence(
    id,
    certStatus(status),
    derGeneralizedTime(wishes.thisUpdate ?? testTime - day),
    ...(nextUpdate === null ? [] : [derValue(0xa0, derGeneralizedTime(nextUpdate))]),
  );
}

function certStatus(status: NonNullable<TestOcspWishes["status"]>): Uint8Array {
  if (status === "good") return derValue(0x80);
  if (status === "unknown") return derValue(0x82);
  const { revokedAt = testTime - day, reason } = status;
  const why = reason === undefined ? [] : [derValue(0xa0, derValue(0x0a, Uint8Array.of(reason)))];
  return derValue(0xa1, derGeneralizedTime(revokedAt), ...why);
}
