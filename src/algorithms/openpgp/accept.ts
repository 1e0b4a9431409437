import { encodeBase64 } from "../../encoding/base64.js";
import { CountersignError } from "../../errors.js";
import { AcceptError } from "../../model/accept-error.js";
import { formatKeyId } from "../../model/key-id.js";
import type { Verdict } from "../../model/report.js";
import type { AcceptedSignature, AcceptInput } from "../algorithm.js";
import { Fault } from "../shared/fault.js";
import type { Certificate } from "./certificate.js";
import { isNamedIn } from "./fingerprint.js";
import { algorithmId } from "./identifier.js";
import type { Keyring } from "./keyring.js";
import { readToolOutput } from "./tool-output.js";
import type { ReadSignature } from "./value.js";
import type { Verifier } from "./verifier.js";

/** What {@link acceptOutput} works with. */
export interface AcceptContext {
  readonly keyring: Keyring;
  readonly verifier: Verifier;
}

/**
 * Turns a signing tool's output into the signature to publish: the first signature packet in it that is valid, under the
 * fingerprint of the certificate that made it.
 *
 * @throws CountersignError `ERR_ACCEPT_MALFORMED`, `ERR_ACCEPT_NO_KEY`, `ERR_ABORTED`; {@link AcceptError}
 */
export async function acceptOutput(context: AcceptContext, input: AcceptInput): Promise<AcceptedSignature> {
  const { signatures, certificates } = await readToolOutput(input.output);
  let refused: Verdict | undefined;
  for (const read of signatures) {
    const { verdict, ...accepted } = await acceptOne(context, input, read, certificates);
    if (verdict.status === "valid") return { ...accepted, verdict };
    if (!refused || refused.code === "no-key") refused = verdict;
  }
  if (refused && refused.code !== "no-key") throw new AcceptError(refused);
  throw new CountersignError("ERR_ACCEPT_NO_KEY", "expected the public key that belongs to this signature, found none");
}

async function acceptOne(
  context: AcceptContext,
  input: AcceptInput,
  read: ReadSignature,
  certificates: readonly Certificate[],
): Promise<AcceptedSignature> {
  const fingerprint = signerOf(context.keyring, read, certificates);
  const keyId = formatKeyId({ form: "custom", algorithm: algorithmId, key: fingerprint });
  const value = encodeBase64(read.raw);
  const { object, now, offline = false, signal } = input;
  const request = { object, key: fingerprint, value, now, offline, ...(signal && { signal }) };
  return { keyId, value, verdict: await context.verifier.verify(request, certificates) };
}

/** The certificate that a signature says it is from: by its word alone, to be verified. */
function signerOf(keyring: Keyring, read: ReadSignature, certificates: readonly Certificate[]): string {
  const { signature } = read;
  const issuers = signature instanceof Fault ? [] : signature.issuers;
  const isNamed = (name: string): boolean => isNamedIn(issuers, name);
  const sent = certificates.find(({ fingerprint, subkeys }) => [fingerprint, ...subkeys.keys()].some(isNamed));
  if (sent) return sent.fingerprint;
  const known = issuers.map((issuer) => keyring.findByIssuer(issuer)).find((certificate) => certificate !== undefined);
  const named = issuers.find((issuer) => issuer.length === 40 || issuer.length === 64);
  return known?.fingerprint ?? certificates[0]?.fingerprint ?? named ?? unknownIssuer;
}

/** Nobody's fingerprint: leads to `no-key`. */
const unknownIssuer = "0".repeat(40);
