import { CountersignError } from "../errors.js";

const algorithmGrammar = /^[a-z][a-z0-9._-]{0,254}$/;
const printableAscii = /^[\x21-\x7e]+$/;

/** The key ID of an external signature, taken apart. */
export interface ExternalKeyId {
  /** Whether it is written `custom:<algorithm>…` (MSC2961) or `<algorithm>:…` alone, as Element writes its own. */
  readonly form: "custom" | "bare";
  /** Algorithm identifier: 1 to 255 of `a-z 0-9 . _ -`, starting with a letter. */
  readonly algorithm: string;
  /** What stands behind the algorithm: opaque, may hold colons, absent where the algorithm stands alone. */
  readonly key?: string;
}

/**
 * Takes the key ID of an external signature apart.
 *
 * Accepts all that the grammar of MSC2961 accepts, plus bare `<algorithm>:<key>` where the algorithm holds a dot and does
 * not begin with `m.`. Does not check whether the algorithm is known or the key is well-formed for it.
 *
 * @returns `undefined` for what is no external key ID: Matrix's own (`ed25519:…`) and anything outside the grammar
 */
export function parseKeyId(text: string): ExternalKeyId | undefined {
  const custom = text.startsWith("custom:");
  const rest = custom ? text.slice("custom:".length) : text;
  const colon = rest.indexOf(":");
  const algorithm = colon < 0 ? rest : rest.slice(0, colon);
  if (!algorithmGrammar.test(algorithm)) return undefined;
  if (!custom && (colon < 0 || !algorithm.includes(".") || algorithm.startsWith("m."))) return undefined;
  const form = custom ? "custom" : "bare";
  return colon < 0 ? { form, algorithm } : { form, algorithm, key: rest.slice(colon + 1) };
}

/**
 * Writes a key ID that servers and clients of today keep: 8 to 255 printable ASCII characters.
 *
 * @throws CountersignError `ERR_KEY_ID_MALFORMED` for an algorithm outside the grammar or reserved (`m.`), and for an ID
 *   too short, too long or with characters outside ASCII
 */
export function formatKeyId(parts: ExternalKeyId): string {
  const body = parts.key === undefined ? parts.algorithm : `${parts.algorithm}:${parts.key}`;
  const text = parts.form === "custom" ? `custom:${body}` : body;
  const parsed = parseKeyId(text);
  if (parsed?.algorithm !== parts.algorithm || parsed.form !== parts.form || parts.algorithm.startsWith("m.")) {
    throw new CountersignError("ERR_KEY_ID_MALFORMED", "expected a reverse-domain algorithm outside of m.");
  }
  if (text.length < 8 || text.length > 255 || !printableAscii.test(text)) {
    throw new CountersignError("ERR_KEY_ID_MALFORMED", "expected a key ID of 8 to 255 printable ASCII characters");
  }
  return text;
}
