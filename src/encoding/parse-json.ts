import { CountersignError } from "../errors.js";
import { maxJsonDepth } from "./canonical-json.js";
import type { JsonObject } from "./json-object.js";

const whiteSpace = /[ \t\n\r]*/y;
const quoted = /"[^"\\]*(?:\\.[^"\\]*)*"/sy;
const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const literal = /true|false|null/y;

/**
 * Parses JSON whose canonical form is beyond doubt: a duplicate key, a fraction, an exponent or an integer that a double
 * cannot hold is an error.
 *
 * Own code because `JSON.parse` keeps the last of two equal keys and rounds numbers without a word, so that two readers can
 * see two objects in one text. Lone surrogates written as escapes are left to `canonicalJson` to refuse.
 *
 * @param text at most `maxChars` UTF-16 units
 * @returns plain data; a key `__proto__` is an ordinary own property
 * @throws CountersignError `ERR_JSON_SYNTAX` (no JSON, duplicate key), `ERR_JSON_VALUE` (a number that is no exact integer),
 *   `ERR_JSON_LIMIT` (longer than `maxChars`, deeper than `maxJsonDepth`)
 */
export function parseJson(text: string, maxChars: number = 1 << 20): unknown {
  if (text.length > maxChars) throw new CountersignError("ERR_JSON_LIMIT", `expected at most ${maxChars} characters`);
  const reader = new Reader(text);
  const value = reader.value(0);
  reader.end();
  return value;
}

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
    this.#take(whiteSpace);
  }

  value(depth: number): unknown {
    const start = this.#text[this.#position];
    if (start === '"') return this.#string();
    if (start === "{" || start === "[") {
      if (depth === maxJsonDepth)
        throw new CountersignError("ERR_JSON_LIMIT", `expected at most ${maxJsonDepth} levels`);
      return start === "{" ? this.#object(depth + 1) : this.#array(depth + 1);
    }
    const word = this.#take(literal);
    if (word) return word === "null" ? null : word === "true";
    return this.#number();
  }

  end(): void {
    if (this.#position !== this.#text.length) throw syntax(this.#position);
  }

  #object(depth: number): JsonObject {
    const members: JsonObject = {};
    this.#list("{", "}", () => {
      const key = this.#string();
      if (Object.hasOwn(members, key))
        throw new CountersignError("ERR_JSON_SYNTAX", "expected each key once, got one twice");
      this.#expect(":");
      const value = this.value(depth);
      Object.defineProperty(members, key, { value, writable: true, enumerable: true, configurable: true });
    });
    return members;
  }

  #array(depth: number): unknown[] {
    const items: unknown[] = [];
    this.#list("[", "]", () => items.push(this.value(depth)));
    return items;
  }

  #list(open: string, close: string, readItem: () => void): void {
    this.#expect(open);
    if (this.#text[this.#position] !== close) {
      readItem();
      while (this.#text[this.#position] === ",") {
        this.#expect(",");
        readItem();
      }
    }
    this.#expect(close);
  }

  #string(): string {
    const start = this.#position;
    try {
      return JSON.parse(this.#take(quoted) ?? "") as string;
    } catch {
      throw syntax(start);
    }
  }

  #number(): number {
    const start = this.#position;
    const text = this.#take(number);
    if (!text) throw syntax(start);
    const value = Number(text);
    if (!Number.isSafeInteger(value) || text !== String(value)) {
      throw new CountersignError("ERR_JSON_VALUE", "expected an exact integer, got another number");
    }
    return value;
  }

  #expect(mark: string): void {
    if (this.#text[this.#position] !== mark) throw syntax(this.#position);
    this.#position += 1;
    this.#take(whiteSpace);
  }

  /** What `pattern` matches here, the white space behind it skipped; `undefined` where it matches nothing. */
  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text)?.[0];
    if (match === undefined) return undefined;
    this.#position += match.length;
    if (pattern !== whiteSpace) this.#take(whiteSpace);
    return match;
  }
}

function syntax(position: number): CountersignError {
  return new CountersignError("ERR_JSON_SYNTAX", `expected JSON, got something else at character ${position}`);
}
