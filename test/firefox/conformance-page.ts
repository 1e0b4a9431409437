import { conformanceAlgorithms } from "../support/conformance-algorithms.js";

/** What the page offers to the test that drives it. */
export interface ConformancePage {
  /** Runs one case: nothing where it passes, else why not. */
  run(algorithm: string, name: string): Promise<string | undefined>;
}

async function run(algorithm: string, name: string): Promise<string | undefined> {
  const cases = conformanceAlgorithms.find((candidate) => candidate.name === algorithm)?.cases;
  const found = cases?.find((candidate) => candidate.name === name);
  if (!found) return "the page has no such case";
  try {
    await found.run();
    return undefined;
  } catch (error) {
    return error instanceof Error ? `${error.message}\n${error.stack}` : String(error);
  }
}

Object.assign(globalThis, { conformance: { run } satisfies ConformancePage });
