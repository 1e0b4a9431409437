import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A GnuPG home of a test's own with one signing key. */
export interface GnuPgKey {
  /** Names the home; `disposeGnuPgKey` takes it. */
  readonly home: string;
  readonly fingerprint: string;
  /** Armored. */
  readonly publicKey: string;
}

/** Makes a fresh Ed25519 signing key without a passphrase. */
export async function createGnuPgKey(userId: string): Promise<GnuPgKey> {
  const home = await mkdtemp(join(tmpdir(), "countersign-gnupg-"));
  await gpg(home, "--quick-generate-key", userId, "ed25519", "sign", "1d");
  const listing = await gpg(home, "--list-keys", "--with-colons");
  const fingerprint = /^fpr:+([0-9A-F]+):/m.exec(listing)?.[1];
  if (!fingerprint) throw new Error("gpg made no key");
  return { home, fingerprint, publicKey: await gpg(home, "--armor", "--export") };
}

/** Runs a command line that `prepare` handed out, as a user would: word for word, in a POSIX shell. */
export async function runInShell({ home }: GnuPgKey, command: string): Promise<string> {
  return (await run("sh", ["-c", command], { env: { ...process.env, GNUPGHOME: home } })).stdout;
}

/** Ends the home's agent and removes it. */
export async function disposeGnuPgKey({ home }: GnuPgKey): Promise<void> {
  await run("gpgconf", ["--kill", "all"], { env: { ...process.env, GNUPGHOME: home } });
  await rm(home, { recursive: true, force: true });
}

async function gpg(home: string, ...args: string[]): Promise<string> {
  const batch = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
  return (await run("gpg", [...batch, ...args], { env: { ...process.env, GNUPGHOME: home } })).stdout;
}
