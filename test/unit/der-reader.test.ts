import { describe, expect, it } from "vitest";
import {
  type DerValue,
  derMembers,
  derObjectIdentifierText,
  maxDerBytes,
  maxDerDepth,
  readDer,
} from "../../src/encoding/der-reader.js";
import {
  derNull,
  derObjectIdentifier,
  derSequence,
  derUnsignedInteger,
  derValue,
} from "../../src/encoding/der-writer.js";

const malformed = expect.objectContaining({ code: "ERR_DER_MALFORMED" });

describe("reading DER", () => {
  it.each([0, 1, 0x7f, 0x80, 0xff, 0x100, 0xfff0])("reads what the writer wrote: %i bytes", (length) => {
    const contents = new Uint8Array(length).fill(7);
    const encoded = derValue(0x04, contents);
    const value = readDer(encoded);
    expect(value).toMatchObject({ tag: 0x04, depth: 1 });
    expect([Buffer.compare(value.contents, contents), Buffer.compare(value.encoded, encoded)]).toEqual([0, 0]);
  });

  it("gives the members of a value in their order", () => {
    const members = derMembers(readDer(derSequence(derUnsignedInteger(Uint8Array.of(5)), derNull(), derSequence())));
    expect(members.map(({ tag, depth }) => [tag, depth])).toEqual([
      [0x02, 2],
      [0x05, 2],
      [0x30, 2],
    ]);
    expect(derMembers(members[2] as DerValue)).toEqual([]);
  });

  it.each<[string, number[]]>([
    ["nothing", []],
    ["a tag alone", [0x30]],
    ["two values", [0x05, 0, 0x05, 0]],
    ["a length past the end", [0x04, 2, 1]],
    ["a long length past the end", [0x04, 0x81, 0x80, 1]],
    ["a length that is cut off", [0x04, 0x82, 1]],
    ["the indefinite length of BER", [0x30, 0x80, 0x05, 0, 0, 0]],
    ["a long length where a short one would do", [0x04, 0x81, 1, 7]],
    ["a length with a leading zero", [0x04, 0x82, 0, 0x80, ...new Array<number>(0x80).fill(7)]],
    ["a length of four octets", [0x04, 0x84, 0, 0, 0, 1, 7]],
    ["a tag number of 31 or more", [0x1f, 0x1f, 1, 7]],
  ])("refuses %s", (_what, bytes) => {
    expect(() => readDer(Uint8Array.from(bytes))).toThrow(malformed);
  });

  it("refuses more than its limit unread", () => {
    const fits = derValue(0x04, new Uint8Array(maxDerBytes - 5));
    expect(readDer(fits).contents).toHaveLength(maxDerBytes - 5);
    expect(() => readDer(new Uint8Array(maxDerBytes + 1))).toThrow(malformed);
  });

  it("refuses to look into a primitive value", () => {
    expect(() => derMembers(readDer(derValue(0x04, derNull())))).toThrow(malformed);
  });

  it("refuses to go deeper than its limit", () => {
    let bytes = derNull();
    for (let level = 1; level < maxDerDepth + 1; level++) bytes = derSequence(bytes);
    let value: DerValue | undefined = readDer(bytes);
    for (let level = 1; level < maxDerDepth; level++) value = derMembers(value as DerValue)[0];
    expect(value?.depth).toBe(maxDerDepth);
    expect(() => derMembers(value as DerValue)).toThrow(malformed);
  });
});

describe("reading an object identifier", () => {
  it.each([
    ["2.5.29.14", [0x55, 0x1d, 0x0e]],
    ["1.2.840.113549.1.7.2", [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]],
    ["0.9.2342", [0x09, 0x92, 0x26]],
    ["2.999.3", [0x88, 0x37, 0x03]],
  ])("reads %s", (text, contents) => {
    expect(derObjectIdentifierText(readDer(derObjectIdentifier(Uint8Array.from(contents))))).toBe(text);
  });

  it.each<[string, Uint8Array]>([
    ["another tag", derNull()],
    ["an empty one", derObjectIdentifier(new Uint8Array())],
    ["a number that does not end", derObjectIdentifier(Uint8Array.of(0x2a, 0x86))],
    ["a number with a leading zero", derObjectIdentifier(Uint8Array.of(0x2a, 0x80, 0x01))],
    ["a number past 2^53", derObjectIdentifier(Uint8Array.of(0x2a, ...new Array<number>(8).fill(0xff), 0x7f))],
  ])("refuses %s", (_what, bytes) => {
    expect(() => derObjectIdentifierText(readDer(bytes))).toThrow(malformed);
  });
});
