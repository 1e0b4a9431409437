/**
 * One verified statement of a certificate about another's name: "this key belongs to this name", and perhaps "believe what it
 * says about others". Of a certificate about its own name (`issuer` and `target` are the same): it goes by that name.
 *
 * The mathematics, the forms and the times are verified by the algorithm; whether anybody should believe the issuer is not
 * looked at. Where a certificate carries several statements, each is one introduction.
 */
export interface Introduction {
  /** Algorithm identifier. */
  readonly algorithm: string;
  /** Of the introducing certificate, as `Signer.fingerprint` has it. */
  readonly issuer: string;
  /** `keyHash` of the primary key that signed it: SHA-256 of its SubjectPublicKeyInfo, lower-case hexadecimal. */
  readonly issuerKeyHash: string;
  /** Of the introduced certificate. */
  readonly target: string;
  /** `keyHash` of the introduced certificate's primary key. */
  readonly targetKeyHash: string;
  /** The certified user ID, word for word: not cleaned for display, so compare it and never show it as it is. */
  readonly name: string;
  /** How many introductions further the target may make: 0 a plain certification, 255 any number (RFC 9580 §5.2.3.21). */
  readonly depth: number;
  /** How much the issuer believes it, 1 to 255; 120 is full. */
  readonly amount: number;
  /**
   * The domains of whose names alone the target may introduce others; absent: of whomever; empty: of nobody, as where a
   * regular expression is not of the one form that is read.
   */
  readonly domains?: readonly string[];
  /** When it was made, milliseconds since 1970. */
  readonly createdAt: number;
  /** From when on it counts. */
  readonly validFrom: number;
  /** Until when, not included: the first of its own expiry and of what ends the issuer's key, the target's key and the name. */
  readonly validUntil?: number;
}
