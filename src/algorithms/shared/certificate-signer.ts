import { type Bytes, utf8 } from "../../encoding/bytes.js";
import { readDer } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import { readAlgorithm } from "./algorithm-identifier.js";
import type { Certificate } from "./certificate.js";
import {
  type CertificatePrivateKey,
  isCertificateKey,
  openCertificateKey,
  type SigningKey,
} from "./certificate-key.js";
import { certificateKind, type DerMaterial, derValuesIn, keysError, readCertificates } from "./certificate-material.js";
import { digestAlgorithm, signatureAlgorithm } from "./cms-writer.js";
import { readPublicKey } from "./public-key.js";
import type { SignatureScheme } from "./signature-scheme.js";
import { verifySignature } from "./verify-signature.js";

/** What a signer with a certificate is made of. */
export interface CertificateSignerOptions {
  /**
   * The private key: a WebCrypto key, PKCS#8 (in PEM as text, or with its passphrase), a PKCS#12 file with its password, or a callback
   * to where it is kept.
   */
  readonly privateKey: CertificatePrivateKey;
  /**
   * The signer's certificate and those between it and the root: PEM, base64 or DER. Those in a PKCS#12 file need not be given again.
   * For a callback the signer's comes first.
   */
  readonly certificates?: DerMaterial | readonly DerMaterial[];
}

/** Key and certificates, opened. */
export interface OpenedSigner {
  readonly key: SigningKey;
  /** Length of a signature, in bytes; the longest of ECDSA. */
  readonly signatureBytes: number;
  /** The signer's own first, then upwards; what does not belong to the chain is left out. */
  readonly chain: readonly [Certificate, ...Certificate[]];
  /** A signature by the key. @throws CountersignError `ERR_ALGORITHM_KEYS`; whatever a callback throws */
  sign(bytes: Bytes): Promise<Bytes>;
}

/** A signer that opens its key when it is first needed, and forgets it when told. */
export interface HeldSigner {
  /** @throws CountersignError `ERR_ALGORITHM_KEYS` */
  open(): Promise<OpenedSigner>;
  forget(): void;
}

/**
 * Takes key and certificates in.
 *
 * @param wanted the one scheme that the algorithm knows; the usual one of the key where absent
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for what is no key, or no certificates
 */
export function holdSigner(options: CertificateSignerOptions, name: string, wanted?: SignatureScheme): HeldSigner {
  if (typeof options !== "object" || options === null) {
    throw new CountersignError("ERR_OPTION_INVALID", `expected options of ${name}()`);
  }
  const { privateKey, certificates } = options;
  if (!isCertificateKey(privateKey))
    throw keysError("a private key: PEM, PKCS#12, a CryptoKey or a function that signs");
  const given = certificates === undefined ? [] : derValuesIn(certificates, certificateKind);
  let held: CertificatePrivateKey | undefined = privateKey;
  let opened: Promise<OpenedSigner> | undefined;
  return {
    open: async () => {
      if (held === undefined) throw keysError("a key that was not forgotten");
      opened ??= openSigner(held, given, wanted);
      opened.catch(() => {
        opened = undefined;
      });
      return opened;
    },
    forget: () => {
      held = undefined;
      opened = undefined;
    },
  };
}

async function openSigner(
  privateKey: CertificatePrivateKey,
  given: readonly Bytes[],
  wanted: SignatureScheme | undefined,
): Promise<OpenedSigner> {
  const before = await readCertificates(given);
  const key = await openCertificateKey(privateKey, before[0], wanted);
  const all = [...before, ...(await readCertificates(key.certificates))];
  const isRemote = typeof privateKey === "object" && "sign" in privateKey;
  // A key that is kept elsewhere is not asked for anything but what is to be signed: a card may want its PIN each time.
  const own = isRemote ? all[0] : await findOwn(key, all);
  if (!own) throw keysError("the certificate that belongs to this private key");
  return {
    key,
    signatureBytes: signatureBytesOf(own),
    chain: chainOf(own, all),
    sign: async (bytes) => {
      const signature = await key.sign(bytes);
      if (!(await isRight(key.scheme, own, bytes, signature)))
        throw keysError("a signature by the certificate's own key");
      return signature;
    },
  };
}

async function findOwn(key: SigningKey, certificates: readonly Certificate[]): Promise<Certificate | undefined> {
  const probe = utf8("which certificate does this key belong to?");
  const signature = await key.sign(probe);
  for (const certificate of certificates)
    if (await isRight(key.scheme, certificate, probe, signature)) return certificate;
  return undefined;
}

async function isRight(
  scheme: SignatureScheme,
  { publicKey }: Certificate,
  data: Bytes,
  signature: Bytes,
): Promise<boolean> {
  const algorithm = readAlgorithm(readDer(signatureAlgorithm(scheme)));
  const digest = readAlgorithm(readDer(digestAlgorithm(scheme)));
  return (await verifySignature({ publicKey, algorithm, digest, signature, data })) === "right";
}

/** From the signer's up, by names; the topmost may be a root. */
function chainOf(own: Certificate, all: readonly Certificate[]): readonly [Certificate, ...Certificate[]] {
  const chain: [Certificate, ...Certificate[]] = [own];
  let issuer: string | undefined = own.issuer.comparable;
  while (issuer !== undefined) {
    const name: string = issuer;
    const above = all.find(
      ({ subject, sha256 }) => subject.comparable === name && !chain.some((one) => one.sha256 === sha256),
    );
    if (above) chain.push(above);
    issuer = above?.issuer.comparable;
  }
  return chain;
}

function signatureBytesOf({ publicKey }: Certificate): number {
  const key = readPublicKey(publicKey);
  if (typeof key === "string") throw keysError("a certificate of a key that is strong enough");
  switch (key.kind) {
    case "rsa":
      return Math.ceil(key.modulusBits / 8);
    case "ed25519":
      return 64;
    case "ec":
      // Two INTEGERs with a leading zero each in a SEQUENCE, whose length takes a second octet from 128 on.
      return 2 * (key.fieldBytes + 3) + (key.fieldBytes > 60 ? 3 : 2);
  }
}
