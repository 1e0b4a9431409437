/** A tool is missing and could not be installed; the message says which, and how to get it. */
export class MissingToolError extends Error {}

/** The names that {@link ensurePythonEnvironment} takes. */
export const environmentNames: readonly string[];

/** Makes sure of the programs that the tests need and returns their paths; throws {@link MissingToolError}. */
export function ensureSystemTools(
  report?: (line: string) => void,
): Promise<{ chromium: string; firefox: string; gpg: string; sq: string; python: string }>;

/** Makes sure of one Python environment and returns the path of its interpreter; throws {@link MissingToolError}. */
export function ensurePythonEnvironment(name: string, report?: (line: string) => void): Promise<string>;
