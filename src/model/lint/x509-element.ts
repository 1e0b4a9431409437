import type { CertificateFacts } from "./certificate.js";
import { elementSignatures } from "./element-signatures.js";
import { keyRoutes, type LintedSignature, type Rule } from "./finding.js";
import { isNamedBy } from "./signed-data.js";

const clientAuth = "1.3.6.1.5.5.7.3.2";
/** Forms of names, by their tags (RFC 5280 §4.2.1.6). */
const form = { rfc822Name: 0x81, directoryName: 0xa4, uri: 0x86 } as const;

/**
 * What Element refuses in certificates although RFC 5280 and PROTOCOL have it right: of Matrix URIs it reads the first alone, it wants
 * clientAuth among the purposes where there are any, no CA as signer, no name constraints on directories, nor such on URIs or
 * addresses where the certificate has one. The root, which is not in a signature, can hold constraints too: they are not seen here.
 */
export const x509Element: Rule = {
  rule: "x509-element",
  routes: keyRoutes,
  find: (signature) => {
    const reasons = elementSignatures(signature).flatMap(({ certificates, signer }) => {
      const leaf = signer && certificates.find((certificate) => isNamedBy(certificate, signer));
      return leaf ? reasonsAgainst(leaf, certificates, signature) : [];
    });
    return reasons.length > 0
      ? `Element does not count the signature: ${[...new Set(reasons)].join("; ")}.`
      : undefined;
  },
};

function reasonsAgainst(
  leaf: CertificateFacts,
  certificates: readonly CertificateFacts[],
  { userId }: LintedSignature,
): string[] {
  const above = certificates
    .filter((certificate) => certificate !== leaf)
    .flatMap(({ constrainedForms }) => constrainedForms);
  const uris = leaf.uris.filter((uri) => uri.startsWith("matrix:"));
  const isNamed = (uri: string): boolean => decoded(uri) === `matrix:u/${userId.slice(1)}`;
  const meets = above.some(
    (tag) =>
      tag === form.directoryName ||
      (tag === form.uri && leaf.uris.length > 0) ||
      (tag === form.rfc822Name && leaf.hasAddress),
  );
  return [
    ...(uris.slice(1).some(isNamed) && !isNamed(uris[0] ?? "") ? ["it reads the first Matrix URI alone"] : []),
    ...(leaf.purposes && !leaf.purposes.includes(clientAuth) ? ["it wants the purpose clientAuth"] : []),
    ...(leaf.isAuthority ? ["it takes no CA for a signer"] : []),
    ...(meets ? ["it cannot apply the name constraints"] : []),
  ];
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
