import { userIdOfMail } from "../../model/mail-address.js";
import { userIdOfMatrixUri } from "../../model/matrix-uri.js";
import type { NamedKey } from "../../model/trust-anchor.js";
import { isUserId } from "../../model/user-id.js";
import { fingerprintOf } from "./fingerprint.js";
import { namespace } from "./identifier.js";
import { type KeyLine, readKeyLine, type SkipReason } from "./key-line.js";
import { readKeyListText } from "./key-list.js";
import { isExactPrincipal, matchesPatternList } from "./pattern-list.js";
import type { SshKeyList } from "./sshsig.js";

/**
 * Why a line of an allowed_signers file names nobody.
 *
 * - `namespaces`: the key may sign for other purposes alone;
 * - `times`: the key is limited in time, which a list of names cannot say: it takes an anchor of its own with `notBefore` and `notAfter`;
 * - `no-name`: no principal is exactly a Matrix user ID, a Matrix URI or an e-mail address that can map to a user;
 * - the others: see {@link SkipReason}.
 */
export type UnnamedReason = SkipReason | "namespaces" | "times" | "no-name";

/** An allowed_signers file, read for a trust anchor. */
export interface AllowedSigners {
  /** For an anchor's `key`: every key once, by its fingerprint, with all of its names. */
  readonly keys: readonly NamedKey[];
  /** Lines that name nobody, counted from 1. */
  readonly skipped: readonly { readonly line: number; readonly reason: UnnamedReason }[];
}

/**
 * Reads an OpenSSH allowed_signers file for the `key` of a trust anchor, which alone gives the names in it any worth.
 *
 * A principal names somebody if it is exactly a Matrix user ID, a Matrix URI, or an e-mail address, which counts under
 * `speaksFor: "email"` alone. A pattern (`*`, `?`, `!`) names nobody, and takes back what it excludes. Certificates of
 * `cert-authority` lines are not followed.
 *
 * @param list text, or the bytes of a file; at most 8 MiB
 * @throws CountersignError `ERR_ALGORITHM_KEYS` for a private key, for what is no text or too long
 * @example
 * ```ts
 * const { keys, skipped } = await allowedSigners(file);
 * const anchor = { id: "staff", algorithm: "com.openssh.sshsig", key: keys, scope: { servers: ["example.org"] } };
 * ```
 * @see ssh-keygen(1), ALLOWED SIGNERS; PROTOCOL, "For whom a signer may speak"
 */
export async function allowedSigners(list: SshKeyList): Promise<AllowedSigners> {
  const names = new Map<string, Set<string>>();
  const skipped: { line: number; reason: UnnamedReason }[] = [];
  for (const [index, text] of readKeyListText(list).split("\n").entries()) {
    const line = readKeyLine(text);
    if (!line) continue;
    const reason = reasonToSkip(line);
    if (reason) skipped.push({ line: index + 1, reason });
    if (reason || !line.key) continue;
    const fingerprint = await fingerprintOf(line.key);
    const own = names.get(fingerprint) ?? new Set();
    for (const name of namesIn(line)) own.add(name);
    names.set(fingerprint, own);
  }
  return { keys: [...names].map(([key, own]) => ({ key, names: [...own] })), skipped };
}

function reasonToSkip(line: KeyLine): UnnamedReason | undefined {
  if (line.skipped) return line.skipped;
  const { namespaces, fromMs, untilMs } = line.options ?? {};
  if (namespaces !== undefined && !matchesPatternList(namespace, namespaces)) return "namespaces";
  if (fromMs !== undefined || untilMs !== undefined) return "times";
  return namesIn(line).length === 0 ? "no-name" : undefined;
}

function namesIn({ principals }: KeyLine): string[] {
  const excluded = principals.filter((principal) => principal.startsWith("!"));
  const isLeft = (name: string): boolean => matchesPatternList(name, [name, ...excluded].join(","));
  return principals.filter((name) => isExactPrincipal(name) && isName(name) && isLeft(name));
}

function isName(principal: string): boolean {
  if (isUserId(principal) || userIdOfMatrixUri(principal) !== undefined) return true;
  return userIdOfMail(principal, (domain) => domain) !== undefined;
}
