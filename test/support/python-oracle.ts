import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { ensurePythonEnvironment } from "../../scripts/tools.mjs";

/** What Python's `canonicaljson` makes of one JSON text. */
export type OracleAnswer = { readonly text: string } | { readonly error: string };

/** A Python process that answers batches, one after the other. */
export interface CanonicalJsonOracle {
  /** One answer for each JSON text; lone surrogates travel as escapes. */
  encode(jsonTexts: readonly string[]): Promise<OracleAnswer[]>;
  close(): Promise<void>;
}

/** Reads a line, a JSON array of JSON texts, and answers with a line: what each encodes to, or the error's name. */
const PROGRAM = `
import json, sys
from canonicaljson import encode_canonical_json
def encode(text):
    try:
        return {"text": encode_canonical_json(json.loads(text)).decode("utf-8")}
    except Exception as error:
        return {"error": type(error).__name__}
for line in sys.stdin:
    print(json.dumps([encode(text) for text in json.loads(line)]), flush=True)
`;

/** Starts the oracle: one process for all batches. */
export async function startCanonicalJsonOracle(): Promise<CanonicalJsonOracle> {
  const { ask, close } = await startPythonOracle("oracles", PROGRAM);
  return { encode: (jsonTexts) => ask(jsonTexts) as Promise<OracleAnswer[]>, close };
}

/** A Python process that answers each line of JSON with one line of JSON, one after the other. */
export interface PythonOracle {
  ask(question: unknown): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts `program` in one of the environments of scripts/tools.mjs. */
export async function startPythonOracle(environment: string, program: string): Promise<PythonOracle> {
  const python = await ensurePythonEnvironment(environment);
  const child = spawn(python, ["-c", program], { stdio: ["pipe", "pipe", "inherit"], env: { PYTHONUTF8: "1" } });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = exitOf(child);
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done === true) throw new Error("the Python oracle ended");
      return JSON.parse(value);
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

function exitOf(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => resolve());
  });
}
