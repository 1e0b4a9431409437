const matrixName = /^(?:[^<>]* <)?matrix:u\/[^:<>]+:([^<>]+?)>?$/;
const mailName = /<[^<>]+@([^<>@]+)>$/;
const host = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;

/** The host of a Matrix server name: without its port; `undefined` for an IPv6 address, which is in no domain. */
export function hostOfServer(server: string): string | undefined {
  return asHost(server.replace(/:\d{1,5}$/, ""));
}

/**
 * The host that a certified name lies in: of `matrix:u/localpart:server`, bare or as `Name <matrix:u/localpart:server>`, the
 * server without its port; of `Name <local@domain>` the domain.
 *
 * Says where a limit to domains would let the name pass, never whom it names. Case matters, as it does in OpenPGP's regular
 * expressions.
 */
export function hostOfName(name: string): string | undefined {
  const matrix = matrixName.exec(name)?.[1];
  if (matrix !== undefined) return isBracketed(name) ? hostOfServer(matrix) : undefined;
  const mail = mailName.exec(name)?.[1];
  return mail === undefined ? undefined : asHost(mail);
}

/** Whether `host` is one of these domains or lies below one; without a list every host and none is allowed. */
export function isAllowed(domains: readonly string[] | undefined, host: string | undefined): boolean {
  if (domains === undefined) return true;
  return host !== undefined && domains.some((domain) => host === domain || host.endsWith(`.${domain}`));
}

/** Both brackets or neither. */
function isBracketed(name: string): boolean {
  return name.includes("<") === name.endsWith(">");
}

function asHost(text: string): string | undefined {
  return host.test(text) ? text : undefined;
}
