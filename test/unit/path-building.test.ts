import { describe, expect, it } from "vitest";
import { reportPath } from "../../src/algorithms/shared/path-report.js";
import { certificateExtension } from "../support/certificate-extensions.js";
import { day, makeAuthority, makeCertificate, makeKey, makeLeaf, read, testTime } from "../support/certificates.js";
import { judgePaths } from "../support/path-judge.js";

const root = makeAuthority({ subject: "Root" });
const issuer = makeAuthority({ subject: "Issuer", issuer: root });
const leaf = makeLeaf({ issuer });

describe("finding paths", () => {
  it("reports every valid path, root first", async () => {
    const otherRoot = makeAuthority({ subject: "Other root" });
    const crossed = makeAuthority({ subject: "Issuer", issuer: otherRoot, key: issuer.privateKey });
    const { code, validPaths } = await judgePaths({
      chain: [root, issuer, leaf],
      presented: [crossed],
      roots: [root, otherRoot],
    });
    expect(code).toBe("valid");
    const hashes = validPaths.map(({ chain }) => chain.map(({ sha256 }) => sha256));
    const expected = await Promise.all(
      [
        [root, issuer, leaf],
        [otherRoot, crossed, leaf],
      ].map((all) => Promise.all(all.map(async (one) => (await read(one)).sha256))),
    );
    expect(hashes.sort()).toEqual(expected.sort());
  });

  it("reports paths to a root and to a root above it", async () => {
    const { validPaths } = await judgePaths({ chain: [root, issuer, leaf], roots: [root, issuer] });
    expect(validPaths.map(({ chain }) => chain.length).sort()).toEqual([2, 3]);
  });

  it("finds issuers in any order, and past namesakes and wrong key identifiers", async () => {
    const namesake = makeAuthority({ subject: "Issuer", issuer: root });
    const misleading = makeAuthority({
      subject: "Issuer",
      issuer: root,
      withoutKeyIds: true,
      extensions: [certificateExtension.subjectKeyId(issuer.keyId)],
    });
    const unmarked = makeAuthority({ subject: "Issuer", issuer: root, key: issuer.privateKey, withoutKeyIds: true });
    const { code } = await judgePaths({ chain: [root, leaf], presented: [misleading, namesake, unmarked] });
    expect(code).toBe("valid");
  });

  it("takes a leaf that is itself a root for a path", async () => {
    const own = makeLeaf({ subject: "Own" });
    const { code, validPaths } = await judgePaths({ chain: [own], roots: [own] });
    expect([code, validPaths[0]?.chain.length]).toEqual(["valid", 1]);
    const serverAuth = makeLeaf({ extensions: [certificateExtension.extendedKeyUsage("1.3.6.1.5.5.7.3.1")] });
    expect((await judgePaths({ chain: [serverAuth], roots: [serverAuth] })).code).toBe("extended-key-usage");
  });

  it("lets nobody issue under a given certificate that is no CA, but under one before version 3", async () => {
    const plain = makeLeaf({ subject: "Plain" });
    expect((await judgePaths({ chain: [plain, makeLeaf({ issuer: plain })] })).code).toBe("not-a-ca");
    const unmarked = makeCertificate({ subject: "Unmarked" });
    expect((await judgePaths({ chain: [unmarked, makeLeaf({ issuer: unmarked })] })).code).toBe("not-a-ca");
    const old = makeCertificate({ subject: "Old", version: 1 });
    expect((await judgePaths({ chain: [old, makeLeaf({ issuer: old })] })).code).toBe("valid");
    const between = makeCertificate({ subject: "Old", version: 1, issuer: root });
    expect((await judgePaths({ chain: [root, between, makeLeaf({ issuer: between })] })).code).toBe("not-a-ca");
  });

  it("says no-path without roots, and for a self-signed certificate that nobody gave", async () => {
    expect(await judgePaths({ chain: [root, issuer, leaf], roots: [] })).toMatchObject({
      status: "indeterminate",
      code: "no-path",
      validPaths: [],
      rejectedPaths: [],
    });
    expect((await judgePaths({ chain: [makeLeaf()], roots: [root] })).code).toBe("no-path");
  });

  it("compares names as RFC 5280 does", async () => {
    const upper = makeAuthority({ subject: "  an   EXAMPLE " });
    const lower = makeLeaf({ issuer: upper, issuerName: "An Example" });
    expect((await judgePaths({ chain: [upper, lower] })).code).toBe("valid");
  });

  it("allows ten certificates in a path and no more", async () => {
    const chain = [root];
    while (chain.length < 10)
      chain.push(makeAuthority({ subject: `CA ${chain.length}`, issuer: chain.at(-1) ?? root }));
    const ten = [...chain.slice(0, 9), makeLeaf({ issuer: chain[8] ?? root })];
    expect((await judgePaths({ chain: ten })).code).toBe("valid");
    expect(await judgePaths({ chain: [...chain, makeLeaf({ issuer: chain[9] ?? root })] })).toMatchObject({
      status: "invalid",
      code: "too-large",
    });
  });
});

