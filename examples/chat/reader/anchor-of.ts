import type { TrustAnchor } from "matrix-countersign";
import type { PublicKey } from "../keys.js";

/** What this page makes: an anchor for one key by its fingerprint. */
export type FingerprintAnchor = TrustAnchor & { readonly key: string };

/** An anchor for a key; the name is the key's own word, which is why the fingerprint stands beside it. */
export function anchorOf({ fingerprint, name }: PublicKey, scope: TrustAnchor["scope"]): FingerprintAnchor {
  const label = name.replace(/\s*<[^>]*>\s*$/, "") || name;
  return { id: fingerprint, label, algorithm: "org.openpgp.signature", key: fingerprint, speaksFor: "scope", scope };
}
