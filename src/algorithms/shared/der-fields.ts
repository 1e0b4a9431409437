import { type DerValue, derMembers, derObjectIdentifierText } from "../../encoding/der-reader.js";
import { CountersignError } from "../../errors.js";
import { tag } from "./der-tags.js";

/**
 * The members of a SEQUENCE (or of a value with an implicit tag in its place), taken one after the other.
 *
 * Whoever has taken all that a type knows calls {@link DerFields.end}: a member that nobody expects is an error, never
 * skipped.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`, from every method
 */
export class DerFields {
  readonly #members: readonly DerValue[];
  #next = 0;

  /** @param expected the tag that `value` must have; a SEQUENCE where absent */
  constructor(value: DerValue, expected: number = tag.sequence) {
    this.#members = membersOf(value, expected);
  }

  /** The next member, which must be there, with one of these tags; with any where none is given. */
  take(...expected: readonly number[]): DerValue {
    const member = this.#members[this.#next++];
    if (!member || (expected.length > 0 && !expected.includes(member.tag))) throw malformedDer("another member");
    return member;
  }

  /** The next member if it has one of these tags. */
  optional(...expected: readonly number[]): DerValue | undefined {
    const member = this.#members[this.#next];
    return member && expected.includes(member.tag) ? this.take() : undefined;
  }

  /** All members that are left. */
  rest(): readonly DerValue[] {
    const members = this.#members.slice(this.#next);
    this.#next = this.#members.length;
    return members;
  }

  /** Makes sure that nothing is left. */
  end(): void {
    if (this.#next !== this.#members.length) throw malformedDer("no more members");
  }
}

/** The members of a value that must have this tag. @throws CountersignError `ERR_DER_MALFORMED` */
export function membersOf(value: DerValue, expected: number): DerValue[] {
  if (value.tag !== expected) throw malformedDer("another type");
  return derMembers(value);
}

/** As {@link membersOf}, where there must be at least one. @throws CountersignError `ERR_DER_MALFORMED` */
export function someMembersOf(value: DerValue, expected: number): DerValue[] {
  const members = membersOf(value, expected);
  if (members.length === 0) throw malformedDer("at least one member");
  return members;
}

/** The one value inside of an explicit tag. @throws CountersignError `ERR_DER_MALFORMED` */
export function insideOf(value: DerValue): DerValue {
  const [inside, ...others] = derMembers(value);
  if (!inside || others.length > 0) throw malformedDer("one value inside of a tag");
  return inside;
}

/** An OBJECT IDENTIFIER in dotted decimals. @throws CountersignError `ERR_DER_MALFORMED` */
export function oidOf(value: DerValue): string {
  return derObjectIdentifierText(value);
}

/**
 * A BOOLEAN, also one with an implicit tag in its place. A default that is spelled out passes: certificates in use spell it.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export function booleanOf({ contents }: DerValue): boolean {
  if (contents.length !== 1 || (contents[0] !== 0 && contents[0] !== 0xff)) throw malformedDer("true or false");
  return contents[0] === 0xff;
}

/**
 * A whole number from an INTEGER, ENUMERATED or an implicit tag in its place, at least 0 and at most 2^31 − 1; anything
 * larger is that.
 *
 * @throws CountersignError `ERR_DER_MALFORMED` for a negative one
 */
export function countOf({ contents }: DerValue): number {
  const [first, second] = contents;
  if (first === undefined || first >= 0x80) throw malformedDer("a number that is not negative");
  if (first === 0 && second !== undefined && second < 0x80) throw malformedDer("integers in their shortest form");
  const significant = contents.length > 1 && first === 0 ? contents.subarray(1) : contents;
  if (significant.length > 4) return largestCount;
  return Math.min(
    largestCount,
    significant.reduce((total, octet) => total * 256 + octet, 0),
  );
}

/** What {@link countOf} says for everything larger. */
export const largestCount: number = 2 ** 31 - 1;

/** The bytes of a BIT STRING of whole bytes. @throws CountersignError `ERR_DER_MALFORMED` */
export function wholeBytesOf({ contents }: DerValue): Uint8Array {
  if (contents[0] !== 0) throw malformedDer("a bit string of whole bytes");
  return contents.subarray(1);
}

/**
 * The numbers of the bits that are set in a BIT STRING with named bits, or in an implicit tag in its place. Zero bits at the end,
 * which DER leaves out, pass: certificates in use have them.
 *
 * @throws CountersignError `ERR_DER_MALFORMED`
 */
export function namedBitsOf({ contents }: DerValue): ReadonlySet<number> {
  const [unused, ...octets] = contents;
  const last = octets.at(-1) ?? 0;
  if (unused === undefined || unused > 7 || (octets.length === 0 && unused > 0)) throw malformedDer("a bit string");
  if ((last & ((1 << unused) - 1)) !== 0) throw malformedDer("unused bits of zero");
  const bits = new Set<number>();
  octets.forEach((octet, index) => {
    for (let bit = 0; bit < 8; bit++) if ((octet & (0x80 >> bit)) !== 0) bits.add(index * 8 + bit);
  });
  return bits;
}

/** The error for DER that is not what its type asks for. */
export function malformedDer(expected: string): CountersignError {
  return new CountersignError("ERR_DER_MALFORMED", `expected ${expected}`);
}
