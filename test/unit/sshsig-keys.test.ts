import { describe, expect, it } from "vitest";
import { sshsig } from "../../src/algorithms/sshsig/index.js";
import { matchesPatternList } from "../../src/algorithms/sshsig/pattern-list.js";
import { readTimestamp } from "../../src/algorithms/sshsig/timestamp.js";
import type { Verdict } from "../../src/model/report.js";
import { makeSshKey, makeSshSig, mpint, namesOf, str } from "../support/ssh.js";
import { judgeSsh, nowMs, object } from "../support/ssh-judge.js";

const alice = makeSshKey();
const bob = makeSshKey();
const blob = makeSshSig(alice, object.bytes);
const { line: key } = alice;

const judge = (keys: string, atMs = nowMs): Promise<Verdict> => judgeSsh(blob, { key: alice, keys, atMs });
const codeOf = async (keys: string, atMs = nowMs): Promise<string> => (await judge(keys, atMs)).code;
const skipped = (keys: string): string[] => sshsig({ keys }).skipped.map(({ line, reason }) => `${line} ${reason}`);

/** The tests' time is the first of June 2026. */
const [past, future] = ["20260101Z", "20270101Z"];

describe("a list of keys", () => {
  it("leaves a key unconfirmed that is not in it, and without a list a key speaks for itself", async () => {
    expect((await judgeSsh(blob, { key: alice })).code).toBe("valid");
    for (const keys of ["", "# nobody\n", bob.line, `bob ${bob.line}`]) {
      expect(await judge(keys)).toMatchObject({ status: "valid", code: "key-unconfirmed" });
    }
  });

  it("is read as public keys, as an allowed_signers file, and as several of both", async () => {
    for (const keys of [
      key,
      `${key} alice@laptop`,
      `  ${key}\r\n`,
      `alice@example.org ${key}`,
      `alice@example.org\t${key} comment`,
      `# first\n\n${bob.line}\nalice ${key}\n`,
      `"alice smith,alice" ${key}`,
    ]) {
      expect(await codeOf(keys)).toBe("valid");
      expect(skipped(keys)).toEqual([]);
    }
    const bytes = new TextEncoder().encode(`\ufeffé ${key}`);
    for (const keys of [
      [bob.line, `alice ${key}`],
      [bytes],
      [new Uint8Array(Buffer.from(`\ufeff${key}`, "utf16le"))],
    ]) {
      expect((await judgeSsh(blob, { key: alice, keys })).code).toBe("valid");
    }
  });

  it("gives the signer its principals as names, patterns left out, at most sixteen", async () => {
    const names = async (keys: string): Promise<readonly string[] | undefined> => (await judge(keys)).signer?.names;
    expect(await names(`@alice:example.org,alice@example.org,*@example.org,!bob,a?c ${key}`)).toEqual([
      "@alice:example.org",
      "alice@example.org",
    ]);
    expect(await names(`alice ${key}\nalice,Alice ${key}`)).toEqual(["alice", "Alice"]);
    expect(await names(`"\u202eevil" ${key}`)).toEqual(["\ufffdevil"]);
    expect(await names(`${"x".repeat(513)} ${key}`)).toEqual([]);
    expect(await names(`${Array.from({ length: 20 }, (_, index) => `a${index}`).join()} ${key}`)).toHaveLength(16);
    expect(await names(`${key} alice@laptop`)).toEqual([]);
    expect(await names(`old valid-before="${past}" ${key}\nnew ${key}`)).toEqual(["new"]);
  });

  it("is obeyed in its times, with the interval told", async () => {
    const [from, until] = [Date.UTC(2026, 0, 1), Date.UTC(2027, 0, 1) + 1000];
    const both = `a valid-after="${past}",valid-before="${future}" ${key}`;
    expect(await judge(both)).toMatchObject({ code: "valid", validFrom: from, validUntil: until });
    expect(await judge(both, from - 1)).toMatchObject({
      status: "indeterminate",
      code: "not-yet-valid",
      validFrom: from,
      signer: { fingerprint: alice.fingerprint },
    });
    expect(await codeOf(both, from)).toBe("valid");
    expect(await codeOf(both, until - 1)).toBe("valid");
    const over = await judge(both, until);
    expect(over).toMatchObject({ status: "indeterminate", code: "key-expired", validUntil: until });
    expect(await judge(`a valid-after="${past}" ${key}`)).not.toHaveProperty("validUntil");
  });

  it("is obeyed in its namespaces", async () => {
    for (const [namespaces, code] of [
      ["msc2961@matrix.org", "valid"],
      ["git,msc2961@*", "valid"],
      ["*", "valid"],
      ["git", "key-not-for-signing"],
      ["MSC2961@matrix.org", "key-not-for-signing"],
      ["*,!msc2961@matrix.org", "key-not-for-signing"],
      ["", "key-not-for-signing"],
    ]) {
      expect(await judge(`a namespaces="${namespaces}" ${key}`)).toMatchObject({ code });
    }
  });

  it("takes the best of several lines, and of those as good the longest", async () => {
    const lines = {
      other: `a namespaces="git" ${key}`,
      ended: `b valid-before="${past}" ${key}`,
      coming: `c valid-after="${future}" ${key}`,
      short: `d valid-before="${future}" ${key}`,
      long: `e valid-before="20280101Z" ${key}`,
    };
    const { other, ended, coming, short, long } = lines;
    expect(await judge([other, ended, coming, short, long].join("\n"))).toMatchObject({
      code: "valid",
      validUntil: Date.UTC(2028, 0, 1) + 1000,
      signer: { names: ["e", "d"] },
    });
    expect(await codeOf([other, ended, coming].join("\n"))).toBe("not-yet-valid");
    expect(await codeOf([other, ended].join("\n"))).toBe("key-expired");
    expect(await judge(`${short}\na ${key}\n${long}`)).not.toHaveProperty("validUntil");
  });

  it("lets a key sign nothing whose only line certifies others or says what is not understood", async () => {
    const options = [
      "cert-authority",
      "CERT-AUTHORITY",
      'cert-authority,namespaces="msc2961@matrix.org"',
      "no-touch-required",
      'valid-before="tomorrow"',
      'valid-before="20260231Z"',
      'valid-after="0"',
      'valid-after="20270101Z",valid-before="20260101Z"',
      'valid-after="20260101Z",valid-before="20260101Z"',
      'namespaces="a",namespaces="b"',
      'namespaces="a",',
      'namespaces="a"valid-before="20270101Z"',
      "namespaces=a",
      ',namespaces="a"',
    ];
    for (const option of options) {
      const list = `a ${option} ${key}`;
      const reason = /^cert/i.test(option) ? "cert-authority" : "options";
      expect(await judge(list)).toMatchObject({ status: "invalid", code: "key-not-for-signing" });
      expect(skipped(list)).toEqual([`1 ${reason}`]);
      expect(await codeOf(`${list}\na ${key}`)).toBe("valid");
    }
    expect(await codeOf(`a NAMESPACES="msc2961@matrix.org" ${key}`)).toBe("valid");
  });

  it("says which lines it skips, and why", () => {
    const certificate = Buffer.concat([str("ssh-ed25519-cert-v01@openssh.com"), str(Buffer.alloc(32))]);
    const dsa = Buffer.concat([str("ssh-dss"), mpint(Buffer.of(5))]);
    const unknown = Buffer.concat([str("ssh-ed448"), str(Buffer.alloc(57))]);
    const list = [
      key,
      `a ${namesOf("ssh-ed25519-cert-v01@openssh.com", certificate).line}`,
      namesOf("ssh-dss", dsa).line,
      `a valid-before="${past}" ${namesOf("ssh-ed448", unknown).line}`,
      `a ${makeSshKey("rsa1024").line}`,
      "alice@example.org",
      `alice ssh-rsa ${alice.blob.toString("base64")}`,
      `alice ${key.slice(0, -4)}`,
      `"alice ${key}`,
      `a"b" ${key}`,
      `alice namespaces="git ${key}`,
      `${" ".repeat(3)}`,
      `${"x".repeat(17_000)} ${key}`,
      `cert-authority ${key}`,
    ].join("\n");
    expect(skipped(list)).toEqual([
      "2 ssh-certificate",
      "3 weak-algorithm",
      "4 unsupported-key",
      "5 weak-algorithm",
      "6 malformed",
      "7 malformed",
      "8 malformed",
      "9 malformed",
      "10 malformed",
      "11 malformed",
      "13 malformed",
    ]);
    expect(sshsig({ keys: [key, "a\nb c d", key].slice(0, 1) }).skipped).toEqual([]);
    expect(sshsig({ keys: [key, `x\n${key}`] }).skipped).toEqual([{ list: 1, line: 1, reason: "malformed" }]);
  });

  it("that holds no public key at all, or a private one, is refused", () => {
    const secret = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
    for (const keys of ["hello", "-----BEGIN SSH SIGNATURE-----", secret, `${key}\n${secret}`, null, 7, [[key]]]) {
      const refusal = expect.objectContaining({ code: "ERR_ALGORITHM_KEYS" });
      expect(() => sshsig({ keys: keys as never })).toThrow(refusal);
    }
    expect(() => sshsig({ keys: `${key}\n`.repeat(110_000) })).toThrow("at most");
  });
});

