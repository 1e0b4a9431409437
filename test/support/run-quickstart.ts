import { execFile } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");

/** How a run of the quickstart ended. */
export interface QuickstartRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npm run quickstart` as its user does. */
export function runQuickstart(...args: readonly string[]): Promise<QuickstartRun> {
  return run("npm", ["run", "--silent", "quickstart", "--", ...args], process.env);
}

/** The same where no other program is to be found. */
export function runQuickstartAlone(...args: readonly string[]): Promise<QuickstartRun> {
  const { PATH: _path, ...env } = process.env;
  return run(process.execPath, ["--import", "tsx", "examples/quickstart/main.ts", ...args], { ...env, PATH: "" });
}

function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<QuickstartRun> {
  return new Promise((done) => {
    const child = execFile(file, args, { cwd: root, env }, (_error, stdout, stderr) => {
      done({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}
