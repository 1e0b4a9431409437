import { type Bytes, equalBytes } from "../../encoding/bytes.js";
import type { Certificate } from "./certificate.js";
import { type OcspAnswer, readOcspAnswer } from "./ocsp-answer.js";
import { type RevocationList, readRevocationList } from "./revocation-list.js";

/** What speaks about revocation, in DER. */
export interface RevocationData {
  readonly lists?: readonly Uint8Array[];
  readonly answers?: readonly Uint8Array[];
}

/** Revocation lists and OCSP answers: read, not verified. Who signed them is found out when they are used. */
export class RevocationEvidence {
  readonly #lists = new Map<string, RevocationList[]>();
  readonly #answers = new Map<string, OcspAnswer[]>();

  readonly #base: RevocationEvidence | undefined;

  /**
   * @param base more evidence: stands for itself, so that what a stranger sent along can be put beside it for one signature
   * @throws CountersignError `ERR_DER_MALFORMED` for data that is neither
   */
  constructor({ lists = [], answers = [] }: RevocationData = {}, base?: RevocationEvidence) {
    this.#base = base;
    for (const list of lists) this.addList(list);
    for (const answer of answers) this.addAnswer(answer);
  }

  /** @param der at most 4 MiB @throws CountersignError `ERR_DER_MALFORMED` */
  addList(der: Uint8Array): RevocationList {
    const list = readRevocationList(der);
    push(this.#lists, list.issuer.comparable, list);
    return list;
  }

  /** @param der at most 64 KiB @throws CountersignError `ERR_DER_MALFORMED` */
  addAnswer(der: Uint8Array): OcspAnswer {
    const answer = readOcspAnswer(der);
    for (const serial of new Set(answer.statuses.map(({ serialNumber }) => serialNumber.join()))) {
      push(this.#answers, serial, answer);
    }
    return answer;
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