describe("judging several paths", () => {
  const expired = makeAuthority({ subject: "Issuer", issuer: root, key: issuer.privateKey, notAfter: testTime - day });

  it("one valid path is enough, the others are reported with their faults", async () => {
    const verdict = await judgePaths({ chain: [root, issuer, leaf], presented: [expired] });
    expect(verdict.code).toBe("valid");
    expect(verdict.rejectedPaths.map(({ faults }) => faults)).toEqual([
      [{ code: "cert-expired", certificate: (await read(expired)).sha256 }],
    ]);
  });

  it("of several faults in a path the gravest counts, of several paths the one that fails least", async () => {
    const unlike = makeCertificate({
      subject: "Issuer",
      issuer: root,
      key: issuer.privateKey,
      notAfter: testTime - day,
    });
    const verdict = await judgePaths({ chain: [root, leaf], presented: [unlike, expired] });
    expect(verdict.code).toBe("cert-expired");
    expect(verdict.rejectedPaths.map(({ faults }) => faults.map(({ code }) => code))).toEqual([
      ["cert-expired"],
      ["not-a-ca", "cert-expired"],
    ]);
  });

  it("gives the interval in which all certificates are valid, and until when the verdict holds", async () => {
    const notAfter = testTime + 5 * day;
    const short = makeLeaf({ issuer, notAfter, notBefore: testTime - 3 * day });
    expect(await judgePaths({ chain: [root, issuer, short] })).toMatchObject({
      validFrom: testTime - 3 * day,
      validUntil: notAfter + 999,
      freshUntil: notAfter + 999,
    });
    const late = await judgePaths({ chain: [root, issuer, short], at: testTime + 6 * day });
    expect(late).toMatchObject({
      status: "indeterminate",
      code: "cert-expired",
      validFrom: testTime - 3 * day,
      validUntil: notAfter + 999,
    });
    const early = await judgePaths({ chain: [root, issuer, short], at: testTime - 4 * day });
    expect(early).toMatchObject({ code: "cert-not-yet-valid", validFrom: testTime - 3 * day });
  });

  it("is valid to the end of its last second", async () => {
    const short = makeLeaf({ issuer, notAfter: testTime });
    expect((await judgePaths({ chain: [root, issuer, short], at: testTime + 999 })).code).toBe("valid");
    expect((await judgePaths({ chain: [root, issuer, short], at: testTime + 1000 })).code).toBe("cert-expired");
  });

  it("looks at 32 paths, and reports 16", async () => {
    const copies = (notAfter: number) =>
      Array.from({ length: 40 }, () =>
        makeAuthority({ subject: "Issuer", issuer: root, key: issuer.privateKey, notAfter }),
      );
    const { code, validPaths } = await judgePaths({ chain: [root, leaf], presented: copies(testTime + day) });
    expect([code, validPaths.length]).toEqual(["valid", 16]);
    const late = await judgePaths({ chain: [root, leaf], presented: copies(testTime - day) });
    expect([late.code, late.rejectedPaths.length]).toEqual(["too-large", 16]);
  });

  it("puts a path into words", async () => {
    const short = makeLeaf({
      subject: { O: "Ex, Ltd", CN: "Le\u202eaf" },
      issuer,
      serialNumber: Uint8Array.of(0x0a, 0xbc),
    });
    const { validPaths } = await judgePaths({ chain: [root, issuer, short] });
    const report = validPaths[0] && reportPath(validPaths[0]);
    expect(report?.certificates.at(-1)).toEqual({
      sha256: (await read(short)).sha256,
      subject: "CN=Le\\u{202e}af, O=Ex\\, Ltd",
      issuer: "CN=Issuer",
      serialNumber: "0ABC",
      notBefore: new Date(testTime - 30 * day).toISOString(),
      notAfter: new Date(testTime + 30 * day).toISOString(),
    });
  });

  it("throws for an abort alone", async () => {
    const signal = AbortSignal.abort();
    await expect(judgePaths({ chain: [root, issuer, leaf], signal })).rejects.toMatchObject({ code: "ERR_ABORTED" });
  });
});

describe("time-stamping authorities", () => {
  const stamping = "1.3.6.1.5.5.7.3.8";
  it("need the purpose, and have no other", async () => {
    const { criticalExtendedKeyUsage } = certificateExtension;
    const good = makeLeaf({ issuer, extensions: [criticalExtendedKeyUsage(stamping)] });
    expect((await judgePaths({ chain: [root, issuer, good], purpose: "timestamp" })).code).toBe("valid");
    expect((await judgePaths({ chain: [root, issuer, good] })).code).toBe("extended-key-usage");
    expect((await judgePaths({ chain: [root, issuer, leaf], purpose: "timestamp" })).code).toBe("extended-key-usage");
    const notCritical = makeLeaf({ issuer, extensions: [certificateExtension.extendedKeyUsage(stamping)] });
    expect((await judgePaths({ chain: [root, issuer, notCritical], purpose: "timestamp" })).code).toBe(
      "extended-key-usage",
    );
    const more = makeLeaf({ issuer, extensions: [criticalExtendedKeyUsage(stamping, "1.3.6.1.5.5.7.3.4")] });
    expect((await judgePaths({ chain: [root, issuer, more], purpose: "timestamp" })).code).toBe("extended-key-usage");
  });
});

it("takes every kind of key that PROTOCOL allows", async () => {
  for (const kind of ["p256", "p384", "p521", "ed25519", "rsa2048", "rsa3072"] as const) {
    const authority = makeAuthority({ subject: kind, key: kind });
    expect((await judgePaths({ chain: [authority, makeLeaf({ issuer: authority })] })).code, kind).toBe("valid");
  }
  for (const [kind, code] of [
    ["secp256k1", "unsupported-key"],
    ["ed448", "unsupported-key"],
    ["dsa", "weak-algorithm"],
    ["rsa1024", "weak-algorithm"],
  ] as const) {
    const authority = makeAuthority({ subject: kind, key: makeKey(kind) });
    expect((await judgePaths({ chain: [authority, makeLeaf({ issuer: authority })] })).code, kind).toBe(code);
  }
});
