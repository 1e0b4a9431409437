/** So many characters of a name are shown. */
const maxShown = 80;

/** Controls, formatting (of directions too), line and paragraph separators, lone surrogates, private use, unassigned. */
const unseen = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/**
 * A name that a stranger chose, fit for the middle of a sentence: nothing unseen, in one line, of bounded length. Look-alikes
 * and markup stay: the sentence is plain text, to be shown as such.
 *
 * @returns 1 to 81 characters
 */
export function cleanName(name: string): string {
  const line = name
    .slice(0, 10 * maxShown)
    .replace(unseen, " ")
    .replace(/\s+/gu, " ")
    .trim();
  const characters = [...line];
  if (characters.length === 0) return "?";
  return characters.length > maxShown ? `${characters.slice(0, maxShown).join("")}…` : line;
}
