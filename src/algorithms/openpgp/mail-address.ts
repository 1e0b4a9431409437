import { isPublicHost } from "../../model/public-host.js";

/** An e-mail address in its two parts. */
export interface MailAddress {
  /** As it was written. */
  readonly localPart: string;
  /** In the form in which the URL parser writes hosts: lower case, `xn--`. */
  readonly domain: string;
}

const maxAddressChars = 320;
/** Only what stands in addresses in practice: no quotes, no comments, no white space, one `@`. */
const addressGrammar = /^([^\s@<>()[\]"\\,;:\p{C}]+)@([^\s@<>()[\]"\\,;:\p{C}]+)$/u;

/** Reads `alice@example.org`; `undefined` for anything else, and for a domain that is none of the internet. */
export function readMailAddress(text: string): MailAddress | undefined {
  if (typeof text !== "string" || text.length > maxAddressChars) return undefined;
  const [, localPart, host] = addressGrammar.exec(text) ?? [];
  const domain = host === undefined ? undefined : readDomain(host);
  return localPart === undefined || domain === undefined ? undefined : { localPart, domain };
}

/** A mail domain as the URL parser writes it; `undefined` for an IP address, a single label, `.local` and their like. */
export function readDomain(text: string): string | undefined {
  const url = URL.canParse(`https://${text}/`) ? new URL(`https://${text}/`) : undefined;
  const isHostAlone = url?.href === `https://${url?.hostname}/` && !text.includes("/");
  return url && isHostAlone && isPublicHost(url.hostname) ? url.hostname : undefined;
}

/** Whether a user ID is of that address: `alice@example.org`, or `Alice <alice@example.org>`. Case counts in neither part. */
export function isUserIdOf(userId: string, { localPart, domain }: MailAddress): boolean {
  const named = readMailAddress(/<([^<>]*)>\s*$/.exec(userId)?.[1] ?? userId.trim());
  return named?.domain === domain && lowerCaseAscii(named.localPart) === lowerCaseAscii(localPart);
}

/** Only ASCII: what else counts as a letter changes with the years. */
export function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
