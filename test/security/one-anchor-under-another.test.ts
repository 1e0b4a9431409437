import { expect, it } from "vitest";
import { cms } from "../../src/algorithms/x509.js";
import { decodeUtf8 } from "../../src/encoding/bytes.js";
import { assessIdentity, readTrust, type TrustAnchor, trustContext } from "../../src/trust/index.js";
import { day, makeAuthority, makeKey, type TestCertificate, testTime } from "../support/certificates.js";
import { makeCms } from "../support/cms.js";
import { alice, cmsBase64, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

/** Two anchors of which one is under the other are one, so a rule that asks for two is not satisfied by them. */
const key = (slot: number) => makeKey("p256", slot);
// The root ends before the others do, so a path that begins below it lasts longer.
const root = makeRoot({ key: key(1), notAfter: testTime + day });
const middle = makeAuthority({ subject: "Middle", issuer: root, key: key(2), notAfter: testTime + 2 * day });
const other = makeAuthority({ subject: "Other", issuer: root, key: key(3) });
const [token, card] = [makeSigner(other, { key: key(4) }), makeSigner(middle, { key: key(5) })];
const object = masterKeyOf();

async function reportOn(signer: TestCertificate, issuer: TestCertificate, trusted: readonly string[]) {
  const value = makeCms({ content: object.bytes, signer, certificates: [signer, issuer] });
  const verdict = await judge(cms({ trustedCertificates: trusted.join("") }), cmsBase64(value));
  const about = { keyId: "custom:org.ietf.cms", algorithm: "org.ietf.cms", userId: alice };
  return { ...verdict, ...about, object: decodeUtf8(object.bytes) ?? "", purpose: "master-key" as const };
}

/** What a reader makes of both signatures who asks for one under each anchor. */
async function levelOf(anchors: readonly Pick<TrustAnchor, "key" | "speaksFor">[], trusted: readonly string[]) {
  const reports = await Promise.all([reportOn(token, other, trusted), reportOn(card, middle, trusted)]);
  const named = anchors.map((anchor, index) => ({
    id: `${index}`,
    algorithm: "org.ietf.cms",
    scope: { servers: ["example.org"] },
    ...anchor,
  }));
  const require = { allOf: named.map(({ id }) => ({ anchor: id })) };
  const rules = [{ id: "two", scope: { servers: ["example.org"] }, require }];
  const trust = await readTrust({ anchors: named, policy: { version: 1, rules } });
  const identity = { userId: alice, masterKey: object, signatures: [], withdrawn: [], problems: [], fetchedAt: 0 };
  return assessIdentity({ identity, reports }, trustContext({ trust, now: testTime })).level;
}

it("two authorities beside each other are two", async () => {
  expect(await levelOf([{ key: other.pem }, { key: middle.pem }], [root.pem])).toBe("trusted");
});

it.each<[string, readonly Pick<TrustAnchor, "key" | "speaksFor">[], readonly TestCertificate[]]>([
  ["an authority of its own", [{ key: root.pem }, { key: middle.pem }], [root]],
  ["one that is given as a root as well", [{ key: root.pem }, { key: middle.pem }], [root, middle]],
  ["a card", [{ key: root.pem }, { key: card.pem }], [root]],
  ["a card that speaks for all", [{ key: root.pem }, { key: card.pem, speaksFor: "scope" }], [root]],
])("a root and %s are one", async (_what, anchors, trusted) => {
  const pems = trusted.map(({ pem }) => pem);
  expect(await levelOf(anchors, pems)).toBe("unproven");
});
