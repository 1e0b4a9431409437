import { allowedSigners } from "matrix-countersign/sshsig";
import { describe, expect, it } from "vitest";
import { makeSshKey } from "../support/ssh.js";

const key = makeSshKey();
const other = makeSshKey();
const weak = makeSshKey("rsa1024");
const read = (text: string) => allowedSigners(text.replaceAll("KEY", key.line).replaceAll("OTHER", other.line));
const namesOf = async (text: string): Promise<unknown> => (await read(text)).keys.map(({ names }) => names);
const reasons = async (text: string): Promise<unknown> => (await read(text)).skipped.map(({ reason }) => reason);

describe("an allowed_signers file names", () => {
  it("every key once, by its fingerprint, with the names of all its lines", async () => {
    const text = "@alice:example.org KEY\n\n# Bob\r\nbob@example.org OTHER comment\nmatrix:u/al%2Fice:example.org KEY";
    expect(await read(text)).toEqual({
      keys: [
        { key: key.fingerprint, names: ["@alice:example.org", "matrix:u/al%2Fice:example.org"] },
        { key: other.fingerprint, names: ["bob@example.org"] },
      ],
      skipped: [],
    });
  });

  it("as bytes what it names as text, and nobody where it is empty", async () => {
    const text = `"@alice:example.org,alice@example.org" ${key.line}\n`;
    expect(await allowedSigners(new TextEncoder().encode(text))).toEqual(await allowedSigners(text));
    expect(await read("")).toEqual({ keys: [], skipped: [] });
  });

  it.each([
    ["alice,@alice:example.org KEY", ["@alice:example.org"]],
    ["*@example.org,alice@example.org KEY", ["alice@example.org"]],
    ["@*:example.org,@alice:example.org KEY", ["@alice:example.org"]],
    ["!bob@example.org,alice@example.org KEY", ["alice@example.org"]],
    ["alice@example.org,!*@evil.org KEY", ["alice@example.org"]],
    ['alice@example.org namespaces="git,msc2961@*" KEY', ["alice@example.org"]],
  ])("exact principals alone: %s", async (text, names) => expect(await namesOf(text)).toEqual([names]));

  it.each([
    ["*", "no-name"],
    ["@*:example.org", "no-name"],
    ["@alic?:example.org", "no-name"],
    ["!@alice:example.org", "no-name"],
    ["@alice:example.org,!@alice:example.org", "no-name"],
    ["@alice:example.org,!*", "no-name"],
    ["alice", "no-name"],
    ["Alice@example.org", "no-name"],
    ["matrix:u/alice:example.org?action=chat", "no-name"],
    ["@alice", "no-name"],
    ['@alice:example.org namespaces="git"', "namespaces"],
    ['@alice:example.org namespaces="*,!msc2961@matrix.org"', "namespaces"],
    ['@alice:example.org valid-after="20200101Z"', "times"],
    ['@alice:example.org valid-before="20990101Z"', "times"],
    ["@alice:example.org cert-authority", "cert-authority"],
    ["@alice:example.org no-touch-required", "options"],
    ['@alice:example.org valid-before="20260231Z"', "options"],
  ])("nobody: %s KEY (%s)", async (words, reason) => {
    expect(await read(`${words} KEY`)).toEqual({ keys: [], skipped: [{ line: 1, reason }] });
  });

  it("nobody by lines without a key that counts, and says which", async () => {
    expect(await reasons(`nonsense\nKEY\n@a:example.org ${weak.line}`)).toEqual([
      "malformed",
      "no-name",
      "weak-algorithm",
    ]);
    await expect(allowedSigners("-----BEGIN OPENSSH PRIVATE KEY-----")).rejects.toMatchObject({
      code: "ERR_ALGORITHM_KEYS",
    });
    await expect(allowedSigners(7 as unknown as string)).rejects.toMatchObject({ code: "ERR_ALGORITHM_KEYS" });
  });

  it("what no prototype adds to", async () => {
    expect(await namesOf("__proto__,constructor,@constructor:example.org KEY")).toEqual([["@constructor:example.org"]]);
  });
});
