import { sha256, toHex } from "../../encoding/bytes.js";
import { displayName } from "./display-name.js";
import type { DistinguishedName } from "./distinguished-name.js";

const maxChars = 1024;

/**
 * A distinguished name as reports show it, and as policies compare it: two names that differ never have one text.
 *
 * A text that is cut off would be that of many names, so it begins with what no name begins with, and with the hash of all of it.
 */
export async function nameText({ text, encoded }: DistinguishedName): Promise<string> {
  if (text.length <= maxChars) return displayName(text);
  const hash = toHex(await sha256(encoded));
  return displayName(`…${hash} ${text}`).slice(0, maxChars);
}
