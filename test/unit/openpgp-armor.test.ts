import { describe, expect, it } from "vitest";
import { joinBlocks, looksArmored, readArmor, readWrappedBase64 } from "../../src/encoding/armor.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { armored } from "../support/openpgp.js";

const limits = { maxLength: 10_000, maxBlocks: 4 };
const bytes = utf8("a signature that is longer than one line of sixty-four characters");
const armor = armored("SIGNATURE", bytes);

describe("ASCII armor", () => {
  it("reads what was written", () => {
    for (const length of [0, 1, 2, 3, 48, 49, 1000]) {
      const block = { label: "SIGNATURE", bytes: new Uint8Array(length).fill(length) };
      expect(readArmor(armored(block.label, block.bytes), limits)).toEqual({ blocks: [block], hasOtherText: false });
    }
  });

  it("is read with any line ends, indentation, headers, blank lines and a checksum", () => {
    const withHeaders = armor
      .replace("\n\n", "\nVersion: GnuPG v2\nComment:\n\n")
      .replace("-----END", "=AbC+\n-----END");
    const variants = [
      withHeaders,
      withHeaders.replaceAll("\n", "\r\n"),
      withHeaders.replaceAll("\n", "\r"),
      withHeaders.replaceAll("\n", "\n    "),
      withHeaders.replaceAll("\n", " \t\n"),
      `\n\n${withHeaders}\n\n`,
      armor.replace("\n\n", "\n"),
    ];
    for (const text of variants) {
      expect(readArmor(text, limits)).toEqual({ blocks: [{ label: "SIGNATURE", bytes }], hasOtherText: false });
    }
  });

  it("is found among other text, every block of it", () => {
    const key = armored("PUBLIC KEY BLOCK", utf8("key"));
    const { blocks, hasOtherText } = readArmor(`gpg: using key\n${armor}\nand\n${key}${key}bye`, limits);
    expect(hasOtherText).toBe(true);
    expect(blocks.map((block) => block.label)).toEqual(["SIGNATURE", "PUBLIC KEY BLOCK", "PUBLIC KEY BLOCK"]);
    expect(joinBlocks(blocks, "PUBLIC KEY BLOCK")).toEqual(utf8("keykey"));
  });

  it("does not decode private keys, nor the text of a cleartext message", () => {
    const secret = armored("PRIVATE KEY BLOCK", bytes);
    expect(readArmor(secret, limits).blocks).toEqual([{ label: "PRIVATE KEY BLOCK", bytes: new Uint8Array() }]);
    const clear = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\ntext\n${armor}`;
    expect(readArmor(clear, limits).blocks.map((block) => block.label)).toEqual(["SIGNED MESSAGE", "SIGNATURE"]);
  });

  it("is malformed without an end, with another end, with another beginning inside, or with no base64", () => {
    const malformed = [
      armor.replace(/-----END.*/s, ""),
      armor.replace("END PGP SIGNATURE", "END PGP MESSAGE"),
      armor.replace("-----END", "-----BEGIN PGP SIGNATURE-----\n-----END"),
      armor.replace("\n\n", "\n\n!!!!\n"),
      armor.replace("\n\n", "\n\nA\n"),
      armor.replace("\n\n", "\n\n=AbC+\n"),
    ];
    for (const text of malformed) {
      expect(() => readArmor(text, limits)).toThrow(expect.objectContaining({ code: "ERR_ARMOR_MALFORMED" }));
    }
  });

  it("is not read past the limits", () => {
    const tooMuch = { code: "ERR_ARMOR_LIMIT" };
    expect(() => readArmor("x".repeat(10_001), limits)).toThrow(expect.objectContaining(tooMuch));
    expect(() => readArmor(armor.repeat(5), limits)).toThrow(expect.objectContaining(tooMuch));
    expect(readArmor(armor.repeat(4), limits).blocks).toHaveLength(4);
  });

  it("takes nothing for a block that only looks like one", () => {
    for (const text of [
      "-----BEGIN CERTIFICATE-----",
      "-----BEGIN PGP -----",
      "- -----BEGIN PGP SIGNATURE-----",
      "a-----BEGIN PGP X-----",
    ]) {
      expect(readArmor(text, limits)).toEqual({ blocks: [], hasOtherText: true });
    }
    expect(looksArmored("nothing")).toBe(false);
  });

  it("in bare base64 may be wrapped", () => {
    expect(readWrappedBase64(" YSBz\r\n aWdu\n\tYXR1cmU=\n")).toEqual(utf8("a signature"));
    expect(() => readWrappedBase64("a-b_")).toThrow(expect.objectContaining({ code: "ERR_BASE64_MALFORMED" }));
  });
});
