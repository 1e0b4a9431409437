import {
  acceptDocument,
  type DocumentRequest,
  prepareRevocationList,
  type RevokedKey,
  verifyRevocationList,
} from "matrix-countersign/documents";
import { openpgp } from "matrix-countersign/openpgp";
import type { TrustAnchor } from "matrix-countersign/trust";

const monthMs = 30 * 24 * 60 * 60 * 1000;

/**
 * The company takes back what it signed for somebody who left.
 *
 * @param company the anchor as the company hands it to its readers
 * @param publicKey the company's OpenPGP certificate
 * @param published the list that is published now, if there is one
 * @param sign runs one of the request's commands, where the company's key is; returns what it printed
 * @returns the file to put where `company.revocation.url` says
 */
export async function takeBack(
  company: TrustAnchor,
  publicKey: Uint8Array,
  published: string | undefined,
  leaver: RevokedKey,
  sign: (request: DocumentRequest) => Promise<string>,
): Promise<string> {
  const algorithm = openpgp({ keys: publicKey });
  const now = Date.now();
  const options = { algorithms: [algorithm], now };
  const before = published === undefined ? undefined : await verifyRevocationList(published, company, options);
  if (before?.problem) throw new Error(`what is published is not the company's list: ${before.problem}`);
  const request = prepareRevocationList(
    {
      anchor: company.id,
      revoked: [leaver],
      expiresAt: now + monthMs,
      now,
      ...(before?.list && { previous: before.list }),
    },
    algorithm,
  );
  return JSON.stringify(await acceptDocument(request, await sign(request), { algorithm }));
}
