import { isJsonObject } from "../encoding/json-object.js";
import type { ExternalSignature, SignatureValue } from "../model/external-signature.js";
import { maxManifestBytes } from "../model/manifest/manifest.js";
import type { CachedField, SeenManifest } from "../model/manifest/seen-manifest.js";
import { type ReportCode, type Signer, statusOfCode, type Verdict } from "../model/report.js";
import { readSignerCertificate } from "./read-signer-certificate.js";
import { json, listOf, objectReader, oneOf, type Reader, readBoolean, readCount, readTime, text } from "./reader.js";
import type { CachedReport, OutboxEntry } from "./signature-store.js";

// Whatever comes out of a database is a stranger's word: another version, another program or a user with developer tools
// may have written it. So members are read one by one, and copies are frozen: nobody who is given one changes what is
// remembered.

const maxKeyChars = 1024;
const maxNameChars = 4096;
const maxNames = 16;
const maxOutboxChars = 1 << 20;
const maxListed = 1000;
const maxListedChars = 255;
/** Twice what a server gives a whole profile, and four times what a manifest may take. */
const maxFieldBytes = 128 * 1024;
const sha256Hex = /^[0-9a-f]{64}$/;

const readSigner = objectReader<Signer>(
  {
    fingerprint: text(maxKeyChars),
    signingKey: text(maxKeyChars),
    keyHash: text(maxKeyChars),
    primaryKeyHash: text(maxKeyChars),
    names: readNames,
  },
  ["signingKey", "primaryKeyHash"],
);

const readAnyVerdict = objectReader<Verdict>(
  {
    status: oneOf(...Object.values(statusOfCode)),
    code: oneOf(...(Object.keys(statusOfCode) as ReportCode[])),
    signer: readSigner,
    createdAt: readTime,
    expiresAt: readTime,
    validFrom: readTime,
    validUntil: readTime,
    valueHash: text(maxKeyChars),
    certificate: readSignerCertificate,
    freshUntil: readTime,
    keyUnconfirmed: readBoolean,
    userPresent: readBoolean,
  },
  [
    "signer",
    "createdAt",
    "expiresAt",
    "validFrom",
    "validUntil",
    "valueHash",
    "certificate",
    "freshUntil",
    "keyUnconfirmed",
    "userPresent",
  ],
);

/**
 * A clean copy of `value` if it is a cached report within all bounds, else `undefined`. Does not look at the clock.
 */
export const readReport: Reader<CachedReport> = objectReader<CachedReport>({
  cacheKey: (value) => text(maxKeyChars)(value) || undefined,
  userId: text(maxKeyChars),
  verdict: readVerdict,
  storedAt: readTime,
  freshUntil: readTime,
});

/** A clean copy of `value` if it is a cached profile field within all bounds, else `undefined`. Does not look at the clock. */
export const readField: Reader<CachedField> = objectReader<CachedField>(
  { userId: text(maxKeyChars), field: json(maxFieldBytes), fetchedAt: readTime, freshUntil: readTime },
  ["field"],
);

/** A clean copy of `value` if it is a manifest that was seen, within all bounds, else `undefined`. Verifies nothing. */
export const readSeenManifest: Reader<SeenManifest> = objectReader<SeenManifest>({
  userId: text(maxKeyChars),
  masterKey: text(maxKeyChars),
  approvedBy: text(maxKeyChars),
  sequence: readCount,
  digest: (value) => (typeof value === "string" && sha256Hex.test(value) ? value : undefined),
  manifest: json(maxManifestBytes),
  seenAt: readTime,
});

/** A clean copy of `value` if it is an entry of the outbox within all bounds, else `undefined`. */
export const readOutboxEntry: Reader<OutboxEntry> = objectReader<OutboxEntry>(
  {
    id: text(maxOutboxChars),
    userId: text(maxOutboxChars),
    masterKey: text(maxOutboxChars),
    action: oneOf("publish", "withdraw"),
    signature: objectReader<ExternalSignature>({
      userId: text(maxOutboxChars),
      keyId: text(maxOutboxChars),
      value: readSignatureValue,
    }),
    state: oneOf("accepted", "waiting", "stopped"),
    reason: text(maxOutboxChars),
    routes: listOf(oneOf("signatures-upload", "bootstrap", "profile-field", "room-state", "bundle"), maxListed),
    rooms: listOf(text(maxListedChars), maxListed),
    force: listOf(text(maxListedChars), maxListed),
    attempts: readCount,
    addedAt: readTime,
    changedAt: readTime,
  },
  ["routes", "rooms", "force"],
);

function readVerdict(value: unknown): Verdict | undefined {
  const verdict = readAnyVerdict(value);
  return verdict && statusOfCode[verdict.code] === verdict.status ? verdict : undefined;
}

function readNames(value: unknown): readonly string[] | undefined {
  const names = listOf(text(maxNameChars), maxNames)(value);
  return names && names.join("").length <= maxNameChars ? names : undefined;
}

function readSignatureValue(value: unknown): SignatureValue | undefined {
  return isJsonObject(value) ? json(maxOutboxChars)(value) : text(maxOutboxChars)(value);
}
