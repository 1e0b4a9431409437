import { oid } from "../../src/algorithms/shared/object-identifiers.js";
import { certificateExtension, generalName } from "./certificate-extensions.js";
import { day, makeAuthority, makeCertificate, makeLeaf, type TestCertificate, testTime } from "./certificates.js";

/** One rule of RFC 5280 §6 with a chain that keeps it or breaks it, root first. */
export interface RuleChain {
  readonly rule: string;
  /** The code that the chain is to have here. */
  readonly code: string;
  readonly chain: readonly TestCertificate[];
}

const { basicConstraints, keyUsage, extendedKeyUsage, subjectAltName, nameConstraints, unknown } = certificateExtension;
const { policies, policyMappings, policyConstraints, inhibitAnyPolicy } = certificateExtension;
const [gold, silver] = ["1.3.6.1.4.1.99999.2.1", "1.3.6.1.4.1.99999.2.2"];
const matrixUri = generalName.uri("matrix:u/alice:example.org");
const serverAuth = "1.3.6.1.5.5.7.3.1";

const root = makeAuthority({ subject: { O: "Example", CN: "Root" } });

type Wishes = NonNullable<Parameters<typeof makeAuthority>[0]>;

/** A chain of root, one CA with these wishes, and a leaf. */
function under(authority: Wishes, leaf: Parameters<typeof makeLeaf>[0] = {}): readonly TestCertificate[] {
  const issuer = makeAuthority({ subject: { O: "Example", CN: "CA" }, issuer: root, ...authority });
  return [root, issuer, makeLeaf({ subject: { O: "Example", CN: "Leaf" }, ...leaf, issuer })];
}

/** Root, a CA of policies, one below it, and a leaf. */
function policyChain(upper: readonly Uint8Array[], lower: readonly Uint8Array[], leaf: readonly Uint8Array[]) {
  const first = makeAuthority({ subject: "Upper", issuer: root, extensions: upper });
  const second = makeAuthority({ subject: "Lower", issuer: first, extensions: lower });
  return [root, first, second, makeLeaf({ issuer: second, extensions: leaf })];
}

function belowSelfIssued(pathLength: number): readonly TestCertificate[] {
  const first = makeAuthority({ subject: "Rolling", issuer: root, pathLength });
  const renewed = makeAuthority({ subject: "Rolling", issuer: first });
  return [root, first, renewed, makeLeaf({ issuer: renewed })];
}

/** A CA that inhibits anyPolicy, and a self-issued certificate with it: between, or as the leaf. */
function anyPolicyBelow(isBetween: boolean): readonly TestCertificate[] {
  const explicit = policyConstraints({ requireExplicit: 0 });
  const upper = { subject: "Rolling", issuer: root, extensions: [policies(gold), explicit, inhibitAnyPolicy(0)] };
  const first = makeAuthority(upper);
  const any = { subject: "Rolling", issuer: first, extensions: [policies(oid.anyPolicy)] };
  if (!isBetween) return [root, first, makeLeaf(any)];
  const renewed = makeAuthority(any);
  return [root, first, renewed, makeLeaf({ issuer: renewed, extensions: [policies(gold)] })];
}

/** A CA that asks for a policy from the second certificate below it on, another CA, and a leaf; neither has any. */
function explicitBelow(subject: string): readonly TestCertificate[] {
  const extensions = [policyConstraints({ requireExplicit: 2 })];
  const first = makeAuthority({ subject: "Rolling", issuer: root, extensions });
  const second = makeAuthority({ subject, issuer: first });
  return [root, first, second, makeLeaf({ issuer: second })];
}

const named = (...names: readonly Uint8Array[]) => ({ extensions: [subjectAltName(...names)] });
const permitting = (...permitted: readonly Uint8Array[]) => ({ extensions: [nameConstraints({ permitted })] });
const excluding = (...excluded: readonly Uint8Array[]) => ({ extensions: [nameConstraints({ excluded })] });
const explicit = policyConstraints({ requireExplicit: 0 });

