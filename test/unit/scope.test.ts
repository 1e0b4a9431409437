import { describe, expect, it } from "vitest";
import type { AnchorScope } from "../../src/model/trust-anchor.js";
import { askScope, readScope } from "../../src/trust/anchors/scope.js";

const alice = "@alice:example.org";

function holds(scope: AnchorScope, userId: string): boolean {
  return askScope(readScope(scope), userId, "identity").in;
}

describe("a scope", () => {
  it.each([
    ["@alice:example.org", true],
    ["@alice:example.org:8448", false],
    ["@alice:example.org.evil", false],
    ["@Alice:example.org", false],
    ["@alice:example.\u043erg", false],
    ["alice:example.org", false],
    ["__proto__", false],
  ])("of one user holds exactly that one: %s", (userId, expected) => {
    expect(holds({ users: [alice] }, userId)).toBe(expected);
  });

  it.each([
    ["@bob:example.org", true],
    ["@bob:example.org:8448", false],
    ["@bob:evil.example.org", false],
    ["@bob:x:example.org", false],
    ["@bob:EXAMPLE.org", false],
    ["@bob:example.org.evil", false],
    ["@bob:example.org ", false],
    ["@bob:\u0435xample.org", false],
    ["@bob:example.org\n", false],
  ])("of a server holds everybody of exactly that one: %s", (userId, expected) => {
    expect(holds({ servers: ["example.org"] }, userId)).toBe(expected);
    expect(holds({ users: ["@*:example.org"] }, userId)).toBe(expected);
  });

  it.each([
    ["@*:*.example.org", "@bob:a.example.org", true],
    ["@*:*.example.org", "@bob:a.b.example.org", true],
    ["@*:*.example.org", "@bob:example.org", false],
    ["@*:*.example.org", "@bob:evilexample.org", false],
    ["@*:*.example.org", "@bob:.example.org", false],
    ["@*:*.example.org", "@bob:evil.com/x.example.org", false],
    ["@*:*.example.org", "@bob:evil.com:80.example.org", false],
    ["@*:*.example.org", "@bob:a.example.org:8448", false],
    ["@*:*", "@bob:anywhere.example:8448", true],
    ["@bot-*:example.org", "@bot-1:example.org", true],
    ["@bot-*:example.org", "@robot-1:example.org", false],
    ["@*-bot:example.org", "@a-bot:example.org", true],
    ["@a*a:example.org", "@a:example.org", false],
    ["@a*a:example.org", "@aa:example.org", true],
    ["@*:[2001:db8::1]:8448", "@bob:[2001:db8::1]:8448", true],
    ["@.*:example.org", "@bob:example.org", false],
  ])("with %s, asked about %s: %s", (pattern, userId, expected) => {
    expect(holds({ users: [pattern] }, userId)).toBe(expected);
  });

  it("never holds what it excepts, however long the allow", () => {
    const scope = { users: [alice, "@*:example.org"], except: ["@a*:example.org"] };
    expect(askScope(readScope(scope), alice, "identity")).toEqual({ in: false, code: "excepted" });
    expect(holds(scope, "@bob:example.org")).toBe(true);
  });

  it("takes the options of the longest allow, in whatever order they stand", () => {
    const users = [
      { users: "@*:example.org", amount: 40 },
      { users: alice, purposes: ["introduce" as const] },
    ];
    for (const order of [users, [...users].reverse()]) {
      const scope = readScope({ users: order });
      expect(askScope(scope, "@bob:example.org", "identity")).toMatchObject({ in: true, amount: 40 });
      expect(askScope(scope, alice, "identity")).toMatchObject({ in: false });
      expect(askScope(scope, alice, "introduce")).toMatchObject({ in: true, pattern: alice });
    }
  });

  it("is nobody where it is empty", () => {
    expect(holds({}, alice)).toBe(false);
  });

  it.each<[string, object | null]>([
    ["a member that is not understood", { servers: ["example.org"], deny: [] }],
    ["no object", null],
    ["users that are no list", { users: alice }],
    ["a pattern for servers", { servers: ["*.example.org"] }],
    ["a server that is a user", { servers: ["@a:example.org"] }],
    ["a user that is a server", { users: ["example.org"] }],
    ["two wildcards in a local part", { users: ["@*a*:example.org"] }],
    ["a question mark", { users: ["@a?:example.org"] }],
    ["a wildcard inside a server", { users: ["@a:ex*mple.org"] }],
    ["a wildcard with a port", { users: ["@*:*.example.org:8448"] }],
    ["a server of other letters", { users: ["@*:ex\u0430mple.org"] }],
    ["one pattern twice", { users: ["@*:example.org"], servers: ["example.org"] }],
    ["an unknown purpose", { users: [alice], purposes: ["everything"] }],
    ["an amount beyond full trust", { users: [{ users: alice, amount: 121 }] }],
  ])("is refused with %s", (_what, scope) => {
    expect(() => readScope(scope as AnchorScope)).toThrow(expect.objectContaining({ code: "ERR_ANCHOR_INVALID" }));
  });
});
