import type { SignatureAlgorithm } from "../algorithm.js";
import type { DerMaterial } from "../shared/certificate-material.js";
import { type CertificateOptions, readCertificateOptions } from "../shared/certificate-options.js";
import { certificateStore, contentsOf } from "../shared/certificate-store.js";
import { acceptCms } from "../shared/cms-accept.js";
import { judgeSigner } from "../shared/judge-signer.js";
import { signingCommands } from "./commands.js";
import { algorithmId } from "./identifier.js";
import { cmsRules } from "./rules.js";

/** Options of {@link cms}. */
export interface CmsOptions extends CertificateOptions {
  /** Roots of time-stamping authorities: PEM, base64 or DER. Without them no timestamp counts. */
  readonly timestampRoots?: DerMaterial | readonly DerMaterial[];
}

/** The algorithm `org.ietf.cms`. */
export interface CmsAlgorithm extends SignatureAlgorithm {
  /** `org.ietf.cms`. */
  readonly id: typeof algorithmId;
  /** Judges one signature (PROTOCOL, org.ietf.cms). Throws `ERR_ABORTED` alone. */
  verify: SignatureAlgorithm["verify"];
  accept: NonNullable<SignatureAlgorithm["accept"]>;
  commands: NonNullable<SignatureAlgorithm["commands"]>;
  estimate: NonNullable<SignatureAlgorithm["estimate"]>;
  cacheContext: NonNullable<SignatureAlgorithm["cacheContext"]>;
}

/**
 * Detached CMS signatures (RFC 5652), CAdES-BES among them, as company tokens and national identity cards make them: RSA
 * PKCS#1 v1.5 and PSS, ECDSA and Ed25519.
 *
 * Says whether a signature is right, by which certificate, and along which paths from the certificates given here; whom it may
 * speak for is never part of it, so the report shows how the certificate names the owner, path by path. `signing-time` is not
 * looked at. A timestamp under `timestampRoots` lets a signature outlive its certificate; it says nothing of when it was made.
 *
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for certificates, lists or answers that are none, `ERR_OPTION_INVALID`
 * @example
 * ```ts
 * const algorithm = cms({ trustedCertificates: [nationalRootDer], revocation: "soft-fail" });
 * ```
 */
export function cms(options: CmsOptions = {}): CmsAlgorithm {
  const config = readCertificateOptions(options, "cms", ["timestampRoots"]);
  const timestampRoots = certificateStore(options.timestampRoots ?? []);
  const rules = cmsRules(async () => (await contentsOf(timestampRoots)).roots);
  const verify: CmsAlgorithm["verify"] = (input) => judgeSigner(input, config, rules);
  return {
    id: algorithmId,
    verify,
    accept: (input) => acceptCms(input, { algorithm: algorithmId, form: "custom", writes: "base64", verify }),
    commands: signingCommands,
    // A P-256 leaf without attributes, up to a chain of RSA keys with 4096 bits and a timestamp.
    estimate: () => ({ least: 1100, most: 16_000, isBound: true }),
    cacheContext: async () => JSON.stringify([await config.cacheContext(), (await contentsOf(timestampRoots)).version]),
  };
}
