import { userIdOfMail } from "../../model/mail-address.js";
import { userIdOfMatrixUri } from "../../model/matrix-uri.js";
import type { Certificate } from "./certificate.js";

/**
 * How a certificate names a Matrix user: by a URI, by an e-mail address that reads as the user ID does, by nothing.
 *
 * A Matrix URI that names somebody else is final: no e-mail address rescues it; nor does one where a URI of Matrix's scheme cannot
 * be read. Of several URIs or addresses each counts. The subject's emailAddress counts only where no alternative name is an
 * address.
 */
export function namingOf({ subject, extensions }: Certificate, userId: string): "uri" | "email" | undefined {
  const texts = (form: string): string[] =>
    extensions.alternativeNames.flatMap((name) => (name.form === form && "text" in name ? (name.text ?? []) : []));
  const uris = texts("uniformResourceIdentifier").filter((uri) => /^matrix:/i.test(uri));
  if (uris.length > 0) return uris.some((uri) => userIdOfMatrixUri(uri) === userId) ? "uri" : undefined;
  const addresses = texts("rfc822Name");
  const mails = addresses.length > 0 ? addresses : subject.mailAddresses;
  return mails.some((address) => userIdOfMail(address, (domain) => domain) === userId) ? "email" : undefined;
}
