import { decodeUtf8 } from "../../encoding/bytes.js";
import type { ParsedSignature } from "./signature-packet.js";

/** What a certification says beyond the name. */
export interface TrustStatement {
  /** 0: nothing about others; 255: any number of levels. */
  readonly depth: number;
  /** 0 to 255; 120 is full. */
  readonly amount: number;
  /** Absent: of whomever; empty: of nobody. */
  readonly domains?: readonly string[];
}

const fullAmount = 120;
/** The one form that says what it means without a regular-expression engine; GnuPG and Sequoia write it. */
const domainForm = /^<\[\^>\]\+\[@\.\]((?:[A-Za-z0-9-]|\\[.-])+)>\$$/;
const domain = /^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*$/;

/**
 * Reads a certification as a trust signature (RFC 9580 §5.2.3.21, §5.2.3.22); without those subpackets it is a full one of
 * depth 0.
 *
 * Of several regular expressions one is enough. One that is not of the form `<[^>]+[@.]domain>$`, its dots escaped, allows nobody.
 *
 * @returns `undefined` for a trust subpacket that is malformed
 */
export function readTrust({ trust, regularExpressions }: ParsedSignature): TrustStatement | undefined {
  if (trust !== undefined && trust.length !== 2) return undefined;
  const [depth = 0, amount = fullAmount] = trust ?? [];
  const domains = regularExpressions.flatMap(domainOf);
  return { depth, amount, ...(regularExpressions.length > 0 && { domains }) };
}

/** The domain that a regular-expression subpacket ends in; none unless it is of the one form, with a zero at its end. */
function domainOf(body: Uint8Array): string[] {
  if (body.at(-1) !== 0) return [];
  const escaped = domainForm.exec(decodeUtf8(body.subarray(0, -1)) ?? "")?.[1];
  const name = escaped?.replace(/\\/g, "");
  return name !== undefined && domain.test(name) ? [name] : [];
}
