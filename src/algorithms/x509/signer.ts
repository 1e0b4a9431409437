import type { Bytes } from "../../encoding/bytes.js";
import { formatKeyId } from "../../model/key-id.js";
import { signatureSize } from "../../model/size.js";
import type { Signer, SizeEstimate } from "../algorithm.js";
import { issuerKeyId } from "../shared/certificate-evidence.js";
import { keysError } from "../shared/certificate-material.js";
import { type CertificateSignerOptions, holdSigner, type OpenedSigner } from "../shared/certificate-signer.js";
import { writeSignedData } from "../shared/cms-writer.js";
import { pemText } from "../shared/pem-text.js";
import type { SignatureScheme } from "../shared/signature-scheme.js";
import { algorithmId } from "./identifier.js";

/** What matrix-js-sdk's `initRustCrypto` takes, from version 43 on. */
export interface ElementSigner {
  /** Signs an item; gives the signature and the chain in PEM, the signer's certificate first. */
  readonly x509Signer: (item: Uint8Array) => Promise<{
    signature_bytes: Uint8Array;
    certificate_chain: string;
    signature_scheme: "RsaPssSha512";
  }>;
  /** When the signer's certificate ends, milliseconds since 1970. */
  readonly x509Validity: () => number;
}

/** Signs as Element does, with the key of a certificate. */
export interface X509Signer extends Signer {
  /** `io.element.x509`. */
  readonly algorithm: typeof algorithmId;
  /**
   * A CMS in PEM: what `accept` reads.
   *
   * @throws CountersignError `ERR_ALGORITHM_KEYS` for a key that cannot be opened or used, is not of this certificate, or was
   *   forgotten; whatever a callback throws
   */
  sign(bytes: Bytes): Promise<string>;
  /** How large a signature will be: exactly so. @throws CountersignError `ERR_ALGORITHM_KEYS` */
  estimate(): Promise<SizeEstimate>;
  /** The same signer for matrix-js-sdk, which signs by itself. @throws CountersignError `ERR_ALGORITHM_KEYS` */
  toElementSigner(): Promise<ElementSigner>;
  /** Drops the key: `sign` throws from now on. */
  forget(): void;
}

/** Options of {@link x509Signer}. */
export type X509SignerOptions = CertificateSignerOptions;

const scheme: SignatureScheme = { kind: "rsa-pss", hash: "SHA-512", saltLength: 64 };

/**
 * A signer for the RSA key of a certificate; the certificate must bear a subject key identifier.
 *
 * The page holds the key while the signer lives: prefer a `CryptoKey` that cannot be exported, a callback to where the key is kept, or
 * the ready command lines of `prepare`. Checks neither names nor times of the certificate: `accept` does.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for what is no key or no certificates, `ERR_OPTION_INVALID`
 * @example
 * ```ts
 * const signer = x509Signer({ privateKey: { pkcs12: file, password } });
 * await client.initRustCrypto({ caCertsPem, ...(await signer.toElementSigner()) });
 * ```
 */
export function x509Signer(options: X509SignerOptions): X509Signer {
  const held = holdSigner(options, "x509Signer", scheme);
  const open = async (): Promise<OpenedSigner> => {
    const opened = await held.open();
    if (!opened.chain[0].extensions.subjectKeyId) throw keysError("a certificate with a subject key identifier");
    return opened;
  };
  return {
    algorithm: algorithmId,
    sign: async (bytes) => {
      const opened = await open();
      return write(opened, await opened.sign(bytes));
    },
    estimate: async () => {
      const opened = await open();
      const size = sizeOf(opened);
      return { least: size, most: size, isBound: false };
    },
    toElementSigner: async () => {
      const opened = await open();
      const certificate_chain = opened.chain.map(({ encoded }) => pemText("CERTIFICATE", encoded)).join("");
      return {
        x509Signer: async (item) => ({
          signature_bytes: await (await held.open()).sign(new Uint8Array(item)),
          certificate_chain,
          signature_scheme: "RsaPssSha512",
        }),
        x509Validity: () => opened.chain[0].notAfter,
      };
    },
    forget: held.forget,
  };
}

function write({ chain }: OpenedSigner, signature: Uint8Array): string {
  const der = writeSignedData({ signer: chain[0], certificates: chain, scheme, byKeyId: true, signature });
  return pemText("CMS", der);
}

/** The signature has as many bytes as the modulus; all else is there already. */
function sizeOf(opened: OpenedSigner): number {
  const { chain } = opened;
  const key = issuerKeyId([...chain].reverse(), chain) ?? "";
  const keyId = formatKeyId({ form: "bare", algorithm: algorithmId, key });
  return signatureSize(keyId, write(opened, new Uint8Array(opened.signatureBytes)));
}
