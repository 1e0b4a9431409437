import { utf8 } from "../../encoding/bytes.js";
import { lowerCaseAscii, type MailAddress } from "./mail-address.js";
import { encodeZBase32 } from "./z-base-32.js";

/** Where a directory stands: `advanced` at a host of its own, `direct` at the mail domain. */
export type WkdMethod = "advanced" | "direct";

/**
 * The URL of an address in its domain's Web Key Directory. Does not judge the domain.
 *
 * @see draft-koch-openpgp-webkey-service, section 3.1
 */
export async function wkdUrl(method: WkdMethod, { localPart, domain }: MailAddress): Promise<string> {
  // SHA-1 only names the file here.
  const digest = await crypto.subtle.digest("SHA-1", utf8(lowerCaseAscii(localPart)));
  const file = `hu/${encodeZBase32(new Uint8Array(digest))}?l=${encodeURIComponent(localPart)}`;
  return method === "advanced"
    ? `https://openpgpkey.${domain}/.well-known/openpgpkey/${domain}/${file}`
    : `https://${domain}/.well-known/openpgpkey/${file}`;
}
