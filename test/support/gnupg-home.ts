import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A GnuPG home of a test's own, in a folder where it may also keep files. */
export interface GnuPgHome {
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Runs gpg without questions; returns what it printed. */
  gpg(args: readonly string[], input?: Uint8Array | string): Promise<Buffer>;
  /** Makes a key without a passphrase; returns its fingerprint. */
  generate(
    name: string,
    algorithm: string,
    usage: string,
    expires?: string,
    extra?: readonly string[],
  ): Promise<string>;
  /** The certificate, binary. */
  export(fingerprint: string): Promise<Buffer>;
  /** Runs a command line word for word in a POSIX shell, in the folder. */
  shell(command: string): Promise<string>;
  /** Ends the agent and removes everything. */
  dispose(): Promise<void>;
}

/** Makes an empty home. */
export async function makeGnuPgHome(): Promise<GnuPgHome> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-gpg-"));
  const environment = { ...process.env, GNUPGHOME: folder, LC_ALL: "C" };
  const gpg: GnuPgHome["gpg"] = (args, input) => {
    const quiet = [
      "--batch",
      "--quiet",
      "--yes",
      "--pinentry-mode",
      "loopback",
      "--passphrase",
      "",
      "--trust-model",
      "always",
    ];
    return pipeThrough("gpg", [...quiet, ...args], input, environment);
  };
  return {
    folder,
    environment,
    gpg,
    generate: async (name, algorithm, usage, expires = "never", extra = []) => {
      await gpg([...extra, "--quick-generate-key", name, algorithm, usage, expires]);
      const listing = (await gpg(["--list-keys", "--with-colons", `=${name}`])).toString();
      const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listing)?.[1];
      if (!fingerprint) throw new Error("gpg made no key");
      return fingerprint;
    },
    export: (fingerprint) => gpg(["--export", fingerprint]),
    shell: async (command) => (await run("sh", ["-c", command], { env: environment, cwd: folder })).stdout,
    dispose: async () => {
      await run("gpgconf", ["--kill", "all"], { env: environment });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a program with `input` on its standard input; rejects with what it said where it fails. */
export function pipeThrough(
  program: string,
  args: readonly string[],
  input: Uint8Array | string = "",
  env: NodeJS.ProcessEnv = process.env,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env });
    const [printed, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk) => printed.push(chunk));
    child.stderr.on("data", (chunk) => said.push(chunk));
    child.once("error", reject);
    // A program that does not read its input closes the pipe early.
    child.stdin.on("error", () => undefined);
    child.once("close", (code) => {
      if (code === 0) resolve(Buffer.concat(printed));
      else reject(new Error(`${program} ${args.join(" ")}: ${Buffer.concat(said)}`));
    });
    child.stdin.end(input);
  });
}
