import { CountersignError } from "../errors.js";
import { decodeUtf8 } from "./bytes.js";

/** The most that is read at once, in bytes. */
export const maxSshBytes: number = 64 * 1024;

/**
 * Reads values of the SSH wire format (RFC 4251 §5) one after the other.
 *
 * Strict: nothing may be missing, numbers are not negative and in their shortest form, text is UTF-8, and {@link SshReader.end}
 * refuses whatever is left. Each method throws CountersignError `ERR_SSH_MALFORMED`.
 */
export class SshReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  /** @throws CountersignError `ERR_SSH_MALFORMED` past {@link maxSshBytes} */
  constructor(bytes: Uint8Array) {
    if (bytes.length > maxSshBytes) throw malformed(`at most ${maxSshBytes} bytes`);
    this.#bytes = bytes;
  }

  /** So many bytes as they are. */
  take(length: number): Uint8Array {
    const end = this.#offset + length;
    if (end > this.#bytes.length) throw malformed("a length that fits");
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  /** `byte`. */
  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  /** `uint32`. */
  uint32(): number {
    return this.take(4).reduce((number, byte) => number * 256 + byte, 0);
  }

  /** `string`: bytes behind their length. */
  string(): Uint8Array {
    return this.take(this.uint32());
  }

  /** `string` that holds text in UTF-8. */
  text(): string {
    const text = decodeUtf8(this.string());
    if (text === undefined) throw malformed("text in UTF-8");
    return text;
  }

  /** `mpint` that is not negative: big-endian without leading zeros, no byte at all for 0. */
  unsignedInteger(): Uint8Array {
    const number = this.string();
    const [first = 0, second = 0] = number;
    if (first >= 0x80) throw malformed("no negative number");
    if (number.length > 0 && first === 0 && second < 0x80) throw malformed("a number in its shortest form");
    return first === 0 ? number.subarray(1) : number;
  }

  /** Checks that nothing is left. */
  end(): void {
    if (this.#offset !== this.#bytes.length) throw malformed("nothing behind the last value");
  }
}

function malformed(expected: string): CountersignError {
  return new CountersignError("ERR_SSH_MALFORMED", `expected SSH data with ${expected}`);
}
