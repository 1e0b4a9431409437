import type { BrowserCommand } from "vitest/node";
import { type GnuPgHome, makeGnuPgHome } from "./gnupg-home.js";

/** One signing key in a GnuPG home of its own, as a test in the browser knows it. */
export interface GnuPgKey {
  /** Names the home. */
  readonly home: string;
  readonly fingerprint: string;
  /** Armored. */
  readonly publicKey: string;
}

declare module "vitest/browser" {
  interface BrowserCommands {
    createGnuPgKey(userId: string): Promise<GnuPgKey>;
    /** Runs a command line that `prepare` handed out, word for word. */
    runInShell(key: GnuPgKey, command: string): Promise<string>;
    disposeGnuPgKey(key: GnuPgKey): Promise<void>;
  }
}

const homes = new Map<string, GnuPgHome>();

/** Lets a test in the browser use the real gpg beside it. */
export const gnupgCommands: Record<string, BrowserCommand<never[]>> = {
  createGnuPgKey: (async (_context, userId: string) => {
    const home = await makeGnuPgHome();
    homes.set(home.folder, home);
    const fingerprint = await home.generate(userId, "ed25519", "sign", "1d");
    const publicKey = (await home.gpg(["--armor", "--export", fingerprint])).toString();
    return { home: home.folder, fingerprint, publicKey };
  }) as BrowserCommand<never[]>,
  runInShell: ((_context, key: GnuPgKey, command: string) => homeOf(key).shell(command)) as BrowserCommand<never[]>,
  disposeGnuPgKey: ((_context, key: GnuPgKey) => homeOf(key).dispose()) as BrowserCommand<never[]>,
};

function homeOf({ home }: GnuPgKey): GnuPgHome {
  const known = homes.get(home);
  if (!known) throw new Error("expected a home that was made before");
  return known;
}
