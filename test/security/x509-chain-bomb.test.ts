import { describe, expect, it } from "vitest";
import { CertificatePool } from "../../src/algorithms/shared/certificate-pool.js";
import { validatePaths } from "../../src/algorithms/shared/certification-path.js";
import { certificateExtension } from "../support/certificate-extensions.js";
import { makeAuthority, makeKey, makeLeaf, read, type TestCertificate, testTime } from "../support/certificates.js";
import { judgePaths } from "../support/path-judge.js";

const root = makeAuthority({ subject: "Root" });

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const started = performance.now();
  const result = await work();
  return { result, ms: performance.now() - started };
}

/** Generous, for a busy machine: what is not bounded takes minutes. */
const soonMs = 2000;

describe("certificates that make a verifier search for ever", () => {
  it("a thousand of them are refused at once", async () => {
    const certificate = await read(makeAuthority({ subject: "CA", issuer: root }));
    const presented = Array.from({ length: 1000 }, (_, index) => ({ ...certificate, sha256: `${index}` }));
    const request = {
      leaf: await read(makeLeaf({ issuer: root })),
      presented,
      roots: new CertificatePool([await read(root)]),
      at: testTime,
    };
    const { result, ms } = await timed(() => validatePaths(request));
    expect(result).toMatchObject({ status: "invalid", code: "too-large", validPaths: [], rejectedPaths: [] });
    expect(ms).toBeLessThan(100);
  });

  it("a chain of a thousand, one below the other, ends after ten", async () => {
    const key = makeKey("p256");
    let issuer = root;
    const all: TestCertificate[] = [];
    for (let index = 0; index < 64; index++) {
      issuer = makeAuthority({ subject: `CA ${index}`, issuer, key });
      all.push(issuer);
    }
    const { result, ms } = await timed(() => judgePaths({ chain: [root, makeLeaf({ issuer })], presented: all }));
    expect(result).toMatchObject({ status: "invalid", code: "too-large" });
    expect(ms).toBeLessThan(soonMs);
  });

  it("sixty-four that all bear one name", async () => {
    const all: TestCertificate[] = [];
    for (let index = 0; index < 64; index++)
      all.push(makeAuthority({ subject: "CA", issuer: all.at(-1) ?? makeAuthority({ subject: "CA" }) }));
    const chain = [root, makeLeaf({ issuer: all.at(-1) ?? root })];
    const { result, ms } = await timed(() => judgePaths({ chain, presented: all }));
    expect(result.validPaths).toEqual([]);
    expect(ms).toBeLessThan(soonMs);
  });

  it("layers in which everybody certified everybody: 8 to the power of 8 paths", async () => {
    const layers = Array.from({ length: 8 }, (_, layer) => ({
      subject: `Layer ${layer}`,
      keys: Array.from({ length: 8 }, () => makeKey("p256")),
    }));
    const all: TestCertificate[] = [];
    for (const [index, { subject, keys }] of layers.entries()) {
      const above = layers[index - 1];
      // One certificate a key: each of them verifies under one of the eight above, and the name fits all of them.
      for (const [position, key] of keys.entries()) {
        const issuer = above
          ? makeAuthority({ subject: above.subject, key: above.keys[(position + index) % 8] ?? key })
          : makeAuthority({ subject: "Nobody" });
        all.push(makeAuthority({ subject, key, issuer }));
      }
    }
    const lowest = layers.at(-1);
    const leaf = makeLeaf({
      issuer: makeAuthority({ subject: lowest?.subject ?? "", key: lowest?.keys[0] ?? makeKey("p256") }),
    });
    const { result, ms } = await timed(() => judgePaths({ chain: [root, leaf], presented: all }));
    expect(result.validPaths).toEqual([]);
    expect(ms).toBeLessThan(soonMs);
  });

  it("weak signatures, which nobody computes, multiply no paths", async () => {
    const all: TestCertificate[] = [];
    for (let layer = 0; layer < 8; layer++) {
      for (let copy = 0; copy < 8; copy++) {
        const issuer = { ...makeAuthority({ subject: layer === 0 ? "Root" : `Layer ${layer - 1}` }) };
        all.push(makeAuthority({ subject: `Layer ${layer}`, issuer, signedBy: { hash: "sha1" } }));
      }
    }
    const leaf = makeLeaf({ issuer: makeAuthority({ subject: "Layer 7" }), signedBy: { hash: "sha1" } });
    const { result, ms } = await timed(() => judgePaths({ chain: [root, leaf], presented: all }));
    expect(result.status).not.toBe("valid");
    expect(ms).toBeLessThan(soonMs);
  });

  it("three in each layer that anybody could have certified: 3 to the power of 8 paths that lead nowhere", async () => {
    const all: TestCertificate[] = [];
    for (let layer = 0; layer < 8; layer++) {
      for (let copy = 0; copy < 3; copy++) {
        const issuer = makeAuthority({ subject: `Layer ${layer - 1}` });
        all.push(makeAuthority({ subject: `Layer ${layer}`, issuer, signedBy: { hash: "sha1" } }));
      }
    }
    const leaf = makeLeaf({ issuer: makeAuthority({ subject: "Layer 7" }), signedBy: { hash: "sha1" } });
    expect((await judgePaths({ chain: [root, leaf], presented: all })).code).toBe("too-large");
  });

  it("policies that map to each other grow no tree", async () => {
    const policies = Array.from({ length: 100 }, (_, index) => `1.3.6.1.4.1.99999.9.${index}`);
    const pairs = policies.slice(0, 30).flatMap((from) => policies.slice(0, 30).map((to) => [from, to] as const));
    const { policies: holds, policyMappings, policyConstraints } = certificateExtension;
    const extensions = [holds(...policies), policyMappings(...pairs), policyConstraints({ requireExplicit: 0 })];
    const chain = [root];
    while (chain.length < 9)
      chain.push(makeAuthority({ subject: `CA ${chain.length}`, issuer: chain.at(-1) ?? root, extensions }));
    const leaf = makeLeaf({ issuer: chain.at(-1) ?? root, extensions: [holds(...policies)] });
    const { result, ms } = await timed(() => judgePaths({ chain: [...chain, leaf] }));
    expect(result.code).toBe("valid");
    expect(ms).toBeLessThan(soonMs);
  });

  it("a good path is found among as much chaff as may be presented", async () => {
    const issuer = makeAuthority({ subject: "CA", issuer: root });
    const chaff = Array.from({ length: 62 }, () =>
      makeAuthority({ subject: "CA", issuer: makeAuthority({ subject: "Root" }) }),
    );
    const { result, ms } = await timed(() =>
      judgePaths({ chain: [root, issuer, makeLeaf({ issuer })], presented: chaff }),
    );
    expect(result.code).toBe("valid");
    expect(ms).toBeLessThan(soonMs);
  });
});
