import { readTimestamp } from "./timestamp.js";

/** What a line of an allowed_signers file says about its key. */
export interface LineOptions {
  /** Whether the key is there to certify others, and signs nothing itself. */
  readonly isAuthority: boolean;
  /** Pattern list of the namespaces that it may sign in; absent for all. */
  readonly namespaces?: string;
  /** From when on it counts, milliseconds since 1970. */
  readonly fromMs?: number;
  /** From when on it no longer counts: the second that the line names is still inside. */
  readonly untilMs?: number;
}

const option = /cert-authority|(namespaces|valid-after|valid-before)="((?:\\"|[^"\\]|\\(?!"))*)"/iy;

/**
 * Reads the options of a line, names in any case, values in double quotes.
 *
 * @returns `undefined` for options that OpenSSH does not know or that contradict each other: the line then says nothing sure
 * @see ssh-keygen(1), ALLOWED SIGNERS
 */
export function readLineOptions(text: string): LineOptions | undefined {
  const values = new Map<string, string>();
  let isAuthority = false;
  for (let offset = 0; offset < text.length; ) {
    option.lastIndex = offset;
    const [all, name, value] = option.exec(text) ?? [];
    if (all === undefined || values.has(name?.toLowerCase() ?? "")) return undefined;
    if (name === undefined) isAuthority = true;
    else values.set(name.toLowerCase(), (value ?? "").replaceAll('\\"', '"'));
    offset += all.length;
    if (offset === text.length) break;
    if (text[offset++] !== "," || offset === text.length) return undefined;
  }
  return combine(isAuthority, values.get("namespaces"), values.get("valid-after"), values.get("valid-before"));
}

function combine(
  isAuthority: boolean,
  namespaces: string | undefined,
  after: string | undefined,
  before: string | undefined,
): LineOptions | undefined {
  const fromMs = after === undefined ? undefined : readTimestamp(after);
  const lastMs = before === undefined ? undefined : readTimestamp(before);
  if ((after !== undefined && fromMs === undefined) || (before !== undefined && lastMs === undefined)) return undefined;
  if (fromMs !== undefined && lastMs !== undefined && lastMs <= fromMs) return undefined;
  return {
    isAuthority,
    ...(namespaces !== undefined && { namespaces }),
    ...(fromMs !== undefined && { fromMs }),
    ...(lastMs !== undefined && { untilMs: lastMs + 1000 }),
  };
}
