import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureSystemTools } from "../../scripts/tools.mjs";
import { pipeThrough } from "./gnupg-home.js";
import { armoredSsh } from "./ssh.js";

/** What `verify` of ssh-keygen is asked with. */
export interface VerifyRequest {
  readonly identity?: string;
  /** `YYYYMMDD[Z]` and so on. */
  readonly time?: string;
  readonly timeZone?: string;
}

/** ssh-keygen in a folder of a test's own. */
export interface SshKeygen {
  readonly folder: string;
  /** Makes a key without a passphrase under that file name; returns its line. */
  generate(file: string, type: string, bits?: number): Promise<string>;
  /** Runs it; returns what it printed. */
  run(args: readonly string[], input?: Uint8Array | string, env?: NodeJS.ProcessEnv): Promise<string>;
  /** Whether `check-novalidate` finds a blob right over `message` in this namespace. */
  isRight(blob: Uint8Array, message: Uint8Array, namespace?: string): Promise<boolean>;
  /** Whether `verify` takes it from somebody in an allowed_signers file. */
  isAllowed(list: string, blob: Uint8Array, message: Uint8Array, request?: VerifyRequest): Promise<boolean>;
  dispose(): Promise<void>;
}

const purpose = "msc2961@matrix.org";

/** Makes the folder. */
export async function makeSshKeygen(): Promise<SshKeygen> {
  await ensureSystemTools();
  const folder = await mkdtemp(join(tmpdir(), "countersign-ssh-"));
  const path = (file: string): string => join(folder, file);
  const run: SshKeygen["run"] = async (args, input = "", env = {}) =>
    (await pipeThrough("ssh-keygen", args, input, { ...process.env, LC_ALL: "C", TZ: "UTC", ...env })).toString();
  const succeeds = (args: readonly string[], input: Uint8Array, env?: NodeJS.ProcessEnv): Promise<boolean> =>
    run(args, input, env).then(
      () => true,
      () => false,
    );
  return {
    folder,
    run,
    generate: async (file, type, bits) => {
      const length = bits === undefined ? [] : ["-b", String(bits)];
      await run(["-q", "-t", type, ...length, "-N", "", "-C", `${file}@laptop`, "-f", path(file)]);
      return (await readFile(path(`${file}.pub`), "utf8")).trim();
    },
    isRight: async (blob, message, namespace = purpose) => {
      await writeFile(path("signature"), armoredSsh(blob));
      return succeeds(["-Y", "check-novalidate", "-n", namespace, "-s", path("signature")], message);
    },
    isAllowed: async (list, blob, message, { identity = "alice", time = "20260601Z", timeZone = "UTC" } = {}) => {
      await writeFile(path("signature"), armoredSsh(blob));
      await writeFile(path("allowed_signers"), list);
      const files = ["-f", path("allowed_signers"), "-s", path("signature")];
      const options = ["-I", identity, "-n", purpose, "-O", `verify-time=${time}`];
      return succeeds(["-Y", "verify", ...files, ...options], message, { TZ: timeZone });
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
