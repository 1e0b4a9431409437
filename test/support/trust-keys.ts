import { hashOf, rawKeyOf } from "./trust-words.js";

/** The algorithms by the words of the tables. */
const algorithms = {
  openpgp: "org.openpgp.signature",
  ssh: "com.openssh.sshsig",
  raw: "org.ietf.ed25519",
  matrix: "org.matrix.msc2882",
  cms: "org.ietf.cms",
  x509: "io.element.x509",
} as const;

type Kind = keyof typeof algorithms;

/** A key, or a certificate with its key, as a table describes it. */
export interface KeyWords {
  readonly kind: Kind;
  readonly "same key as"?: string;
  /** The certificate that issued this one; several where it is cross-certified. */
  readonly under?: string | readonly string[];
  readonly subject?: string;
  readonly names?: readonly string[];
  readonly emails?: readonly string[];
  readonly "serial number"?: string;
  readonly began?: string;
  readonly ends?: string;
}

/** All keys of a table, by name. A kind alone is short for a key of that kind. */
export type Keys = Readonly<Record<string, KeyWords | Kind>>;

/** The identifier of a key's algorithm. */
export function algorithmOf(keys: Keys, name: string): string {
  return algorithms[keyOf(keys, name).kind];
}

/** Hash of the key itself: the same for one key in several forms. */
export function keyHashOf(keys: Keys, name: string): string {
  return hashOf(`key ${keyOf(keys, name)["same key as"] ?? name}`);
}

/** A certificate's subject: one with its name, unless the table gives another. */
export function subjectOf(keys: Keys, name: string): string {
  return keyOf(keys, name).subject ?? `CN=${name}`;
}

/** As the key's algorithm writes fingerprints. */
export function fingerprintOf(keys: Keys, name: string): string {
  switch (keyOf(keys, name).kind) {
    case "openpgp":
      return hashOf(`certificate ${name}`).slice(0, 40).toUpperCase();
    case "ssh":
      return `SHA256:${rawKeyOf(`blob ${name}`)}`;
    case "raw":
    case "matrix":
      return rawKeyOf(name);
    default:
      return hashOf(`certificate ${name}`);
  }
}

/** The certificates that issued one. */
export function parentsOf({ under = [] }: KeyWords): readonly string[] {
  return typeof under === "string" ? [under] : under;
}

/** A key of a table; one that is not there is a slip of the pen. */
export function keyOf(keys: Keys, name: string): KeyWords {
  const words = Object.hasOwn(keys, name) ? keys[name] : undefined;
  if (words === undefined) throw new Error(`no such key in this table: ${name}`);
  return typeof words === "string" ? { kind: words } : words;
}
