import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { concatBytes } from "../../src/encoding/bytes.js";
import { type WebCertificate, webPackets } from "./openpgp-web.js";

const run = promisify(execFile);

/** A question for a web of trust. */
export interface WebQuestion {
  readonly certificates: readonly WebCertificate[];
  readonly roots: readonly WebCertificate[];
  readonly target: WebCertificate;
  readonly name: string;
  readonly wanted: number;
}

/** Sequoia's own answers, one process a question. */
export class SqWot {
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<SqWot> {
    return new SqWot(await mkdtemp(join(tmpdir(), "countersign-wot-")));
  }

  dispose(): Promise<void> {
    return rm(this.#folder, { recursive: true, force: true });
  }

  /** How far the binding is authenticated, in per cent of full trust, rounded down; 0 where there is no path. */
  async percent({ certificates, roots, target, name, wanted }: WebQuestion): Promise<number> {
    const keyring = join(this.#folder, `${this.#count++}.pgp`);
    await writeFile(keyring, concatBytes(...certificates.map(webPackets)));
    const trusted = roots.flatMap(({ key }) => ["-r", key.fingerprint]);
    const question = ["authenticate", "-a", String(wanted), name, target.key.fingerprint];
    const { failed, stdout, stderr } = await answer(["-k", keyring, ...trusted, ...question]);
    await rm(keyring);
    const percent = /authenticated \((\d+)%\)/.exec(stdout)?.[1];
    // It fails without a word where the amount is not reached.
    if (stderr !== "" || (percent === undefined && !failed)) throw new Error(`expected an answer of sq-wot: ${stderr}`);
    return Number(percent ?? 0);
  }
}

async function answer(args: readonly string[]): Promise<{ failed: boolean; stdout: string; stderr: string }> {
  try {
    return { failed: false, ...(await run("sq-wot", args)) };
  } catch (error) {
    // 1 is an answer; anything else is none.
    if (isAnswer(error)) return { failed: true, stdout: error.stdout, stderr: error.stderr };
    throw error;
  }
}

function isAnswer(error: unknown): error is { stdout: string; stderr: string } {
  return error instanceof Error && "code" in error && error.code === 1;
}