/** One chain for each rule, kept and broken. */
export function ruleChains(): readonly RuleChain[] {
  const rule = (rule: string, code: string, chain: readonly TestCertificate[]): RuleChain => ({ rule, code, chain });
  const { dns, mail, uri, ip, directory } = generalName;
  const fake = makeAuthority({ subject: { O: "Example", CN: "CA" } });
  return [
    rule("everything in order", "valid", under({})),
    rule("signature by another key of the issuer's name", "no-path", [root, fake, makeLeaf({ issuer: fake })]),
    rule("issuer's name differs", "no-path", under({}, { issuerName: "Somebody" })),
    rule("leaf expired", "cert-expired", under({}, { notAfter: testTime - day })),
    rule("CA expired", "cert-expired", under({ notAfter: testTime - day })),
    rule("leaf not yet valid", "cert-not-yet-valid", under({}, { notBefore: testTime + day })),
    rule("CA not yet valid", "cert-not-yet-valid", under({ notBefore: testTime + day })),
    rule("no basicConstraints in a CA", "not-a-ca", underPlain([keyUsage("keyCertSign")])),
    rule("a CA that says that it is none", "not-a-ca", underPlain([basicConstraints(false), keyUsage("keyCertSign")])),
    rule("a CA without keyCertSign", "key-usage", underPlain([basicConstraints(true), keyUsage("cRLSign")])),
    rule("a CA without key usage", "valid", underPlain([basicConstraints(true)])),
    rule("basicConstraints not critical", "valid", underPlain([basicConstraints(true, undefined, false)])),
    rule("path length 0 above a leaf", "valid", under({ pathLength: 0 })),
    rule("path length 0 above a CA", "path-length", underTwo({ pathLength: 0 })),
    rule("path length 1 above a CA", "valid", underTwo({ pathLength: 1 })),
    rule("path length 0 above a self-issued CA", "valid", belowSelfIssued(0)),
    rule("leaf without digitalSignature", "key-usage", leafWith([keyUsage("keyEncipherment")])),
    rule("leaf with nonRepudiation alone", "valid", leafWith([keyUsage("nonRepudiation")])),
    rule("leaf without key usage", "valid", leafWith([])),
    rule("leaf for serverAuth alone", "extended-key-usage", under({}, { extensions: [extendedKeyUsage(serverAuth)] })),
    rule("leaf for emailProtection", "valid", under({}, { extensions: [extendedKeyUsage(oid.emailProtection)] })),
    rule("CA for serverAuth alone", "extended-key-usage", under({ extensions: [extendedKeyUsage(serverAuth)] })),
    rule(
      "unknown critical extension in a leaf",
      "unknown-critical-extension",
      under({}, { extensions: [unknown(true)] }),
    ),
    rule("unknown critical extension in a CA", "unknown-critical-extension", under({ extensions: [unknown(true)] })),
    rule("unknown extension, not critical", "valid", under({}, { extensions: [unknown(false)] })),
    rule("RSA of 1024 bits signs", "weak-algorithm", under({ key: "rsa1024" })),
    rule("SHA-1 signs", "weak-algorithm", under({}, { signedBy: { hash: "sha1" } })),
    rule("permitted host", "valid", under(permitting(dns("example.org")), named(dns("a.example.org")))),
    rule("host not permitted", "name-constraints", under(permitting(dns("example.org")), named(dns("example.com")))),
    rule("excluded host", "name-constraints", under(excluding(dns("example.org")), named(dns("a.example.org")))),
    rule("permitted mailbox", "valid", under(permitting(mail("example.org")), named(mail("a@example.org")))),
    rule(
      "mailbox below a host",
      "name-constraints",
      under(permitting(mail("example.org")), named(mail("a@b.example.org"))),
    ),
    rule("mailbox in a domain", "valid", under(permitting(mail(".example.org")), named(mail("a@b.example.org")))),
    rule("mail in the subject alone", "name-constraints", underMail(permitting(mail("example.org")), "a@example.com")),
    rule("permitted URI", "valid", under(permitting(uri("example.org")), named(uri("https://example.org/a")))),
    rule(
      "URI of another host",
      "name-constraints",
      under(permitting(uri("example.org")), named(uri("https://a.example.org/"))),
    ),
    rule(
      "Matrix URI, another one permitted",
      "name-constraints",
      under(permitting(uri("example.org")), named(matrixUri)),
    ),
    rule(
      "Matrix URI, another one excluded",
      "name-constraints",
      under(excluding(uri("example.com")), named(matrixUri)),
    ),
    rule("Matrix URI, hosts constrained", "valid", under(permitting(dns("example.com")), named(matrixUri))),
    rule("permitted network", "valid", under(permitting(ip(10, 0, 0, 0, 255, 0, 0, 0)), named(ip(10, 1, 2, 3)))),
    rule(
      "address elsewhere",
      "name-constraints",
      under(permitting(ip(10, 0, 0, 0, 255, 0, 0, 0)), named(ip(11, 1, 2, 3))),
    ),
    rule("permitted directory", "valid", under(permitting(directory({ O: "Example" })))),
    rule("subject elsewhere", "name-constraints", under(permitting(directory({ O: "Other" })))),
    rule("excluded directory", "name-constraints", under(excluding(directory({ O: "example" })))),
    rule(
      "a policy that goes through",
      "valid",
      policyChain([policies(gold), explicit], [policies(gold)], [policies(gold)]),
    ),
    rule(
      "a policy that is asked for and lacks",
      "policy",
      policyChain([policies(gold), explicit], [policies(gold)], []),
    ),
    rule("another policy", "policy", policyChain([policies(gold), explicit], [policies(gold)], [policies(silver)])),
    rule("no policy asked for", "valid", policyChain([policies(gold)], [], [policies(silver)])),
    rule(
      "a policy from anyPolicy",
      "valid",
      policyChain([policies(oid.anyPolicy), explicit], [policies(gold)], [policies(gold)]),
    ),
    rule(
      "anyPolicy inhibited",
      "policy",
      policyChain([policies(gold), explicit, inhibitAnyPolicy(0)], [policies(oid.anyPolicy)], [policies(gold)]),
    ),
    rule(
      "a mapped policy",
      "valid",
      policyChain([policies(gold), policyMappings([gold, silver]), explicit], [policies(silver)], [policies(silver)]),
    ),
    rule(
      "the policy before its mapping",
      "policy",
      policyChain([policies(gold), policyMappings([gold, silver]), explicit], [policies(gold)], [policies(gold)]),
    ),
    rule(
      "mapping inhibited",
      "policy",
      policyChain(
        [policies(gold), policyConstraints({ requireExplicit: 0, inhibitMapping: 0 })],
        [policies(gold), policyMappings([gold, silver])],
        [policies(silver)],
      ),
    ),
    rule(
      "a policy whose mapping is inhibited",
      "policy",
      policyChain(
        [policies(gold), policyConstraints({ requireExplicit: 0, inhibitMapping: 0 })],
        [policies(gold), policyMappings([gold, silver])],
        [policies(gold)],
      ),
    ),
    rule("anyPolicy inhibited, but self-issued", "valid", anyPolicyBelow(true)),
    rule("a policy asked for two below, one of them self-issued", "valid", explicitBelow("Rolling")),
    rule("a policy asked for two below", "policy", explicitBelow("Lower")),
    rule("anyPolicy inhibited, self-issued at the end", "policy", anyPolicyBelow(false)),
    rule(
      "a mapping from anyPolicy",
      "policy",
      policyChain([policies(gold), policyMappings([oid.anyPolicy, silver])], [policies(silver)], [policies(silver)]),
    ),
  ];
}

/** As {@link under}, the CA with these extensions alone. */
function underPlain(extensions: readonly Uint8Array[]): readonly TestCertificate[] {
  const issuer = makeCertificate({ subject: "Plain", issuer: root, extensions });
  return [root, issuer, makeLeaf({ issuer })];
}

function underTwo(upper: Wishes): readonly TestCertificate[] {
  const first = makeAuthority({ subject: "Upper", issuer: root, ...upper });
  const second = makeAuthority({ subject: "Lower", issuer: first });
  return [root, first, second, makeLeaf({ issuer: second })];
}

function leafWith(extensions: readonly Uint8Array[]): readonly TestCertificate[] {
  const issuer = makeAuthority({ subject: "CA", issuer: root });
  return [root, issuer, makeCertificate({ subject: "Leaf", issuer, extensions })];
}

function underMail(authority: Wishes, emailAddress: string): readonly TestCertificate[] {
  return under(authority, { subject: { O: "Example", emailAddress }, ...named(generalName.dns("example.org")) });
}
