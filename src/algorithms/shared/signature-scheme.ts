import type { DerValue } from "../../encoding/der-reader.js";
import { type AlgorithmIdentifier, hasNoParameters, readAlgorithm } from "./algorithm-identifier.js";
import { countOf, DerFields, insideOf, malformedDer } from "./der-fields.js";
import { contextConstructed, tag } from "./der-tags.js";
import { oid } from "./object-identifiers.js";

/** Digests that are strong enough, as WebCrypto names them. */
export type HashName = "SHA-256" | "SHA-384" | "SHA-512";

/** How a signature is made. */
export type SignatureScheme =
  | { readonly kind: "rsa-pkcs1"; readonly hash: HashName }
  | { readonly kind: "rsa-pss"; readonly hash: HashName; readonly saltLength: number }
  | { readonly kind: "ecdsa"; readonly hash: HashName }
  | { readonly kind: "ed25519" };

/** Why a signature cannot be verified by {@link SignatureScheme}s: too weak, or not known here. */
export type RefusedScheme = "weak" | "unsupported";

const hashes: ReadonlyMap<string, HashName> = new Map([
  [oid.sha256, "SHA-256"],
  [oid.sha384, "SHA-384"],
  [oid.sha512, "SHA-512"],
]);

const rsaSchemes: ReadonlyMap<string, HashName> = new Map([
  [oid.sha256WithRsa, "SHA-256"],
  [oid.sha384WithRsa, "SHA-384"],
  [oid.sha512WithRsa, "SHA-512"],
]);

const ecdsaSchemes: ReadonlyMap<string, HashName> = new Map([
  [oid.ecdsaWithSha256, "SHA-256"],
  [oid.ecdsaWithSha384, "SHA-384"],
  [oid.ecdsaWithSha512, "SHA-512"],
]);

/** MD2, MD5, SHA-1 and SHA-224 by themselves and under RSA and ECDSA; DSA with whatever digest. */
const weak: ReadonlySet<string> = new Set([
  ...["1.2.840.113549.2.2", "1.2.840.113549.2.5", oid.sha1, "2.16.840.1.101.3.4.2.4"],
  ...["1.2.840.113549.1.1.2", "1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.113549.1.1.14"],
  ...["1.3.14.3.2.29", "1.2.840.10045.4.1", "1.2.840.10045.4.3.1"],
  ...["1.2.840.10040.4.1", "1.2.840.10040.4.3", "1.3.14.3.2.27"],
  ...["2.16.840.1.101.3.4.3.1", "2.16.840.1.101.3.4.3.2", "2.16.840.1.101.3.4.3.3", "2.16.840.1.101.3.4.3.4"],
]);

/**
 * The scheme that a signature algorithm names.
 *
 * @param digest the digest algorithm beside it, as CMS has one: it must be the scheme's own, and `rsaEncryption` takes it
 *   (RFC 5754 §3.2); absent in certificates, lists and OCSP answers
 * @throws CountersignError `ERR_DER_MALFORMED` for parameters that the algorithm does not have, and for a digest that is not its own
 * @see RFC 4055, RFC 5758, RFC 8410
 */
export function readScheme(
  algorithm: AlgorithmIdentifier,
  digest?: AlgorithmIdentifier,
): SignatureScheme | RefusedScheme {
  if (weak.has(algorithm.oid) || (digest && weak.has(digest.oid))) return "weak";
  const digestHash = digest && readHash(digest);
  if (digestHash === "unsupported" || digestHash === "weak") return digestHash;
  const scheme = schemeOf(algorithm, digestHash);
  if (typeof scheme === "string" || !digestHash) return scheme;
  // RFC 8419 §3.1: Ed25519 has a digest of its own inside, SHA-512 beside it.
  const own = scheme.kind === "ed25519" ? "SHA-512" : scheme.hash;
  if (own !== digestHash) throw malformedDer("the digest of the signature algorithm");
  return scheme;
}

/** The digest that an algorithm names. @throws CountersignError `ERR_DER_MALFORMED` for parameters */
export function readHash(algorithm: AlgorithmIdentifier): HashName | RefusedScheme {
  const hash = hashes.get(algorithm.oid);
  if (hash === undefined) return weak.has(algorithm.oid) ? "weak" : "unsupported";
  if (!hasNoParameters(algorithm)) throw malformedDer("a digest without parameters");
  return hash;
}

function schemeOf(algorithm: AlgorithmIdentifier, digestHash: HashName | undefined): SignatureScheme | RefusedScheme {
  if (algorithm.oid === oid.rsaPss) {
    if (!algorithm.parameters) throw malformedDer("parameters of RSASSA-PSS");
    return readPssParameters(algorithm.parameters);
  }
  const ecdsaHash = ecdsaSchemes.get(algorithm.oid);
  if (ecdsaHash !== undefined || algorithm.oid === oid.ed25519) {
    if (algorithm.parameters !== undefined) throw malformedDer("no parameters");
    return ecdsaHash === undefined ? { kind: "ed25519" } : { kind: "ecdsa", hash: ecdsaHash };
  }
  const hash = algorithm.oid === oid.rsaEncryption ? digestHash : rsaSchemes.get(algorithm.oid);
  if (hash === undefined) return "unsupported";
  if (!hasNoParameters(algorithm)) throw malformedDer("RSA without parameters");
  return { kind: "rsa-pkcs1", hash };
}

/**
 * Reads RSASSA-PSS-params (RFC 4055 §3.1). Two different digests in one are `unsupported`, though RFC 4055 lets them be: WebCrypto
 * has no such thing. The defaults are SHA-1, so an absent digest is `weak`.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export function readPssParameters(value: DerValue): Extract<SignatureScheme, { kind: "rsa-pss" }> | RefusedScheme {
  const fields = new DerFields(value);
  const digest = fields.optional(contextConstructed(0));
  const mask = fields.optional(contextConstructed(1));
  const salt = fields.optional(contextConstructed(2));
  const trailer = fields.optional(contextConstructed(3));
  fields.end();
  if (trailer && numberOf(trailer) !== 1) return "unsupported";
  if (!digest || !mask) return "weak";
  const hash = readHash(readAlgorithm(insideOf(digest)));
  const generator = readAlgorithm(insideOf(mask));
  if (generator.oid !== oid.mgf1 || !generator.parameters) return "unsupported";
  const maskHash = readHash(readAlgorithm(generator.parameters));
  if (hash === "weak" || maskHash === "weak") return "weak";
  if (hash === "unsupported" || maskHash !== hash) return "unsupported";
  return { kind: "rsa-pss", hash, saltLength: salt ? numberOf(salt) : 20 };
}

function numberOf(tagged: DerValue): number {
  const value = insideOf(tagged);
  if (value.tag !== tag.integer) throw malformedDer("an integer");
  return countOf(value);
}
