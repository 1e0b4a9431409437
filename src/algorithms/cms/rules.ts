import type { ReportCode } from "../../model/report.js";
import type { CertificatePool } from "../shared/certificate-pool.js";
import type { CmsMessage } from "../shared/cms-message.js";
import { decodeCmsValue } from "../shared/cms-value.js";
import type { SignerRules } from "../shared/judge-signer.js";
import { oid } from "../shared/object-identifiers.js";
import { ownerNamedBy } from "../shared/path-evidence.js";
import { readTimestamps } from "./timestamps.js";

/** What is particular to signatures of companies and cards (PROTOCOL, org.ietf.cms). */
export function cmsRules(timestampRoots: () => Promise<CertificatePool>): SignerRules {
  return {
    decode: (value) => decodeCmsValue(value, ["CMS", "PKCS7"], true),
    findFormFault,
    // An address is a name for those alone whose policy maps it.
    nameOwner: (path, userId) => (ownerNamedBy(path, userId) === "uri" ? "uri" : undefined),
    readTimestamps: async (signer, request) => readTimestamps(signer, request, await timestampRoots()),
  };
}

/** The signature is detached and over data: it says nothing about content of its own. */
function findFormFault({ signedData: { contentType, content } }: CmsMessage): ReportCode | undefined {
  if (content !== undefined) return "wrong-signature-type";
  return contentType === oid.data ? undefined : "malformed";
}
