import type { SeenManifest } from "../model/seen-manifest.js";

/** Groups manifests by owner; those of nobody `wanted` are left out. */
export function byUser(
  manifests: readonly SeenManifest[],
  wanted?: { has(userId: string): boolean },
): Map<string, SeenManifest[]> {
  const users = new Map<string, SeenManifest[]>();
  for (const manifest of manifests) {
    const { userId } = manifest;
    const own = users.get(userId);
    if (own) own.push(manifest);
    else if (!wanted || wanted.has(userId)) users.set(userId, [manifest]);
  }
  return users;
}
