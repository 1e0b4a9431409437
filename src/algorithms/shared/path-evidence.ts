import { userIdOfMail } from "../../model/mail-address.js";
import type { RevocationEvidenceShown, SignerPath } from "../../model/signer-certificate.js";
import { serverNameOf } from "../../model/user-id.js";
import { matrixNamesOf, type Naming, namingOf } from "./matrix-names.js";
import { matrixServerPasses } from "./name-constraints.js";
import { nameText } from "./name-text.js";
import type { CertificationPath } from "./path-types.js";
import { keyHashOf } from "./public-key.js";
import type { RevocationFinding } from "./revocation-types.js";

const maxEmails = 32;

/** How the certificate names the user under this path; `undefined` too where a CA's name constraints leave the name out. */
export function ownerNamedBy({ chain }: Pick<CertificationPath, "chain">, userId: string): Naming | undefined {
  const leaf = chain.at(-1);
  return leaf && matrixServerPasses(chain, serverNameOf(userId)) ? namingOf(leaf, userId) : undefined;
}

/**
 * What a report shows of a path.
 *
 * @param namedBy how the certificate names the owner, as the algorithm goes by such names
 */
export async function pathEvidence(path: CertificationPath, namedBy: Naming | undefined): Promise<SignerPath> {
  const { chain, validFrom, validUntil, revocation } = path;
  return {
    certificates: await Promise.all(
      chain.map(async ({ sha256, publicKey, subject }) => ({
        sha256,
        keyHash: await keyHashOf(publicKey),
        subject: await nameText(subject),
      })),
    ),
    validFrom,
    validUntil,
    ...(namedBy && { ownerNamedBy: namedBy }),
    emails: emailsOf(path),
    revocation: revocation.map(shownFinding),
  };
}

/** Addresses that a table of mail domains can map, and whose domain the CAs may name. */
function emailsOf({ chain }: CertificationPath): string[] {
  const leaf = chain.at(-1);
  const mails = leaf ? matrixNamesOf(leaf).mails : [];
  const counting = (address: string): boolean =>
    userIdOfMail(address, (domain) => (matrixServerPasses(chain, domain) ? domain : undefined)) !== undefined;
  return [...new Set(mails)].filter(counting).slice(0, maxEmails);
}

function shownFinding({ reason: _reason, ...finding }: RevocationFinding): RevocationEvidenceShown {
  return finding;
}
