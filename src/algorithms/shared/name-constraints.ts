import { type Certificate, isSelfIssued } from "./certificate.js";
import type { GeneralName } from "./general-name.js";
import type { NameConstraints } from "./name-constraints-extension.js";
import {
  hostOf,
  hostOfUri,
  isInsideDirectory,
  isInsideHostSubtree,
  isInsideNetwork,
  mailboxOf,
  type Standing,
  standingUnderDomain,
} from "./name-matching.js";
import { oid } from "./object-identifiers.js";

/** Comparisons of a name with a subtree in one path; past it nothing passes. */
const maxComparisons = 50_000;

/**
 * The first certificate of a path that bears a name which a CA above it may not give.
 *
 * Each CA's constraints bind every certificate below it, self-issued ones but the last excepted, the root's too. Where a name
 * cannot be understood, or a subtree, it does not pass:
 * - dNSName and iPAddress as in RFC 5280; a wild card passes only where every host does that it could stand for;
 * - rfc822Name, emailAddress in the subject always, SmtpUTF8Mailbox (RFC 9598): one mailbox, one host or all hosts of a domain;
 *   an exclusion disregards case in the local part;
 * - uniformResourceIdentifier: by the host; a URI without one (`matrix:u/…`) passes no constraint of this form;
 * - directoryName: the subject, unless empty, and alternative names;
 * - any other form: a name of it passes no constraint of it.
 *
 * @param chain root first
 * @see RFC 5280, section 4.2.1.10, 6.1.3 (b), (c), 6.1.4 (g)
 */
export function findNameConstraintFault(chain: readonly Certificate[]): Certificate | undefined {
  const work = { left: maxComparisons };
  const inForce: NameConstraints[] = [];
  for (const [index, certificate] of chain.entries()) {
    const isBound = index === chain.length - 1 || !isSelfIssued(certificate);
    if (isBound && index > 0) {
      const names = namesOf(certificate);
      if (!inForce.every((constraints) => isWithin(names, constraints, work))) return certificate;
    }
    const { nameConstraints } = certificate.extensions;
    if (nameConstraints) inForce.push(nameConstraints);
  }
  return undefined;
}

interface Work {
  left: number;
}

/** Every name that constraints bind. */
function namesOf({ subject, extensions }: Certificate): GeneralName[] {
  const mails = subject.mailAddresses.map((text): GeneralName => ({ form: "rfc822Name", text }));
  const directory: GeneralName[] = subject.relativeNames.length > 0 ? [{ form: "directoryName", name: subject }] : [];
  return [...directory, ...mails, ...extensions.alternativeNames.flatMap(asConstrained)];
}

function asConstrained(name: GeneralName): GeneralName[] {
  if (name.form !== "otherName" || name.type !== oid.smtpUtf8Mailbox) return [name];
  return [name, { form: "rfc822Name", text: name.text ?? "" }];
}

function isWithin(names: readonly GeneralName[], constraints: NameConstraints, work: Work): boolean {
  if (constraints.hasDistances) return false;
  return names.every((name) => {
    const permitted = constraints.permitted.filter(({ form }) => form === name.form);
    const excluded = constraints.excluded.filter(({ form }) => form === name.form);
    work.left -= constraints.permitted.length + constraints.excluded.length;
    if (work.left < 0) return false;
    if (permitted.length + excluded.length === 0) return true;
    return isPermitted(name, permitted) && !excluded.some((base) => standingOf(name, base, true) !== "outside");
  });
}

function isPermitted(name: GeneralName, permitted: readonly GeneralName[]): boolean {
  return permitted.length === 0 || permitted.some((base) => standingOf(name, base, false) === "inside");
}

