import {
  asElementSigns,
  type CertificateWishes,
  caExtensions,
  makeOpensslFolder,
  type OpensslFolder,
} from "./openssl-certificates.js";

/** One certificate or one way to sign, good or bad. */
export interface ElementCase {
  readonly name: string;
  /** What this package says. */
  readonly code: string;
  /** Whether Element calls the user verified. */
  readonly isVerified: boolean;
  /** Why the two differ, where they do. */
  readonly why?: string;
  /** The rule by which `lint` tells of it beforehand, where Element refuses what is right. */
  readonly lint?: string;
  readonly leaf?: CertificateWishes & { readonly names?: readonly string[] };
  /** Certificates that come along, by name. */
  readonly chain?: readonly string[];
  /** For `openssl cms`, in place of what makes it write as Element does. */
  readonly how?: readonly string[];
  readonly keyId?: string;
  /** Changes the text that comes back. */
  readonly spell?: (pem: string) => string;
}

/** A case with its signature made. */
export interface SignedCase extends Omit<ElementCase, "leaf" | "spell"> {
  readonly userId: string;
  readonly keyId: string;
  readonly value: string;
}

/** What is to be signed for a case, and by whom. */
export interface CaseUser {
  readonly name: string;
  readonly userId: string;
  /** Canonical JSON of the master key. */
  readonly signed: string;
}

const clientAuth = "extendedKeyUsage=clientAuth";
const long = `crlDistributionPoints=URI:http://crl.example.org/${"a".repeat(400)}`;
const ofPss = (digest: string, salt: number): string[] => [
  ...["-noattr", "-keyid", "-md", digest, "-keyopt", "rsa_padding_mode:pss", "-keyopt", `rsa_pss_saltlen:${salt}`],
  ...["-keyopt", `rsa_mgf1_md:${digest}`, "-outform", "PEM"],
];
const own = "URI:{uri}";
const firstUri = "Element reads the first Matrix URI alone";
const leafOrder = "Element takes the first certificate of the set for the signer's, and DER puts the shortest first";
const lenient = "Element reads any Matrix URI of the user: other forms, a query, a slash behind";
const noUsage = "Element does not look at key usage";
const anyPurpose = "Element asks for clientAuth wherever there is an extended key usage";

