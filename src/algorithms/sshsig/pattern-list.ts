/**
 * Whether `text` matches a pattern list as OpenSSH reads it: one of the patterns, and none of those behind a `!`. `*` stands for
 * any text, `?` for any one character; case matters.
 *
 * @see ssh_config(5), PATTERNS
 */
export function matchesPatternList(text: string, list: string): boolean {
  let isMatched = false;
  for (const pattern of list.split(",")) {
    const isNegated = pattern.startsWith("!");
    if (!matchesPattern(text, isNegated ? pattern.slice(1) : pattern)) continue;
    if (isNegated) return false;
    isMatched = true;
  }
  return isMatched;
}

/** Whether a principal names one signer, and no pattern of them. */
export function isExactPrincipal(principal: string): boolean {
  return principal !== "" && !/[*?!]/.test(principal);
}

/** Goes back to the last `*` alone, so the work is at most the product of both lengths. */
function matchesPattern(text: string, pattern: string): boolean {
  let [at, position, star, resume] = [0, 0, -1, 0];
  while (at < text.length) {
    const sign = pattern[position];
    if (sign === "*") {
      star = position++;
      resume = at;
    } else if (sign === "?" || sign === text[at]) {
      at++;
      position++;
    } else if (star >= 0) {
      position = star + 1;
      at = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(position));
}
