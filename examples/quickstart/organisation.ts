/**
 * The organisation's OpenPGP key, which vouches for the owner: in GnuPG where it is installed, else in openpgp.js.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { SigningRequest } from "matrix-countersign";
import { openpgpSigner } from "matrix-countersign/openpgp";

const run = promisify(execFile);
const userId = "Example Ltd <trust@example.org>";

export interface Organisation {
  /** The program that holds the private key. */
  readonly tool: string;
  readonly fingerprint: string;
  /** Armored. */
  readonly publicKey: string;
  /** What the program prints when it signs. */
  sign(request: SigningRequest): Promise<string>;
  /** Removes the private key. */
  close(): Promise<void>;
}

export async function createOrganisation(): Promise<Organisation> {
  return (await hasGpg()) ? inGnuPg() : inThePage();
}

async function hasGpg(): Promise<boolean> {
  return run("gpg", ["--version"]).then(
    () => true,
    () => false,
  );
}

async function inGnuPg(): Promise<Organisation> {
  const home = await mkdtemp(join(tmpdir(), "countersign-gnupg-"));
  const env = { ...process.env, GNUPGHOME: home };
  const gpg = async (...args: string[]): Promise<string> =>
    (await run("gpg", ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "", ...args], { env }))
      .stdout;
  const close = async (): Promise<void> => {
    await run("gpgconf", ["--kill", "all"], { env });
    await rm(home, { recursive: true, force: true });
  };
  const sign = async ({ commands }: SigningRequest): Promise<string> => {
    const ready = commands.find(({ tool, form }) => tool === "gpg" && form === "pipe");
    if (!ready) throw new Error("expected a command line for gpg");
    return (await run("sh", ["-c", ready.command], { env })).stdout;
  };
  try {
    await gpg("--quick-generate-key", userId, "ed25519", "sign", "1d");
    const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(await gpg("--list-keys", "--with-colons"))?.[1] ?? "";
    return { tool: "gpg", fingerprint, publicKey: await gpg("--armor", "--export"), sign, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function inThePage(): Promise<Organisation> {
  const openpgp = await import("openpgp");
  const name = { name: "Example Ltd", email: "trust@example.org" };
  const { privateKey, publicKey } = await openpgp.generateKey({ userIDs: [name], format: "object" });
  const signer = openpgpSigner({ key: privateKey.armor() });
  return {
    tool: "openpgp.js",
    fingerprint: publicKey.getFingerprint().toUpperCase(),
    publicKey: publicKey.armor(),
    sign: async ({ bytes }) => String(await signer.sign(bytes)),
    close: async () => {},
  };
}
