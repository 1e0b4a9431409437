import { type Bytes, concatBytes, decodeUtf8 } from "../../encoding/bytes.js";
import { displayName } from "../shared/display-name.js";
import { Fault } from "../shared/fault.js";
import { maxNameLength, maxNames } from "../shared/limits.js";
import { type Certificate, readCertificate } from "./certificate.js";
import { maxCertificatePackets } from "./limits.js";
import { isUserIdOf, type MailAddress } from "./mail-address.js";
import { groupPackets } from "./packet-groups.js";
import { packetTag, readPackets } from "./packets.js";

/** A certificate that a look-up by address brought. Nothing in it is verified. */
export interface FoundKey {
  /** Upper-case hexadecimal, 40 or 64 digits. */
  readonly fingerprint: string;
  /** User IDs that the certificate signed itself, by its own word: at most 16. */
  readonly names: readonly string[];
  /** The certificate in binary, every copy of it that was in the answer, and no other: for `importKeys`. */
  readonly data: Bytes;
}

/**
 * The certificates in an answer that have a user ID of that address. What else stands in it is left out: nobody asked for it.
 *
 * @param answer packets that were read once already
 */
export async function foundKeys(answer: Bytes, address: MailAddress): Promise<FoundKey[]> {
  const copies = new Map<string, { readonly data: Bytes; readonly names: readonly string[] }[]>();
  for (const data of splitCertificates(answer)) {
    const certificate = await tryReadCertificate(data);
    if (!certificate) continue;
    const { fingerprint } = certificate;
    copies.set(fingerprint, [...(copies.get(fingerprint) ?? []), { data, names: namesOf(certificate) }]);
  }
  return [...copies].flatMap(([fingerprint, all]) => {
    const names = [...new Set(all.flatMap((copy) => copy.names))];
    if (!names.some((name) => isUserIdOf(name, address))) return [];
    const shown = names.slice(0, maxNames).map(displayName);
    return [{ fingerprint, names: shown, data: concatBytes(...all.map(({ data }) => data)) }];
  });
}

function splitCertificates(bytes: Bytes): Bytes[] {
  const certificates: Uint8Array[][] = [];
  for (const { tag, raw } of readPackets(bytes, maxCertificatePackets)) {
    if (tag === packetTag.publicKey) certificates.push([raw]);
    else certificates.at(-1)?.push(raw);
  }
  return certificates.map((packets) => concatBytes(...packets));
}

/** One past the bounds, or of an unknown kind, takes no other with it. */
async function tryReadCertificate(data: Bytes): Promise<Certificate | undefined> {
  try {
    const [group] = groupPackets(data).certificates;
    return group && (await readCertificate(group));
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

function namesOf({ userIds }: Certificate): string[] {
  return [...userIds.values()].flatMap(({ body }) => (body.length <= maxNameLength ? (decodeUtf8(body) ?? []) : []));
}
