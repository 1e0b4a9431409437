import { describe, expect, it } from "vitest";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import { looksPem, readPem } from "../../src/encoding/pem.js";

const limits = { maxLength: 1000, maxBlocks: 2 };
const block = (label: string, ...lines: string[]): string =>
  [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
const read = (text: string): { texts: unknown[]; hasOtherText: boolean } => {
  const { blocks, hasOtherText } = readPem(text, limits);
  return { texts: blocks.map(({ label, bytes }) => `${label}: ${decodeUtf8(bytes)}`), hasOtherText };
};

describe("PEM", () => {
  it("is read block by block, whatever the lines are like", () => {
    const hello = block("SSH SIGNATURE", "aGVs", "bG8=");
    for (const text of [hello, hello.replaceAll("\n", "\r\n"), hello.replaceAll("\n", "\r"), `\n\n  ${hello}\n`]) {
      expect(read(text)).toEqual({ texts: ["SSH SIGNATURE: hello"], hasOtherText: false });
    }
    expect(read(block("A", "aGk") + block("B"))).toEqual({ texts: ["A: hi", "B: "], hasOtherText: false });
    expect(read(`Bag Attributes\n${block("A", "aGk")}`)).toEqual({ texts: ["A: hi"], hasOtherText: true });
    expect(read("no block")).toEqual({ texts: [], hasOtherText: true });
    expect(read("")).toEqual({ texts: [], hasOtherText: false });
  });

  it("is refused where a block does not end, or holds anything but base64", () => {
    const malformed = expect.objectContaining({ code: "ERR_ARMOR_MALFORMED" });
    for (const text of [
      "-----BEGIN A-----\naGk",
      "-----BEGIN A-----\naGk\n-----END B-----",
      "-----END A-----\n-----BEGIN A-----\naGk",
      block("A", "Proc-Type: 4,ENCRYPTED", "", "aGk"),
      block("A", "a-_k"),
      block("A", "aGl"),
      `-----BEGIN A-----\n${block("A", "aGk")}`,
    ]) {
      expect(() => read(text)).toThrow(malformed);
    }
  });

  it("is refused where there is too much of it", () => {
    const limit = expect.objectContaining({ code: "ERR_ARMOR_LIMIT" });
    expect(() => read("x".repeat(1001))).toThrow(limit);
    expect(() => read(block("A").repeat(3))).toThrow(limit);
  });

  it("holds private keys that are never decoded", () => {
    for (const label of ["PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"]) {
      expect(read(block(label, "Proc-Type: 4,ENCRYPTED", "aGk"))).toEqual({
        texts: [`${label}: `],
        hasOtherText: false,
      });
    }
  });

  it("is recognised by its beginning", () => {
    expect(looksPem(`x ${block("A")}`)).toBe(true);
    expect(looksPem("aGVsbG8")).toBe(false);
  });
});
