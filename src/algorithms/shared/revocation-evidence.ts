import { type Bytes, equalBytes } from "../../encoding/bytes.js";
import type { Certificate } from "./certificate.js";
import { type OcspAnswer, readOcspAnswer } from "./ocsp-answer.js";
import { type RevocationList, readRevocationList } from "./revocation-list.js";

/** What speaks about revocation, in DER. */
export interface RevocationData {
  readonly lists?: readonly Uint8Array[];
  readonly answers?: readonly Uint8Array[];
}

/** Lists, and answers, that a stranger may send along. */
const maxAlongside = 16;

/** Revocation lists and OCSP answers: read, not verified. Who signed them is found out when they are used. */
export class RevocationEvidence {
  /** The evidence that outlives one signature: this one, or what it was put beside. What is fetched goes there. */
  readonly lasting: RevocationEvidence;
  readonly #base: RevocationEvidence | undefined;
  readonly #lists = new Map<string, RevocationList[]>();
  readonly #answers = new Map<string, OcspAnswer[]>();

  /**
   * @param data the caller's; with a `base`, what a stranger sent along with one signature: the first 16 of each are looked at
   * @param base the caller's, unchanged by what stands beside it
   * @throws CountersignError `ERR_DER_MALFORMED` for data that is neither
   */
  constructor({ lists = [], answers = [] }: RevocationData = {}, base?: RevocationEvidence) {
    this.#base = base;
    this.lasting = base?.lasting ?? this;
    const most = base ? maxAlongside : Number.POSITIVE_INFINITY;
    for (const list of lists.slice(0, most)) this.addList(list);
    for (const answer of answers.slice(0, most)) this.addAnswer(answer);
  }

  /** @param der at most 4 MiB @throws CountersignError `ERR_DER_MALFORMED` */
  addList(der: Uint8Array): void {
    this.keepList(readRevocationList(der));
  }

  /** @param der at most 64 KiB @throws CountersignError `ERR_DER_MALFORMED` */
  addAnswer(der: Uint8Array): void {
    this.keepAnswer(readOcspAnswer(der));
  }

  /** As {@link RevocationEvidence.addList}, for a list that is read already. */
  keepList(list: RevocationList): void {
    push(this.#lists, list.issuer.comparable, list);
  }

  /** As {@link RevocationEvidence.addAnswer}, for an answer that is read already. */
  keepAnswer(answer: OcspAnswer): void {
    for (const serial of new Set(answer.statuses.map(({ serialNumber }) => serialNumber.join()))) {
      push(this.#answers, serial, answer);
    }
  }

  /** Lists by whoever bears this name: the comparable text of a distinguished name. */
  listsOf(issuer: string): readonly RevocationList[] {
    return [...(this.#base?.listsOf(issuer) ?? []), ...(this.#lists.get(issuer) ?? [])];
  }

  /** Answers about certificates with this one's serial number, whoever issued them. */
  answersAbout(certificate: Certificate): readonly OcspAnswer[] {
    const own = this.#answers.get(certificate.serialNumber.join()) ?? [];
    return [...(this.#base?.answersAbout(certificate) ?? []), ...own];
  }
}

/** A copy of what is there already, signature included, changes nothing. */
function push<T extends { readonly signedPart: Bytes; readonly signature: Bytes }>(
  map: Map<string, T[]>,
  key: string,
  value: T,
): void {
  const known = map.get(key) ?? [];
  const isCopy = (other: T): boolean =>
    equalBytes(other.signature, value.signature) && equalBytes(other.signedPart, value.signedPart);
  if (!known.some(isCopy)) known.push(value);
  map.set(key, known);
}
