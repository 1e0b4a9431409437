import type { TrustAnchor } from "../../src/model/trust-anchor.js";
import type { TrustSettings } from "../../src/model/trust-policy.js";

/** An anchor for one server. */
export function plainAnchor(id: string, more: Partial<TrustAnchor> = {}): TrustAnchor {
  return { id, algorithm: "org.openpgp.signature", key: "A".repeat(40), scope: { servers: ["example.org"] }, ...more };
}

/** An edit that adds an anchor. */
export function adding(id: string, more: Partial<TrustAnchor> = {}): (settings: TrustSettings) => TrustSettings {
  return (settings) => ({ ...settings, anchors: [...settings.anchors, plainAnchor(id, more)] });
}

/** An edit that takes an anchor away. */
export function removing(id: string): (settings: TrustSettings) => TrustSettings {
  return (settings) => ({ ...settings, anchors: settings.anchors.filter((anchor) => anchor.id !== id) });
}

/** The names of the anchors that count. */
export function anchorIds({ settings }: { readonly settings: TrustSettings }): string[] {
  return settings.anchors.map(({ id }) => id);
}
