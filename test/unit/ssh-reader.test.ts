import { describe, expect, it } from "vitest";
import { utf8 } from "../../src/encoding/bytes.js";
import { maxSshBytes, SshReader } from "../../src/encoding/ssh-reader.js";
import { sshString } from "../../src/encoding/ssh-writer.js";

const malformed = expect.objectContaining({ code: "ERR_SSH_MALFORMED" });
const reader = (...bytes: number[]): SshReader => new SshReader(Uint8Array.from(bytes));

describe("SSH's wire format", () => {
  it("is read value by value", () => {
    const values = reader(7, 0, 0, 1, 2, 0, 0, 0, 2, 0x68, 0x69, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0x80, 1, 9);
    expect(values.byte()).toBe(7);
    expect(values.uint32()).toBe(258);
    expect(values.text()).toBe("hi");
    expect(values.string()).toHaveLength(0);
    expect([...values.unsignedInteger()]).toEqual([0x80, 1]);
    expect([...values.take(1)]).toEqual([9]);
    expect(values.end()).toBeUndefined();
    expect(reader(0xff, 0xff, 0xff, 0xff).uint32()).toBe(2 ** 32 - 1);
  });

  it("ends where it says, and nowhere before or behind", () => {
    expect(() => reader().byte()).toThrow(malformed);
    expect(() => reader(0, 0, 0).uint32()).toThrow(malformed);
    expect(() => reader(0, 0, 0, 2, 1).string()).toThrow(malformed);
    expect(() => reader(0xff, 0xff, 0xff, 0xff, 1).string()).toThrow(malformed);
    expect(() => reader(1).end()).toThrow(malformed);
  });

  it("holds numbers that are not negative, each in one form", () => {
    const number = (...bytes: number[]): number[] => [...reader(0, 0, 0, bytes.length, ...bytes).unsignedInteger()];
    expect(number()).toEqual([]);
    expect(number(0x7f)).toEqual([0x7f]);
    expect(number(0, 0xff)).toEqual([0xff]);
    for (const bytes of [[0], [0, 0], [0, 0x7f], [0, 0, 0x80], [0x80], [0xff, 1]]) {
      expect(() => number(...bytes)).toThrow(malformed);
    }
  });

  it("holds text in UTF-8", () => {
    expect(new SshReader(sshString(utf8("ä€"))).text()).toBe("ä€");
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80]]) {
      expect(() => new SshReader(sshString(Uint8Array.from(bytes))).text()).toThrow(malformed);
    }
  });

  it("is not read where there is too much of it", () => {
    expect(() => new SshReader(new Uint8Array(maxSshBytes))).not.toThrow();
    expect(() => new SshReader(new Uint8Array(maxSshBytes + 1))).toThrow(malformed);
  });
});

it("a string of several parts is written behind the length of all", () => {
  expect([...sshString(utf8("ab"), utf8(""), utf8("c"))]).toEqual([0, 0, 0, 3, 0x61, 0x62, 0x63]);
  expect([...sshString()]).toEqual([0, 0, 0, 0]);
});
