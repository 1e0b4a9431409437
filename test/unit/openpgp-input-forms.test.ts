import { describe, expect, it } from "vitest";
import { openpgp, openpgpSigner } from "../../src/algorithms/openpgp/index.js";
import { utf8 } from "../../src/encoding/bytes.js";
import { CountersignError } from "../../src/errors.js";
import { armored, makeKey, makeValue, now, primaryPackets } from "../support/openpgp.js";
import { object } from "../support/openpgp-judge.js";

const alice = makeKey();
const certificate = primaryPackets(alice);
const armor = armored("PUBLIC KEY BLOCK", certificate);
const input = { object, key: alice.fingerprint, value: makeValue(alice, object), now: now * 1000 };

function utf16(text: string, isBigEndian: boolean): Uint8Array {
  const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
  return new Uint8Array(isBigEndian ? bytes.swap16() : bytes);
}

describe("key files as editors and shells of Windows write them", () => {
  const base64 = Buffer.from(certificate).toString("base64");
  const forms: [string, string | Uint8Array][] = [
    ["UTF-8 with a byte order mark", utf8(`\ufeff${armor}`)],
    ["a text with a byte order mark", `\ufeff${armor}`],
    ["UTF-16", utf16(armor, false)],
    ["UTF-16, big end first", utf16(armor, true)],
    ["base64 in UTF-8 with a byte order mark", utf8(`\ufeff${base64}`)],
    ["base64 in UTF-16", utf16(base64, false)],
  ];
  for (const [name, keys] of forms) {
    it(`are read: ${name}`, async () => {
      expect((await openpgp({ keys }).verify(input)).code).toBe("valid");
      const algorithm = openpgp();
      expect(await algorithm.importKeys(keys)).toMatchObject([{ status: "imported" }]);
      const resolver = async (): Promise<string | Uint8Array> => keys;
      expect((await openpgp({ resolver }).verify(input)).code).toBe("valid");
    });
  }
});

describe("misuse that a type checker would have caught", () => {
  const wrong = [null, undefined, 5, true, {}, [], certificate.buffer];
  const outcome = async (work: () => unknown): Promise<unknown> => {
    try {
      return await work();
    } catch (error) {
      return error;
    }
  };

  it("throws a CountersignError with a code", async () => {
    const cases: [string, () => unknown, string][] = [
      ["openpgp(null)", () => openpgp(null as never), "ERR_OPTION_INVALID"],
      ["openpgp(5)", () => openpgp(5 as never), "ERR_OPTION_INVALID"],
      ["keys: null", () => openpgp({ keys: null as never }), "ERR_OPTION_INVALID"],
      ["openpgpSigner(…, null)", () => openpgpSigner({ key: "x" }, null as never), "ERR_OPTION_INVALID"],
    ];
    for (const value of wrong) {
      const name = String(value);
      cases.push([`keys: [${name}]`, () => openpgp({ keys: [value] as never }), "ERR_ALGORITHM_KEYS"]);
      cases.push([`importKeys(${name})`, () => openpgp().importKeys(value as never), "ERR_ALGORITHM_KEYS"]);
      const now = 1;
      cases.push([
        `accept(${name})`,
        () => openpgp().accept({ object, output: value as never, now }),
        "ERR_ACCEPT_MALFORMED",
      ]);
      cases.push([`openpgpSigner(${name})`, () => openpgpSigner(value as never), "ERR_ALGORITHM_KEYS"]);
      cases.push([
        `openpgpSigner({ key: ${name} })`,
        () => openpgpSigner({ key: value } as never),
        "ERR_ALGORITHM_KEYS",
      ]);
    }
    for (const [name, work, code] of cases) {
      const error = await outcome(work);
      expect(error, name).toBeInstanceOf(CountersignError);
      expect(error, name).toMatchObject({ code });
    }
  });
});

describe("names in reports", () => {
  const name = "Bob\u202e moc.elpmaxe@ecila\u2066\u0000\r\n\u001b[31m\u0085\u2028\u200f\u061c <b@x>";
  const shown = "Bob\ufffd moc.elpmaxe@ecila\ufffd\ufffd\ufffd\ufffd\ufffd[31m\ufffd\ufffd\ufffd\ufffd <b@x>";

  it("hold no character that turns or breaks the text around them", async () => {
    const keys = primaryPackets(alice, { userIds: [name] });
    const algorithm = openpgp();
    expect(await algorithm.importKeys(keys)).toMatchObject([{ names: [shown] }]);
    expect((await algorithm.verify(input)).signer?.names).toEqual([shown]);
  });

  it("keep every other script as it is", async () => {
    const names = ["José 山田 <j@example.org>", "أحمد", "👩‍🚀 Ada"];
    const algorithm = openpgp({ keys: primaryPackets(alice, { userIds: names }) });
    expect((await algorithm.verify(input)).signer?.names.toSorted()).toEqual(names.toSorted());
  });
});