describe("times", () => {
  it("are UTC with and without Z", () => {
    const midnight = Date.UTC(2024, 1, 29);
    for (const text of ["20240229", "20240229Z", "20240229z", "20240229UTC", "202402290000", "20240229000000Z"]) {
      expect(readTimestamp(text)).toBe(midnight);
    }
    expect(readTimestamp("20240229235958Z")).toBe(Date.UTC(2024, 1, 29, 23, 59, 58));
  });

  it("that do not exist are none", () => {
    for (const text of [
      "",
      "2024",
      "2024022",
      "2024022912",
      "20230229",
      "20240431Z",
      "20241301",
      "20240001",
      "202402292400",
      "202402291260",
      "20240229125960",
      "19700101Z",
      "19691231",
      "00500101",
      "2024-02-29",
      " 20240229",
      "20240229 Z",
      "20240229+01",
    ]) {
      expect(readTimestamp(text)).toBeUndefined();
    }
  });
});

describe("pattern lists", () => {
  it.each([
    ["a@b", "a@b", true],
    ["a@b", "a@c,a@b", true],
    ["a@b", "*@b", true],
    ["a@b", "?@?", true],
    ["a@b", "??@b", false],
    ["a@b", "a@b*", true],
    ["a@b", "A@b", false],
    ["a@b", "!a@b", false],
    ["a@b", "!x", false],
    ["a@b", "*,!*@b", false],
    ["a@b", "!*@b,*", false],
    ["a@b", "", false],
    ["", "", true],
    ["", "*", true],
    ["abcabc", "a*c*c", true],
    ["abcabd", "a*c*c", false],
    ["aXbXc", "a*b*c", true],
    ["a.b", "a?b", true],
    ["a[b", "a[b", true],
  ])("%s in %s: %s", (text, list, isMatched) => {
    expect(matchesPatternList(text, list)).toBe(isMatched);
  });

  it("take no time that grows beyond measure", () => {
    const started = performance.now();
    expect(matchesPatternList("a".repeat(5000), `${"*a".repeat(3000)}*b`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
