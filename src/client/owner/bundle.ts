import type { JsonObject } from "../../encoding/json-object.js";

/** The text of a bundle: manifests, to be saved as a file or served from an address, for others to import. */
export function bundleOf(manifests: readonly JsonObject[]): string {
  return `${JSON.stringify({ manifests }, undefined, 2)}\n`;
}
