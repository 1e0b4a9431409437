import { expect, it } from "vitest";
import { certificateExtension } from "../support/certificate-extensions.js";
import { makeAuthority, makeCertificate, makeLeaf } from "../support/certificates.js";
import { judgePaths } from "../support/path-judge.js";

const { basicConstraints, keyUsage } = certificateExtension;
const root = makeAuthority({ subject: "Root" });
const company = makeAuthority({ subject: "Company", issuer: root, pathLength: 0 });

/** Somebody with a certificate of their own, and the key to it, issues one in another's name. */
it.each<[string, string, readonly Uint8Array[]]>([
  ["a signer's certificate", "not-a-ca", [keyUsage("digitalSignature")]],
  ["one without extensions", "not-a-ca", []],
  [
    "one that says that it is no CA",
    "not-a-ca",
    [basicConstraints(false), keyUsage("digitalSignature", "keyCertSign")],
  ],
  ["one that may sign certificates, but is no CA", "not-a-ca", [keyUsage("keyCertSign")]],
  [
    "a CA that may not sign certificates",
    "key-usage",
    [basicConstraints(true), keyUsage("digitalSignature", "cRLSign")],
  ],
])("nobody issues with %s: %s", async (_what, code, extensions) => {
  const mallory = makeCertificate({ subject: "Mallory", issuer: root, extensions });
  const forged = makeLeaf({ subject: "Alice", issuer: mallory });
  expect(await judgePaths({ chain: [root, mallory, forged] })).toMatchObject({
    code,
    status: "invalid",
    validPaths: [],
  });
});

it("a CA that may have none below issues none that counts, self-issued ones included", async () => {
  const below = makeAuthority({ subject: "Mallory", issuer: company });
  expect((await judgePaths({ chain: [root, company, below, makeLeaf({ issuer: below })] })).code).toBe("path-length");
  const renewed = makeAuthority({ subject: "Company", issuer: company });
  const behind = makeAuthority({ subject: "Mallory", issuer: renewed });
  const chain = [root, company, renewed, behind, makeLeaf({ issuer: behind })];
  expect((await judgePaths({ chain })).code).toBe("path-length");
});

it("a certificate before version 3 issues nothing, unless it was given as a root", async () => {
  const old = makeCertificate({ subject: "Old", issuer: root, version: 1 });
  expect((await judgePaths({ chain: [root, old, makeLeaf({ issuer: old })] })).code).toBe("not-a-ca");
});

it("a CA of the root's own name, with another key, is not the root", async () => {
  const fake = makeAuthority({ subject: "Root" });
  const alike = makeAuthority({ subject: "Root", serialNumber: root.serialNumber, withoutKeyIds: true });
  for (const issuer of [fake, alike]) {
    const chain = [root, issuer, makeLeaf({ issuer })];
    expect(await judgePaths({ chain })).toMatchObject({ code: "no-path", status: "indeterminate", rejectedPaths: [] });
  }
});

it("a CA that claims the root's key identifier is not the root", async () => {
  const fake = makeAuthority({
    subject: "Root",
    withoutKeyIds: true,
    extensions: [certificateExtension.subjectKeyId(root.keyId), certificateExtension.authorityKeyId(root.keyId)],
  });
  const forged = makeLeaf({ issuer: { ...fake, keyId: root.keyId } });
  expect((await judgePaths({ chain: [root, fake, forged] })).code).toBe("no-path");
});