/** Right ones first; `{uri}`, `{local}`, `{server}` stand for the user of the case. */
export const elementCases: readonly ElementCase[] = [
  { name: "as Element wants it", code: "valid", isVerified: true },
  { name: "without extended key usage", code: "valid", isVerified: true, leaf: { extensions: [] } },
  { name: "under an intermediate", code: "valid", isVerified: true, chain: ["long"], leaf: { issuer: "long" } },
  {
    name: "with the root beside it, which is shorter",
    code: "valid",
    isVerified: false,
    why: leafOrder,
    lint: "x509-leaf-order",
    chain: ["root"],
  },
  { name: "RSA-4096", code: "valid", isVerified: true, leaf: { key: "rsa4096" } },
  { name: "an address", code: "valid", isVerified: true, leaf: { names: ["email:{local}@{server}"] } },
  {
    name: "an address in the subject",
    code: "valid",
    isVerified: true,
    leaf: { names: [], subject: "/CN=a/emailAddress={local}@{server}" },
  },
  { name: "another CA in the key ID", code: "valid", isVerified: true, keyId: "io.element.x509:AAAA" },
  {
    name: "its URI first, another behind",
    code: "valid",
    isVerified: true,
    leaf: { names: [own, "URI:matrix:u/other:example.org"] },
  },
  // Right, and refused by Element.
  {
    name: "its URI behind another",
    code: "valid",
    isVerified: false,
    why: firstUri,
    lint: "x509-element",
    leaf: { names: ["URI:matrix:u/other:example.org", own] },
  },
  {
    name: "its URI behind a web address",
    code: "valid",
    isVerified: true,
    leaf: { names: ["URI:https://example.org/", own] },
  },
  {
    name: "for e-mail protection",
    code: "valid",
    isVerified: false,
    why: anyPurpose,
    lint: "x509-element",
    leaf: { extensions: ["extendedKeyUsage=emailProtection"] },
  },
  {
    name: "for any purpose",
    code: "valid",
    isVerified: false,
    why: anyPurpose,
    lint: "x509-element",
    leaf: { extensions: ["extendedKeyUsage=anyExtendedKeyUsage"] },
  },
  {
    name: "a CA signs itself",
    code: "valid",
    isVerified: false,
    why: "Element takes no CA for a signer",
    lint: "x509-element",
    leaf: { extensions: ["basicConstraints=critical,CA:TRUE", "keyUsage=digitalSignature,keyCertSign"] },
  },
  {
    name: "longer than its issuer",
    code: "valid",
    isVerified: false,
    why: leafOrder,
    lint: "x509-leaf-order",
    chain: ["short"],
    leaf: { issuer: "short", extensions: [clientAuth, long] },
  },
  {
    name: "under custom:",
    code: "valid",
    isVerified: false,
    why: "Element reads no custom: key IDs",
    keyId: "custom:io.element.x509:AAAA",
  },
  // Wrong for both.
  {
    name: "another user",
    code: "name-mismatch",
    isVerified: false,
    leaf: { names: ["URI:matrix:u/other:example.org"] },
  },
  {
    name: "another user, and the own address",
    code: "name-mismatch",
    isVerified: false,
    leaf: { names: ["URI:matrix:u/other:example.org", "email:{local}@{server}"] },
  },
  { name: "nobody", code: "name-mismatch", isVerified: false, leaf: { names: [] } },
  { name: "another address", code: "name-mismatch", isVerified: false, leaf: { names: ["email:other@{server}"] } },
  {
    name: "for servers",
    code: "extended-key-usage",
    isVerified: false,
    leaf: { extensions: ["extendedKeyUsage=serverAuth"] },
  },
  {
    name: "an unknown critical extension",
    code: "unknown-critical-extension",
    isVerified: false,
    leaf: { extensions: [clientAuth, "1.3.6.1.4.1.99999.1=critical,DER:0500"] },
  },
  {
    name: "expired",
    code: "cert-expired",
    isVerified: false,
    leaf: { dates: { from: "20200101000000Z", to: "20210101000000Z" } },
  },
  {
    name: "not valid yet",
    code: "cert-not-yet-valid",
    isVerified: false,
    leaf: { dates: { from: "20480101000000Z", to: "20490101000000Z" } },
  },
  { name: "under another root", code: "no-path", isVerified: false, leaf: { issuer: "other-root" } },
  { name: "without the intermediate", code: "no-path", isVerified: false, leaf: { issuer: "long" } },
  {
    name: "under somebody who is no CA",
    code: "not-a-ca",
    isVerified: false,
    chain: ["no-ca"],
    leaf: { issuer: "no-ca" },
  },
  {
    name: "too long a path",
    code: "path-length",
    isVerified: false,
    chain: ["long-below-flat", "flat"],
    leaf: { issuer: "long-below-flat" },
  },
  { name: "a certificate with SHA-1", code: "weak-algorithm", isVerified: false, leaf: { digest: "sha1" } },
  { name: "RSA-1536", code: "weak-algorithm", isVerified: false, leaf: { key: "rsa1536" } },
  {
    name: "PKCS#1 v1.5",
    code: "malformed",
    isVerified: false,
    how: ["-noattr", "-keyid", "-md", "sha512", "-outform", "PEM"],
  },
  { name: "PSS with SHA-256", code: "malformed", isVerified: false, how: ofPss("sha256", 32) },
  { name: "PSS with 32 bytes of salt", code: "malformed", isVerified: false, how: ofPss("sha512", 32) },
  {
    name: "signed attributes",
    code: "malformed",
    isVerified: false,
    how: asElementSigns.filter((option) => option !== "-noattr"),
  },
  {
    name: "by issuer and serial number",
    code: "malformed",
    isVerified: false,
    how: asElementSigns.filter((option) => option !== "-keyid"),
  },
  { name: "content attached", code: "malformed", isVerified: false, how: [...asElementSigns, "-nodetach"] },
  { name: "no certificates", code: "malformed", isVerified: false, how: [...asElementSigns, "-nocerts"] },
  { name: "the label PKCS7", code: "malformed", isVerified: false, spell: (pem) => pem.replaceAll("CMS", "PKCS7") },
  { name: "no PEM", code: "malformed", isVerified: false, spell: (pem) => pem.replace(/-.*-|\n/g, "") },
  // Wrong, and Element takes it.
  {
    name: "a query behind the URI",
    code: "name-mismatch",
    isVerified: true,
    why: lenient,
    leaf: { names: ["URI:{uri}?action=chat"] },
  },
  {
    name: "a slash behind the URI",
    code: "name-mismatch",
    isVerified: true,
    why: lenient,
    leaf: { names: ["URI:{uri}/"] },
  },
  {
    name: "matrix:user/",
    code: "name-mismatch",
    isVerified: true,
    why: lenient,
    leaf: { names: ["URI:matrix:user/{local}:{server}"] },
  },
  {
    name: "for encryption alone",
    code: "key-usage",
    isVerified: true,
    why: noUsage,
    leaf: { extensions: [clientAuth, "keyUsage=critical,keyEncipherment"] },
  },
  // Name constraints.
  {
    name: "constraints permit the host",
    code: "valid",
    isVerified: true,
    chain: ["nc-dns"],
    leaf: { issuer: "nc-dns" },
  },
  {
    name: "constraints exclude the host",
    code: "name-constraints",
    isVerified: true,
    why: "Element's library does not hold Matrix names against hosts",
    chain: ["nc-not-dns"],
    leaf: { issuer: "nc-not-dns" },
  },
  {
    name: "constraints on directories",
    code: "name-constraints",
    isVerified: false,
    chain: ["nc-dir"],
    leaf: { issuer: "nc-dir" },
  },
  {
    name: "constraints on URIs",
    code: "name-constraints",
    isVerified: false,
    chain: ["nc-uri"],
    leaf: { issuer: "nc-uri" },
  },
  {
    name: "constraints on mail, an address",
    code: "valid",
    isVerified: false,
    why: "Element's library does not know constraints on addresses",
    lint: "x509-element",
    chain: ["nc-mail"],
    leaf: { issuer: "nc-mail", names: ["email:{local}@{server}"] },
  },
  {
    name: "constraints on other mail, an address",
    code: "name-constraints",
    isVerified: false,
    chain: ["nc-not-mail"],
    leaf: { issuer: "nc-not-mail", names: ["email:{local}@{server}"] },
  },
];

