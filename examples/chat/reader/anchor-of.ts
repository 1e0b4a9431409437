import type { TrustAnchor } from "matrix-countersign";
import type { PublicKey } from "../keys.js";

/** An anchor for a key; the name is the key's own word, which is why the fingerprint stands beside it. */
export function anchorOf({ fingerprint, name }: PublicKey, scope: TrustAnchor["scope"]): TrustAnchor {
  const label = name.replace(/\s*<[^>]*>\s*$/, "") || name;
  return { id: fingerprint, label, algorithm: "org.openpgp.signature", key: fingerprint, scope };
}
