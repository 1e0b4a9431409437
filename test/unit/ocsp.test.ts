import { describe, expect, it } from "vitest";
import { certificateExtension, extension } from "../support/certificate-extensions.js";
import { day, makeAuthority, makeLeaf, testTime } from "../support/certificates.js";
import { judgePaths } from "../support/path-judge.js";
import { makeList, makeOcspAnswer, type TestOcspWishes } from "../support/revocation-data.js";

const { extendedKeyUsage, ocspNoCheck } = certificateExtension;
const ocspSigning = "1.3.6.1.5.5.7.3.9";
const root = makeAuthority({ subject: "Root" });
const leaf = makeLeaf({ issuer: root });
const chain = [root, leaf];

const judge = async (wishes: Partial<TestOcspWishes>, lists: readonly Uint8Array[] = []): Promise<string> =>
  (await judgePaths({ chain, answers: [makeOcspAnswer({ certificate: leaf, issuer: root, ...wishes })], lists })).code;

describe("OCSP answers", () => {
  it("by the issuer say good, revoked or unknown", async () => {
    expect(await judge({})).toBe("valid");
    expect(await judge({ byKey: true, hash: "sha256" })).toBe("valid");
    expect(await judge({ status: "unknown" })).toBe("revocation-unknown");
    expect(await judge({ status: {} })).toBe("cert-revoked");
    expect(await judge({ status: { reason: 1 } })).toBe("cert-revoked");
    expect(await judge({ status: { reason: 4 } })).toBe("cert-revoked-softly");
  });

  it("show how fresh they are", async () => {
    const answers = [makeOcspAnswer({ certificate: leaf, issuer: root })];
    const { validPaths, freshUntil } = await judgePaths({ chain, answers });
    expect(validPaths[0]?.revocation).toMatchObject([
      { status: "good", source: "ocsp", thisUpdate: testTime - day, nextUpdate: testTime + day },
    ]);
    expect(freshUntil).toBe(testTime + day);
  });

  it("count while thisUpdate ≤ now < nextUpdate, and not without a nextUpdate", async () => {
    expect(await judge({ thisUpdate: testTime, nextUpdate: testTime + 1000 })).toBe("valid");
    expect(await judge({ nextUpdate: testTime })).toBe("revocation-unknown");
    expect(await judge({ thisUpdate: testTime + 1000 })).toBe("revocation-unknown");
    expect(await judge({ nextUpdate: null })).toBe("revocation-unknown");
    expect(await judge({ nextUpdate: testTime, status: {} })).toBe("cert-revoked");
  });

  it("must be about this certificate of this issuer", async () => {
    expect(await judge({ certificate: makeLeaf({ issuer: root }) })).toBe("revocation-unknown");
    const other = makeAuthority({ subject: "Root" });
    expect(await judge({ issuer: other, responder: root })).toBe("revocation-unknown");
    expect(await judge({ issuer: makeAuthority({ subject: "Other", key: root.privateKey }), responder: root })).toBe(
      "revocation-unknown",
    );
  });

  it("say nothing where something critical is not understood", async () => {
    expect(await judge({ extensions: [extension("1.3.6.1.4.1.99999.4", true, Uint8Array.of(5, 0))] })).toBe(
      "revocation-unknown",
    );
    expect(await judge({ extensions: [extension("1.3.6.1.5.5.7.48.1.2", false, Uint8Array.of(4, 1, 7))] })).toBe(
      "valid",
    );
  });

  it("of two pieces of evidence revoked wins", async () => {
    const revoked = makeOcspAnswer({ certificate: leaf, issuer: root, status: {}, thisUpdate: testTime - 2 * day });
    const good = makeOcspAnswer({ certificate: leaf, issuer: root });
    for (const answers of [
      [revoked, good],
      [good, revoked],
    ]) {
      expect((await judgePaths({ chain, answers })).code).toBe("cert-revoked");
    }
    expect(await judge({ status: {} }, [makeList({ issuer: root })])).toBe("cert-revoked");
    expect(await judge({}, [makeList({ issuer: root, revoked: [{ certificate: leaf }] })])).toBe("cert-revoked");
  });
});

describe("who may answer", () => {
  const delegate = makeLeaf({
    subject: "Responder",
    issuer: root,
    extensions: [extendedKeyUsage(ocspSigning), ocspNoCheck()],
  });
  const by = (responder: typeof delegate, lists: readonly Uint8Array[] = []) =>
    judge({ responder, certificates: [responder] }, lists);

  it("whom the issuer itself appointed", async () => {
    expect(await by(delegate)).toBe("valid");
    expect(await judge({ responder: delegate })).toBe("revocation-unknown");
  });

  it("nobody else", async () => {
    const purposeless = makeLeaf({ subject: "Responder", issuer: root });
    const anybody = makeLeaf({ subject: "Responder", issuer: root, extensions: [extendedKeyUsage("2.5.29.37.0")] });
    const between = makeAuthority({ subject: "Between", issuer: root });
    const indirect = makeLeaf({ subject: "Responder", issuer: between, extensions: [extendedKeyUsage(ocspSigning)] });
    const stranger = makeLeaf({
      subject: "Responder",
      issuer: makeAuthority({ subject: "Root" }),
      extensions: [extendedKeyUsage(ocspSigning)],
    });
    const expired = makeLeaf({
      subject: "Responder",
      issuer: root,
      extensions: [extendedKeyUsage(ocspSigning)],
      notAfter: testTime - day,
    });
    for (const responder of [purposeless, anybody, indirect, stranger, expired, leaf])
      expect(await by(responder)).toBe("revocation-unknown");
  });

  it("no delegate that the issuer revoked", async () => {
    const checked = makeLeaf({ subject: "Responder", issuer: root, extensions: [extendedKeyUsage(ocspSigning)] });
    expect(await by(checked)).toBe("valid");
    const elsewhere = { ...{ issuer: root }, extensions: [] };
    expect(
      await by(checked, [makeList({ ...elsewhere, revoked: [{ certificate: checked }], nextUpdate: testTime })]),
    ).toBe("revocation-unknown");
  });
});
