/**
 * What an anchor may be asked about.
 *
 * - `identity`: whether a master key is a user's
 * - `introduce`: whether a user, who is in its scope for `identity` too, may vouch for others under the anchor (MSC2882)
 * - `events`: who signed an event
 * - `server-keys`: whether keys are a server's
 */
export type TrustPurpose = "identity" | "introduce" | "events" | "server-keys";

/**
 * For whom the signer of a valid signature may speak.
 *
 * - `scope`: anybody inside the scope, by the anchor's own key or by an introducer under it
 * - `named`: the one Matrix user that the signer's certificate names
 * - `email`: as `named`, or the user that an e-mail address of the certificate maps to by {@link TrustAnchor.emailServers}
 * - `directory`: the user that {@link TrustAnchor.directory} gives
 *
 * @see PROTOCOL, "For whom a signer may speak"
 */
export type SpeaksFor = "scope" | "named" | "email" | "directory";

/** One allow of a scope, with options of its own. */
export interface ScopeEntry {
  /** A pattern as in {@link AnchorScope.users}. */
  readonly users: string;
  /** For what. Default: the purposes of the scope. */
  readonly purposes?: readonly TrustPurpose[];
  /** At most how much the anchor is worth for these users: 1 to 120. Default: the anchor's own amount. */
  readonly amount?: number;
}

/**
 * For whom an anchor may speak. What matches `except` is never in it; among all else that matches, the longest pattern decides
 * the options. An empty scope holds nobody.
 */
export interface AnchorScope {
  /**
   * Patterns of user IDs: `@alice:example.org` is one user; `@*:example.org`, everybody of that server; `@bot-*:example.org` and
   * `@*-bot:example.org`, some of them; a server `*.example.org` is every server below that domain, and `*` every server. The
   * server's port is part of its name.
   */
  readonly users?: readonly (string | ScopeEntry)[];
  /** Exact server names, port included: `example.org` is short for the user pattern `@*:example.org`. */
  readonly servers?: readonly string[];
  /** Patterns of user IDs that are not in it, whatever else matches. */
  readonly except?: readonly string[];
  /** For what, where an entry does not say. Default: `identity` alone. */
  readonly purposes?: readonly TrustPurpose[];
}

/**
 * A key with the names that the reader gives it, for kinds of key that carry none (SSH, raw keys). With names it is somebody's whom the
 * anchor lists, and speaks for them alone, whatever the anchor speaks for; without, it is the anchor's own.
 */
export interface NamedKey {
  /** A fingerprint, as the algorithm reports it, or a key as in {@link TrustAnchor.key}. */
  readonly key: string;
  /** Matrix user IDs, Matrix URIs or e-mail addresses; the last count under `speaksFor: "email"` alone. */
  readonly names: readonly string[];
}

/** A certificate authority by its key and name, whatever certificate it has at the time. */
export interface AuthorityKey {
  /** SHA-256 of its SubjectPublicKeyInfo, hexadecimal. */
  readonly spki: string;
  /** Its subject, as RFC 4514 writes names and as reports show it. */
  readonly subject: string;
}

/** One line of a directory: who holds a certificate. The attribute alone says nothing, so its issuer is named too. */
export interface DirectoryEntry {
  /** The issuer of the certificate, as RFC 4514 writes names and as reports show it. */
  readonly issuer: string;
  /**
   * - `subject`: its subject, as reports show it
   * - `serial-number`: the attribute serialNumber of its subject; of a national identity as ETSI EN 319 412-1 writes it
   * - `fingerprint`: SHA-256 of the certificate, hexadecimal
   */
  readonly attribute: "subject" | "serial-number" | "fingerprint";
  readonly value: string;
  /** The Matrix user that it belongs to. */
  readonly userId: string;
}

/** What becomes of an anchor whose list of revocations is missing or too old. */
export interface AnchorRevocation {
  /** `hard-fail`: the anchor counts for nothing. `soft-fail`: it counts, and the assessment says so. */
  readonly mode: "hard-fail" | "soft-fail";
  /** Where the list is published: https, for a caller who asks to fetch it. */
  readonly url?: string;
}

/**
 * A key whose signature on a master key convinces this reader, for the users in its scope. Plain JSON; times are milliseconds
 * since 1970, durations milliseconds.
 */
export interface TrustAnchor {
  /** Names the anchor in assessments and policies; unique. */
  readonly id: string;
  /** For people. */
  readonly label?: string;
  /** Algorithm identifier, such as `org.openpgp.signature`. */
  readonly algorithm: string;
  /**
   * Whose key: a fingerprint as the algorithm reports it (white space and the case of hexadecimal do not matter), which of a raw
   * Ed25519 key is the key itself in base64 and of a certificate its SHA-256; a certificate in PEM; an SSH public key line; an
   * authority by key and name; a list of keys with names. A certificate may be the signer's or that of an authority above it.
   */
  readonly key: string | AuthorityKey | readonly NamedKey[];
  /** Default `named`. */
  readonly speaksFor?: SpeaksFor;
  /** Whom it may speak for. */
  readonly scope: AnchorScope;
  /** For `email`: the Matrix server of each mail domain. */
  readonly emailServers?: Readonly<Record<string, string>>;
  /** For `directory`: who holds which certificate. */
  readonly directory?: readonly DirectoryEntry[];
  /**
   * How many introductions may stand between the anchor and the key that signed: 0 to 255, default 0. Of an X.509 authority, how many
   * authorities below it; by default as many as its certificates allow.
   */
  readonly depth?: number;
  /** What it is worth: 1 to 120, which is full trust and the default. */
  readonly amount?: number;
  /** It counts for nothing before. */
  readonly notBefore?: number;
  /** It counts for nothing from then on. */
  readonly notAfter?: number;
  /** A signature older than that, or without a time, counts for nothing. */
  readonly maxAge?: number;
  /** A signature that neither itself nor through a certificate ends counts for nothing. */
  readonly requireExpiry?: boolean;
  /** For users in its scope no anchor counts but exclusive ones. */
  readonly exclusive?: boolean;
  /** Whether a key that came with the signature is enough, though nobody could tell of its revocation. Default `false`. */
  readonly acceptUnconfirmed?: boolean;
  /** How it takes back what it signed. */
  readonly revocation?: AnchorRevocation;
}
