import { createHash } from "node:crypto";

/** The moment at which every case is decided, milliseconds since 1970. */
export const caseNow = Date.UTC(2026, 5, 1, 12);

const units: Readonly<Record<string, number>> = {
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  year: 365 * 86_400_000,
};

/** "now", "10 days ago" or "in 10 days" as milliseconds since 1970. */
export function timeOf(words: string): number {
  if (words === "now") return caseNow;
  const ahead = /^in (.+)$/.exec(words)?.[1];
  if (ahead !== undefined) return caseNow + durationOf(ahead);
  const ago = /^(.+) ago$/.exec(words)?.[1];
  if (ago === undefined) throw new Error(`no time: ${words}`);
  return caseNow - durationOf(ago);
}

/** "10 days" as milliseconds. */
export function durationOf(words: string): number {
  const [, count, unit] = /^(\d+) ([a-z]+?)s?$/.exec(words) ?? [];
  const length = units[unit ?? ""];
  if (length === undefined) throw new Error(`no duration: ${words}`);
  return Number(count) * length;
}

/** SHA-256 of a word, in lower-case hexadecimal: what stands for the hash of a key or certificate of that name. */
export function hashOf(word: string): string {
  return createHash("sha256").update(word).digest("hex");
}

/** The same as 32 bytes in unpadded base64: what stands for a Matrix key or a raw one of that name. */
export function rawKeyOf(word: string): string {
  return createHash("sha256").update(word).digest("base64").replace(/=+$/, "");
}
