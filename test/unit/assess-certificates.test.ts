import { describe, expect, it } from "vitest";
import { type CmsOptions, cms } from "../../src/algorithms/x509.js";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import { assessIdentity, readTrust, type TrustAnchor, type TrustPolicy, trustContext } from "../../src/trust/index.js";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { day, makeAuthority, makeKey, signBytes, type TestCertificate, testTime } from "../support/certificates.js";
import { makeCms, type TestCmsWishes } from "../support/cms.js";
import { makeList } from "../support/revocation-data.js";
import { makeTimestamp } from "../support/timestamps.js";
import { alice, cmsBase64, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

const root = makeRoot({ key: "p256" });
const middle = makeAuthority({ subject: "Middle", issuer: root });
const { mail, uri } = generalName;
const object = masterKeyOf();
const past = { notBefore: testTime - 20 * day, notAfter: testTime - 2 * day };
const signer = (wishes: Parameters<typeof makeSigner>[1] = {}) => makeSigner(middle, { key: "p256", ...wishes });
const good = signer();

interface Question {
  readonly anchor: Partial<TrustAnchor>;
  readonly leaf?: TestCertificate;
  readonly policy?: Partial<TrustPolicy>;
  readonly options?: CmsOptions;
  readonly cms?: Partial<TestCmsWishes>;
}

/** The level of Alice with this one anchor, and the first reason, by true verdicts. */
async function assessed({ anchor, leaf = good, policy, options, cms: wishes }: Question): Promise<unknown> {
  const value = makeCms({ content: object.bytes, signer: leaf, certificates: [leaf, middle], ...wishes });
  const verdict = await judge(cms({ trustedCertificates: root.pem, ...options }), cmsBase64(value));
  const text = decodeUtf8(object.bytes) ?? "";
  const about = { keyId: "custom:org.ietf.cms:x", algorithm: "org.ietf.cms", userId: alice };
  const report = { ...verdict, ...about, object: text, purpose: "master-key" as const };
  const anchors = [
    { id: "ca", algorithm: "org.ietf.cms", key: root.pem, scope: { servers: ["example.org"] }, ...anchor },
  ];
  const trust = await readTrust({ anchors, ...(policy && { policy: { version: 1, ...policy } }) });
  const found = { userId: alice, masterKey: object, signatures: [], withdrawn: [], problems: [], fetchedAt: testTime };
  const context = trustContext({ trust, now: testTime });
  const { level, reasons } = assessIdentity({ identity: found, reports: [report] }, context);
  return [level, reasons[0]?.code, reasons[0]?.report].filter((word) => word !== undefined);
}

const yes = ["trusted", "vouched"];

describe("a certificate speaks for whom it names", () => {
  it("under its root, an authority in between, that authority by key and name, and itself", async () => {
    for (const key of [root.pem, middle.pem, good.pem]) expect(await assessed({ anchor: { key } })).toEqual(yes);
    const spki = (await keyHashes())[1] ?? "";
    expect(await assessed({ anchor: { key: { spki, subject: "CN=Middle" } } })).toEqual(yes);
    expect(await assessed({ anchor: { key: { spki, subject: "CN=Root" } } })).toEqual(["unproven", "no-anchor"]);
  });

  it("not under an authority that only has the name of its own", async () => {
    const fake = makeAuthority({ subject: "Middle", issuer: root, key: makeKey("p256", 1) });
    expect(await assessed({ anchor: { key: fake.pem } })).toEqual(["unproven", "no-anchor"]);
  });

  it("by an address through the table alone, and never beside a URI", async () => {
    const byMail = signer({ names: [mail("alice@example.com")] });
    const emailServers = { "example.com": "example.org" };
    const email = { speaksFor: "email", emailServers } as const;
    expect(await assessed({ anchor: email, leaf: byMail })).toEqual(yes);
    const own = signer({ names: [mail("alice@example.org")] });
    for (const [anchor, leaf] of [
      [{ speaksFor: "named" }, own],
      [{ speaksFor: "email", emailServers: {} }, own],
      [email, own],
      [email, signer({ names: [mail("alice@example.com"), uri("matrix:u/mallory:example.org")] })],
    ] as const) {
      expect(await assessed({ anchor, leaf })).toEqual(["unproven", "not-named"]);
    }
  });

  it("by the serial number of a card that this issuer gave", async () => {
    const leaf = signer({ names: [], subject: { CN: "Alice", serialNumber: "PNODE-1" } });
    const entry = { issuer: "CN=Middle", attribute: "serial-number", value: "PNODE-1", userId: alice } as const;
    const by = (changes: object) =>
      assessed({ anchor: { speaksFor: "directory", directory: [{ ...entry, ...changes }] }, leaf });
    expect(await by({})).toEqual(yes);
    for (const changes of [{ issuer: "CN=Root" }, { value: "PNODE-2" }, { userId: "@bob:example.org" }]) {
      expect(await by(changes)).toEqual(["unproven", "not-named"]);
    }
  });

  async function keyHashes(): Promise<string[]> {
    const value = cmsBase64(makeCms({ content: object.bytes, signer: good, certificates: [good, middle] }));
    const { certificate } = await judge(cms({ trustedCertificates: root.pem }), value);
    return certificate?.paths[0]?.certificates.map(({ keyHash }) => keyHash) ?? [];
  }
});

describe("a certificate that has ended", () => {
  const leaf = signer(past);
  const superseded = makeList({
    issuer: middle,
    revoked: [{ certificate: good, reason: 4, revokedAt: testTime - day }],
  });
  const compromised = makeList({ issuer: middle, revoked: [{ certificate: leaf, reason: 1 }] });

  it("counts within the grace of the policy, by an authority that stands in its path", async () => {
    for (const key of [root.pem, middle.pem]) {
      expect(await assessed({ anchor: { key }, leaf, policy: { grace: 3 * day } })).toEqual(yes);
      expect(await assessed({ anchor: { key }, leaf, policy: { grace: day } })).not.toEqual(yes);
      expect(await assessed({ anchor: { key }, leaf })).not.toEqual(yes);
    }
  });

  it("does not count within the grace where it was revoked, or where that could not be known", async () => {
    const policy = { grace: 30 * day };
    const soft = { revocation: "soft-fail" } as const;
    expect(await assessed({ anchor: {}, leaf, policy, options: { ...soft, crls: compromised } })).not.toEqual(yes);
    expect(await assessed({ anchor: {}, policy, options: { ...soft, crls: superseded } })).not.toEqual(yes);
    const late = [root, middle].map((issuer) => makeList({ issuer, thisUpdate: testTime - day }));
    const early = [root, middle].map((issuer) => makeList({ issuer, thisUpdate: testTime - 5 * day }));
    const hard = { revocation: "hard-fail" } as const;
    expect(await assessed({ anchor: {}, leaf, policy, options: { ...hard, crls: late } })).not.toEqual(yes);
    expect(await assessed({ anchor: {}, leaf, policy, options: { ...hard, crls: early } })).toEqual(yes);
  });

  it("does not count under an authority whose own path ended for another reason", async () => {
    const key = makeKey("p256");
    const old = makeAuthority({ subject: "Middle", issuer: root, key, ...past });
    const replaced = makeAuthority({ subject: "Middle", issuer: root, key });
    const below = makeSigner(replaced, { key: "p256" });
    const crls = makeList({ issuer: root, revoked: [{ certificate: replaced, reason: 4, revokedAt: testTime - day }] });
    const options = { revocation: "soft-fail", crls } as const;
    const question = {
      leaf: below,
      policy: { grace: 30 * day },
      options,
      cms: { certificates: [below, old, replaced] },
    };
    expect(await assessed({ ...question, anchor: { key: old.pem } })).toEqual(yes);
    expect(await assessed({ ...question, anchor: { key: replaced.pem } })).not.toEqual(yes);
  });

  it("counts for its own time where a timestamp that counts proves it, though it was superseded since", async () => {
    const authority = makeAuthority({ subject: "Timestamps" });
    const purpose = certificateExtension.criticalExtendedKeyUsage("1.3.6.1.5.5.7.3.8");
    const stamper = makeSigner(authority, { names: [], key: "p256", extensions: [purpose] });
    const signature = signBytes(good.privateKey, object.bytes);
    const at = (time: number): Partial<TestCmsWishes> => ({
      attributes: null,
      signature,
      unsignedAttributes: [makeTimestamp({ signature, signer: stamper, at: time })],
    });
    const options = { revocation: "soft-fail", crls: superseded, timestampRoots: authority.pem } as const;
    const policy = { validity: "signing-time" } as const;
    expect(await assessed({ anchor: {}, policy, options, cms: at(testTime - 2 * day) })).toEqual(yes);
    expect(await assessed({ anchor: {}, policy, options, cms: at(testTime - day / 2) })).not.toEqual(yes);
  });
});
