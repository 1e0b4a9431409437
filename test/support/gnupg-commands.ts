import type { BrowserCommand } from "vitest/node";
import { createGnuPgKey, disposeGnuPgKey, type GnuPgKey, runInShell } from "./gnupg.js";

declare module "vitest/browser" {
  interface BrowserCommands {
    createGnuPgKey(userId: string): Promise<GnuPgKey>;
    runInShell(key: GnuPgKey, command: string): Promise<string>;
    disposeGnuPgKey(key: GnuPgKey): Promise<void>;
  }
}

/** Lets a test in the browser use the real gpg beside it. */
export const gnupgCommands: Record<string, BrowserCommand<never[]>> = {
  createGnuPgKey: ((_context, userId: string) => createGnuPgKey(userId)) as BrowserCommand<never[]>,
  runInShell: ((_context, key: GnuPgKey, command: string) => runInShell(key, command)) as BrowserCommand<never[]>,
  disposeGnuPgKey: ((_context, key: GnuPgKey) => disposeGnuPgKey(key)) as BrowserCommand<never[]>,
};
