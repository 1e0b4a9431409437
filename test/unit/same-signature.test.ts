import { describe, expect, it } from "vitest";
import type { SignatureValue } from "../../src/model/external-signature.js";
import { sameSignature, signatureIdentity } from "../../src/model/same-signature.js";

const signature = (value: SignatureValue, keyId = "custom:org.example:1") => ({ userId: "@a:b", keyId, value });

describe("two signatures", () => {
  it.each<[string, SignatureValue, SignatureValue, boolean]>([
    ["in two alphabets of base64", "-_8", "+/8", true],
    ["with and without padding", "+/8=", "+/8", true],
    ["with other bytes", "+/8", "+/4", false],
    ["with other text that is no base64", "no base64", "no base64!", false],
    ["with the same text that is no base64", "no base64", "no base64", true],
    ["with stray bits, which are no base64", "+/9", "+/8", false],
    ["with one object in another order", { a: 1, b: "c" }, { b: "c", a: 1 }, true],
    ["with an object and its text", { a: 1 }, '{"a":1}', false],
    ["with one object without canonical JSON", { a: 1.5 }, { a: 1.5 }, false],
  ])("%s: are they one?", (_what, one, other, isSame) => {
    expect(sameSignature(signature(one), signature(other))).toBe(isSame);
    const identity = signatureIdentity(signature(one));
    expect(identity !== undefined && identity === signatureIdentity(signature(other))).toBe(isSame);
  });

  it("under two key IDs are two", () => {
    const [one, other] = [signature("+/8"), signature("+/8", "custom:org.example:2")];
    expect(sameSignature(one, other)).toBe(false);
    expect(signatureIdentity(one)).not.toBe(signatureIdentity(other));
  });
});
