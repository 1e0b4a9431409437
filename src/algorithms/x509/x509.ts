import type { SignatureAlgorithm } from "../algorithm.js";
import { type CertificateOptions, readCertificateOptions } from "../shared/certificate-options.js";
import { acceptCms } from "../shared/cms-accept.js";
import { judgeSigner } from "../shared/judge-signer.js";
import { signingCommands } from "./commands.js";
import { algorithmId } from "./identifier.js";
import { x509Rules } from "./rules.js";

/** Options of {@link x509}. */
export type X509Options = CertificateOptions;

/** The algorithm `io.element.x509`. */
export interface X509Algorithm extends SignatureAlgorithm {
  /** `io.element.x509`. */
  readonly id: typeof algorithmId;
  /** Judges one signature (PROTOCOL, io.element.x509). Throws `ERR_ABORTED` alone. */
  verify: SignatureAlgorithm["verify"];
  accept: NonNullable<SignatureAlgorithm["accept"]>;
  commands: NonNullable<SignatureAlgorithm["commands"]>;
  estimate: NonNullable<SignatureAlgorithm["estimate"]>;
  cacheContext: NonNullable<SignatureAlgorithm["cacheContext"]>;
}

/**
 * X.509 signatures as Element writes them: CMS with RSASSA-PSS, under a certificate that names the owner of the master key.
 *
 * Says whether a signature is right, by which certificate, and along which paths from the certificates given here, never whether
 * those are to be trusted. This algorithm alone judges the name itself, as Element does: `name-mismatch` where the certificate
 * names another user or none, `name-constraints` where it does but a CA's constraints do not let it. Where it differs from Element's
 * own verifier it goes by RFC 5280; `lint` tells what Element would refuse.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for certificates, lists or answers that are none, `ERR_OPTION_INVALID`
 * @example
 * ```ts
 * const algorithm = x509({ trustedCertificates: companyRootPem });
 * ```
 */
export function x509(options: X509Options = {}): X509Algorithm {
  const config = readCertificateOptions(options, "x509");
  const verify: X509Algorithm["verify"] = (input) => judgeSigner(input, config, x509Rules);
  return {
    id: algorithmId,
    verify,
    accept: (input) => acceptCms(input, { algorithm: algorithmId, form: "bare", writes: "pem", verify }),
    commands: signingCommands,
    // One certificate of an RSA key with 2048 bits, up to a chain of keys with 4096; the rule binds no bare key ID.
    estimate: () => ({ least: 1700, most: 12_000, isBound: false }),
    cacheContext: config.cacheContext,
  };
}