/** Roots, intermediates and all that leaves of {@link elementCases} stand under. */
export async function makeElementCas(server: string): Promise<OpensslFolder> {
  const openssl = await makeOpensslFolder();
  const ca = (name: string, issuer?: string, extensions: readonly string[] = []): Promise<void> =>
    openssl.make(name, { ...(issuer && { issuer }), key: "rsa2048", extensions: [...caExtensions, ...extensions] });
  const constrained = (name: string, constraints: string, ...more: readonly string[]): Promise<void> =>
    ca(name, "root", [`nameConstraints=critical,${constraints}`, long, ...more]);
  await ca("root");
  await ca("other-root");
  await ca("short", "root");
  await ca("long", "root", [long]);
  await openssl.make("no-ca", {
    issuer: "root",
    key: "rsa2048",
    extensions: ["basicConstraints=CA:FALSE", "subjectKeyIdentifier=hash", long],
  });
  await openssl.make("flat", {
    issuer: "root",
    key: "rsa2048",
    extensions: ["basicConstraints=critical,CA:TRUE,pathlen:0", "subjectKeyIdentifier=hash", long],
  });
  await openssl.make("long-below-flat", {
    issuer: "flat",
    keyOf: "long",
    subject: "/CN=long-below-flat",
    extensions: [...caExtensions, long],
  });
  await constrained("nc-dns", `permitted;DNS:${server}`);
  await constrained("nc-not-dns", `excluded;DNS:${server}`);
  await constrained("nc-dir", "permitted;dirName:dir", "[dir]", "CN=nobody");
  await constrained("nc-uri", `permitted;URI:${server}`);
  await constrained("nc-mail", `permitted;email:${server}`);
  await constrained("nc-not-mail", "permitted;email:example.net");
  return openssl;
}

/** Makes the certificate of a case for a user, and signs. */
export async function signCase(openssl: OpensslFolder, one: ElementCase, user: CaseUser): Promise<SignedCase> {
  const { leaf: { names = [own], ...leaf } = {}, chain = [], how = asElementSigns, spell, ...rest } = one;
  const [local = "", server = ""] = user.userId.slice(1).split(":");
  const fill = (text: string): string =>
    text.replaceAll("{uri}", `matrix:u/${local}:${server}`).replaceAll("{local}", local).replaceAll("{server}", server);
  const san = names.length > 0 ? [`subjectAltName=${names.map(fill).join(",")}`] : [];
  const extensions = [
    "subjectKeyIdentifier=hash",
    "authorityKeyIdentifier=keyid",
    ...(leaf.extensions ?? [clientAuth]),
    ...san,
  ];
  const subject = fill(leaf.subject ?? "/CN=leaf");
  await openssl.make("leaf", { issuer: "root", key: "rsa2048", ...leaf, subject, extensions });
  const pem = (await openssl.sign(user.signed, "leaf", chain, how)).toString();
  const { keyId = "io.element.x509:AAAA" } = one;
  return { ...rest, chain, how, userId: user.userId, keyId, value: spell ? spell(pem) : pem };
}
