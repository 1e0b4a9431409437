import type { SignatureAlgorithm } from "../../algorithms/algorithm.js";
import { createRegistry } from "../../algorithms/registry.js";
import type { JsonObject } from "../../encoding/json-object.js";
import { externalSignatures } from "../../model/external-signature.js";
import type { SignatureReport } from "../../model/report.js";
import type { SignableObject } from "../../model/signable.js";
import type { TrustAnchor } from "../../model/trust-anchor.js";
import { readAnchorKey } from "../../trust/anchors/anchor-key.js";
import { isAnchorItself } from "../../trust/anchors/is-anchor-itself.js";
import { type VerifyContext, verifySignature } from "../verify-signature.js";

/** So many signatures on one document are verified. */
const maxSignatures = 16;

/** A sequence or a time further ahead than this is nobody's clock: such a document does not count. */
export const maxAheadMs: number = 24 * 60 * 60 * 1000;

/** How the signatures on a document are verified. */
export interface DocumentContext {
  readonly algorithms: readonly SignatureAlgorithm[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Whether algorithms may ask nobody over the network. Default `false`. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Verifies the signatures on a document, at most 16.
 *
 * @param document as it was read, with its signatures
 * @throws CountersignError `ERR_ABORTED`, `ERR_ALGORITHM_INVALID`, `ERR_ALGORITHM_DUPLICATE`
 */
export function verifyDocument(
  document: JsonObject,
  signable: SignableObject,
  { algorithms, ...context }: DocumentContext,
): Promise<SignatureReport[]> {
  const verifying: VerifyContext = { ...context, registry: createRegistry(algorithms) };
  const signatures = externalSignatures(document, signable.userId).slice(0, maxSignatures);
  return Promise.all(signatures.map((signature) => verifySignature(signature, signable, verifying)));
}

/** By whom a document must be signed. */
export type DocumentSigner = Pick<TrustAnchor, "algorithm" | "key" | "acceptUnconfirmed">;

/**
 * Whether one of the reports says that the signer's own key signed, and that the signature is right now. A key that came with it alone
 * is enough only for a signer with `acceptUnconfirmed`.
 *
 * @throws CountersignError `ERR_ANCHOR_INVALID` for a key that is none
 */
export async function isSignedBy(
  { algorithm, key, acceptUnconfirmed = false }: DocumentSigner,
  reports: readonly SignatureReport[],
  now: number,
): Promise<boolean> {
  const signer = { algorithm, keys: await readAnchorKey(key) };
  return reports.some((report) => isAnchorItself(signer, report) && isGood(report, now, acceptUnconfirmed));
}

function isGood(report: SignatureReport, now: number, acceptUnconfirmed: boolean): boolean {
  const isRight = report.code === "valid" || (acceptUnconfirmed && report.code === "key-unconfirmed");
  const ends = [report.expiresAt, report.validUntil].filter((end) => end !== undefined);
  return report.status === "valid" && isRight && ends.every((end) => end > now);
}
