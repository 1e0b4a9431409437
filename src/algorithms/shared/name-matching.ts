import type { DistinguishedName } from "./distinguished-name.js";

/** Labels of letters, digits, hyphens and underscores; `*` stands in certificates for any label. */
const hostPattern = /^[a-z0-9_*-]+(\.[a-z0-9_*-]+)*$/;
const uriPattern = /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/?#\\[\]]*@)?([^@/?#\\:[\]%]+)(?::[0-9]*)?(?:[/?#].*)?$/is;
const ipv4Pattern = /^[0-9]+(\.[0-9]+)*$/;

/** A host name to compare by: lower case, without the dot at the end; `undefined` for what is no host name in ASCII. */
export function hostOf(text: string): string | undefined {
  const host = text.toLowerCase().replace(/\.$/, "");
  return hostPattern.test(host) ? host : undefined;
}

/**
 * The host of a URI by which it is constrained: `undefined` where it has no authority, or one that is no host name, an IP address
 * for instance (RFC 5280 §4.2.1.10).
 */
export function hostOfUri(uri: string): string | undefined {
  const written = uriPattern.exec(uri)?.[1];
  const host = written === undefined ? undefined : hostOf(written);
  return host === undefined || host.includes("*") || ipv4Pattern.test(host) ? undefined : host;
}

/** Local part and host of a mail address; `undefined` for what is none. */
export function mailboxOf(address: string): { local: string; host: string } | undefined {
  const at = address.lastIndexOf("@");
  const host = hostOf(address.slice(at + 1));
  return at > 0 && host !== undefined ? { local: address.slice(0, at), host } : undefined;
}

/** How a name stands to a subtree: what is outside, and what could be in it and outside, as a wild card can. */
export type Standing = "inside" | "outside" | "both";

/** A host and the base of a dNSName constraint: the base itself and all below it; a base that starts with a dot, all below it. */
export function standingUnderDomain(host: string, base: string): Standing {
  const domain = base.toLowerCase().replace(/\.$/, "");
  if (domain === "") return "inside";
  const suffix = domain.startsWith(".") ? domain : `.${domain}`;
  const isBase = !domain.startsWith(".") && host === domain;
  if (host.includes("*")) return standingOfWildcard(host, suffix);
  return isBase || host.endsWith(suffix) ? "inside" : "outside";
}

/** `*.example.org` is inside of what its parent is in, and both inside and outside of what is below its parent. */
function standingOfWildcard(host: string, suffix: string): Standing {
  const fixed = host.slice(host.lastIndexOf("*") + 1);
  if (fixed.startsWith(".") && fixed.endsWith(suffix)) return "inside";
  return suffix.endsWith(fixed) || fixed.endsWith(suffix) || fixed === "" ? "both" : "outside";
}

/** A host and the base of a constraint on mail or URIs: the host itself, or with a dot at its start all below it. */
export function isInsideHostSubtree(host: string, base: string): boolean {
  const domain = base.toLowerCase().replace(/\.$/, "");
  return domain.startsWith(".") ? host.endsWith(domain) && host.length > domain.length : host === domain;
}

/** Whether a distinguished name begins with all of another one. */
export function isInsideDirectory(name: DistinguishedName, base: DistinguishedName): boolean {
  return base.relativeNames.every((relative, index) => name.relativeNames[index] === relative);
}

/** Whether an address lies in a network; the base is address and mask one after the other, of the same family. */
export function isInsideNetwork(octets: Uint8Array, base: Uint8Array): boolean {
  if (base.length !== octets.length * 2) return false;
  return octets.every((octet, index) => {
    const mask = base[octets.length + index] ?? 0;
    return (octet & mask) === ((base[index] ?? 0) & mask);
  });
}
