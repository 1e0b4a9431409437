import { expect, it } from "vitest";
import { encodedOid } from "../../src/algorithms/shared/encoded-oid.js";
import { derNull, derSequence, derValue } from "../../src/encoding/der-writer.js";
import { certificateExtension, extension } from "../support/certificate-extensions.js";
import { makeAuthority, makeLeaf } from "../support/certificates.js";
import { judgePaths } from "../support/path-judge.js";

const { unknown } = certificateExtension;

/** What a CA marks critical limits the certificate: whoever does not know the limit must not take it for none. */
it.each(["root", "CA", "leaf"])("a limit that nobody here knows, in the %s, makes the path invalid", async (where) => {
  const limit = (name: string) => ({ extensions: name === where ? [unknown(true)] : [unknown(false)] });
  const root = makeAuthority({ subject: "Root", ...limit("root") });
  const issuer = makeAuthority({ subject: "CA", issuer: root, ...limit("CA") });
  const leaf = makeLeaf({ issuer, ...limit("leaf") });
  const verdict = await judgePaths({ chain: [root, issuer, leaf] });
  expect(verdict).toMatchObject({ status: "invalid", code: "unknown-critical-extension", validPaths: [] });
});

it.each<[string, Uint8Array]>([
  [
    "a proxy certificate",
    extension("1.3.6.1.5.5.7.1.14", true, derSequence(derSequence(encodedOid("1.3.6.1.5.5.7.21.1")))),
  ],
  [
    "a private key usage period",
    extension("2.5.29.16", true, derSequence(derValue(0x80, new TextEncoder().encode("20200101000000Z")))),
  ],
  ["address blocks", extension("1.3.6.1.5.5.7.1.7", true, derSequence())],
  ["a precertificate", extension("1.3.6.1.4.1.11129.2.4.3", true, derNull())],
  [
    "a policy with a qualifier that nobody knows",
    extension(
      "2.5.29.32",
      true,
      derSequence(derSequence(encodedOid("1.2.3"), derSequence(derSequence(encodedOid("1.2.3.4"), derNull())))),
    ),
  ],
])("%s is no plain one", async (_what, added) => {
  const root = makeAuthority({ subject: "Root" });
  const leaf = makeLeaf({ issuer: root, extensions: [added] });
  expect((await judgePaths({ chain: [root, leaf] })).code).toBe("unknown-critical-extension");
});
