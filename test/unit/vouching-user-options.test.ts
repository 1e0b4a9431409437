import { expect, it } from "vitest";
import { readVouchingUserOptions } from "../../src/client/vouching-user-options.js";

it("reads user IDs with keys and without, in copies", () => {
  const key = { usage: ["public-user"] };
  const users = readVouchingUserOptions(["@a:example.org", { userId: "@b:example.org", publicUserKeys: [key] }]);
  key.usage.push("master");
  expect([...users]).toEqual([
    ["@a:example.org", []],
    ["@b:example.org", [{ usage: ["public-user"] }]],
  ]);
});

it.each<[string, unknown]>([
  ["no list", "@a:example.org"],
  ["no user ID", ["a"]],
  ["null", [null]],
  ["a user without keys", [{ userId: "@a:example.org" }]],
  ["keys that are no objects", [{ userId: "@a:example.org", publicUserKeys: ["key"] }]],
  ["keys that are no data", [{ userId: "@a:example.org", publicUserKeys: [{ key: () => 1 }] }]],
  ["too many keys", [{ userId: "@a:example.org", publicUserKeys: Array(9).fill({}) }]],
  ["a user twice", ["@a:example.org", "@a:example.org"]],
  ["too many users", Array.from({ length: 101 }, (_, index) => `@${index}:example.org`)],
])("refuses %s", (_what, options) => {
  expect(() => readVouchingUserOptions(options as never)).toThrow(
    expect.objectContaining({ code: "ERR_OPTION_INVALID" }),
  );
});
