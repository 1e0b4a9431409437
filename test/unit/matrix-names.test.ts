import { describe, expect, it } from "vitest";
import { userIdOfMail } from "../../src/model/mail-address.js";
import { userIdOfMatrixUri } from "../../src/model/matrix-uri.js";

describe("a Matrix URI names", () => {
  it.each([
    ["matrix:u/alice:example.org", "@alice:example.org"],
    ["matrix:u/alice:example.org:8448", "@alice:example.org:8448"],
    ["matrix:u/Alice:Example.org", "@Alice:Example.org"],
    ["matrix:u/a%6cice:example.org", "@alice:example.org"],
    ["matrix:u/a%2Fb:example.org", "@a/b:example.org"],
    ["matrix:u/a%252Fb:example.org", "@a%2Fb:example.org"],
    ["matrix:u/%C3%A4:example.org", "@ä:example.org"],
    ["matrix:u/alice:[::1]:8448", "@alice:[::1]:8448"],
  ])("%s the user %s", (uri, userId) => expect(userIdOfMatrixUri(uri)).toBe(userId));

  it.each([
    "",
    "matrix:u/",
    "matrix:u/alice",
    "matrix:u/:example.org",
    "matrix:u/alice:",
    "Matrix:u/alice:example.org",
    "matrix:user/alice:example.org",
    "matrix:u/@alice:example.org/",
    "matrix://u/alice:example.org",
    "matrix:u/alice:example.org/",
    "matrix:u/alice:example.org?via=example.org",
    "matrix:u/alice:example.org#top",
    "matrix:u/alice:example.org\n",
    " matrix:u/alice:example.org",
    "matrix:u/al ice:example.org",
    "matrix:u/alice%:example.org",
    "matrix:u/alice%4:example.org",
    "matrix:u/alice%3Aevil.org:example.org",
    "matrix:u/alice%00:example.org",
    "matrix:u/alice:example.org%00",
    "matrix:u/%FF:example.org",
    "matrix:u/%C0%AF:example.org",
    "matrix:u/ä:example.org",
    // U+0161 has the octet of "a" at its end.
    "matrix:u/\u0161lice:example.org",
    `matrix:u/${"a".repeat(600)}:example.org`,
  ])("nobody: %j", (uri) => expect(userIdOfMatrixUri(uri)).toBeUndefined());
});

describe("an e-mail address maps to", () => {
  const servers = new Map([["example.org", "matrix.example.org:8448"]]);
  const mapped = (address: string): string | undefined => userIdOfMail(address, (domain) => servers.get(domain));

  it("the user of its local part on the server of its domain", () => {
    expect(mapped("alice@example.org")).toBe("@alice:matrix.example.org:8448");
    expect(mapped("a.b_c=d-e/f+g@example.org")).toBe("@a.b_c=d-e/f+g:matrix.example.org:8448");
  });

  it.each([
    "",
    "alice",
    "@example.org",
    "Alice@example.org",
    "alice@Example.org",
    "alice@example.org.",
    "alice@mail.example.org",
    "alice@evil.org",
    "alice@evil.org@example.org",
    '"alice"@example.org',
    "alice@example.org (mallory)",
    "<alice@example.org>",
    "alice@example.org\n",
    "al!ce@example.org",
    "älice@example.org",
    "alice:evil.org@example.org",
    `${"a".repeat(600)}@example.org`,
  ])("nobody: %j", (address) => expect(mapped(address)).toBeUndefined());
});