/** `both` for what cannot be told: excluded if that is asked, and not permitted. */
function standingOf(name: GeneralName, base: GeneralName, isExclusion: boolean): Standing {
  if (name.form === "directoryName" && base.form === "directoryName") {
    return insideIf(isInsideDirectory(name.name, base.name));
  }
  if (name.form === "iPAddress" && base.form === "iPAddress") return standingOfAddress(name.octets, base.octets);
  if (!("text" in name) || !("text" in base) || name.text === undefined || base.text === undefined) return "both";
  switch (name.form) {
    case "dNSName":
      return standingOfHost(hostOf(name.text), base.text, isExclusion);
    case "rfc822Name":
      return standingOfMail(name.text, base.text, isExclusion);
    case "uniformResourceIdentifier": {
      const host = hostOfUri(name.text);
      return host === undefined ? "both" : insideIf(isInsideHostSubtree(host, base.text));
    }
    default:
      return "both";
  }
}

function insideIf(isInside: boolean): Standing {
  return isInside ? "inside" : "outside";
}

function standingOfAddress(octets: Uint8Array, base: Uint8Array): Standing {
  const isAddress = octets.length === 4 || octets.length === 16;
  const isNetwork = base.length === 8 || base.length === 32;
  return isAddress && isNetwork ? insideIf(isInsideNetwork(octets, base)) : "both";
}

/** A base with a dot at its start excludes the domain itself too: nobody who writes one means to let that through. */
function standingOfHost(host: string | undefined, base: string, isExclusion: boolean): Standing {
  return host === undefined ? "both" : standingUnderDomain(host, isExclusion ? base.replace(/^\./, "") : base);
}

function standingOfMail(address: string, base: string, isExclusion: boolean): Standing {
  const mailbox = mailboxOf(address);
  if (!mailbox) return "both";
  if (!base.includes("@")) return insideIf(isInsideHostSubtree(mailbox.host, base));
  const bound = mailboxOf(base);
  if (!bound) return "both";
  const isSameLocal = isExclusion
    ? mailbox.local.toLowerCase() === bound.local.toLowerCase()
    : mailbox.local === bound.local;
  return insideIf(isSameLocal && mailbox.host === bound.host);
}

/**
 * Whether a Matrix name on this server counts under a path (PROTOCOL "Path validation"): always where no certificate above the
 * leaf has name constraints; else only if the server name passes, as a host, the dNSName and rfc822Name constraints of every
 * one of them. With constraints of neither form it counts for nothing, and so does a server that is an IP address.
 *
 * Says nothing about whether the path is valid.
 *
 * @param chain root first
 * @param serverName with or without a port
 */
export function matrixServerPasses(chain: readonly Certificate[], serverName: string): boolean {
  const all = chain.slice(0, -1).flatMap(({ extensions }) => extensions.nameConstraints ?? []);
  if (all.length === 0) return true;
  const host = hostOfServer(serverName);
  if (host === undefined || all.some(({ hasDistances }) => hasDistances)) return false;
  const subtrees = all.flatMap(({ permitted, excluded }) => [...permitted, ...excluded]);
  if (!subtrees.some(({ form }) => form === "dNSName" || form === "rfc822Name")) return false;
  return all.every((constraints) => hostPasses(host, constraints));
}

function hostPasses(host: string, { permitted, excluded }: NameConstraints): boolean {
  return (["dNSName", "rfc822Name"] as const).every((form) => {
    const texts = (names: readonly GeneralName[]): string[] =>
      names.flatMap((name) => (name.form === form ? [name.text] : []));
    const [allowed, refused] = [texts(permitted), texts(excluded)];
    const isInside = (base: string, isExclusion: boolean): boolean => {
      if (form === "dNSName") return standingOfHost(host, base, isExclusion) === "inside";
      // One mailbox is not its host: it permits nobody, and excluding it leaves none on that host in peace.
      const domain = isExclusion ? base.slice(base.lastIndexOf("@") + 1) : base;
      return isInsideHostSubtree(host, domain);
    };
    const isAllowed = allowed.length === 0 || allowed.some((base) => isInside(base, false));
    return isAllowed && !refused.some((base) => isInside(base, true));
  });
}

/** Letters and digits, dots and hyphens, a port behind them; in brackets or in digits it is an address. */
function hostOfServer(serverName: string): string | undefined {
  const host = hostOf(serverName.replace(/:[0-9]{1,5}$/, ""));
  return host === undefined || host.includes("*") || /^[0-9.]+$/.test(host) ? undefined : host;
}
