import type { SeenManifest } from "../model/manifest/seen-manifest.js";

/** Groups manifests by owner. */
export function byUser(manifests: readonly SeenManifest[]): Map<string, SeenManifest[]> {
  const users = new Map<string, SeenManifest[]>();
  for (const manifest of manifests) {
    const own = users.get(manifest.userId);
    if (own) own.push(manifest);
    else users.set(manifest.userId, [manifest]);
  }
  return users;
}
