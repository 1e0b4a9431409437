import { userIdOfMail } from "../../model/mail-address.js";
import { userIdOfMatrixUri } from "../../model/matrix-uri.js";
import type { Certificate } from "./certificate.js";

/** How a certificate names a Matrix user. */
export type Naming = "uri" | "email";

/** What of a certificate can mean a Matrix user. */
interface MatrixNames {
  /** By a Matrix URI. */
  readonly userIds: readonly string[];
  /** Word for word; none where there is a URI of Matrix's scheme, even one that cannot be read: it is final. */
  readonly mails: readonly string[];
}

/** Reads the names of a certificate. The subject's emailAddress counts only where no alternative name is an address. */
export function matrixNamesOf({ subject, extensions }: Pick<Certificate, "subject" | "extensions">): MatrixNames {
  const texts = (form: string): string[] =>
    extensions.alternativeNames.flatMap((name) => (name.form === form && "text" in name ? (name.text ?? []) : []));
  const uris = texts("uniformResourceIdentifier").filter((uri) => /^matrix:/i.test(uri));
  if (uris.length > 0) return { userIds: uris.flatMap((uri) => userIdOfMatrixUri(uri) ?? []), mails: [] };
  const addresses = texts("rfc822Name");
  return { userIds: [], mails: addresses.length > 0 ? addresses : subject.mailAddresses };
}

/**
 * How a certificate names a Matrix user: by a URI, by an e-mail address that reads as the user ID does, by nothing.
 *
 * A Matrix URI that names somebody else is final: no e-mail address rescues it. Of several URIs or addresses each counts.
 */
export function namingOf(certificate: Certificate, userId: string): Naming | undefined {
  const { userIds, mails } = matrixNamesOf(certificate);
  if (userIds.includes(userId)) return "uri";
  return mails.some((address) => userIdOfMail(address, (domain) => domain) === userId) ? "email" : undefined;
}
