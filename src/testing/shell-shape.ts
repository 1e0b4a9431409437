/** Characters that a POSIX shell takes as they are, wherever they stand in a word. */
const plain = /[A-Za-z0-9_./:=@%+,-]+/g;
/** An escaped character, or what stands in quotes of either kind. */
const parts = /\\.|'[^']*'|"(?:\\.|[^"\\])*"/gs;

/**
 * What a POSIX shell makes of a command line, whatever its quoted words say: `'…'` and plain characters become `w`, and all
 * that could mean something to the shell stays.
 *
 * Two command lines of one shape differ in what their words say, never in what is run. Double quotes stay, with what is in
 * them, since a shell looks inside.
 */
export function shellShape(command: string): string {
  const unquoted = command.replace(parts, (part) => (part.startsWith("'") || part === "\\'" ? "w" : part));
  return unquoted.replace(plain, "w").replace(/w+/g, "w");
}
