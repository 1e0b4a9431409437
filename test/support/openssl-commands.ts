import type { BrowserCommand } from "vitest/node";
import type { CertificateWishes, OpensslFolder } from "./openssl-certificates.js";
import { type CaseUser, elementCases, makeElementCas, type SignedCase, signCase } from "./x509-element-cases.js";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** Makes the CAs for users of a server. @returns names the folder */
    createOpensslFolder(server: string): Promise<string>;
    /** Makes a certificate, and gives it and its private key in PEM. */
    makeOpensslCertificate(
      folder: string,
      name: string,
      wishes: CertificateWishes,
    ): Promise<{ readonly certificate: string; readonly privateKey: string }>;
    /** A certificate that was made before, in PEM. */
    readOpensslCertificate(folder: string, name: string): Promise<string>;
    /** The names of all cases. */
    elementCaseNames(): Promise<readonly string[]>;
    /** Signs each case for the user of its name. */
    signElementCases(folder: string, users: readonly CaseUser[]): Promise<readonly SignedCase[]>;
    disposeOpensslFolder(folder: string): Promise<void>;
  }
}

const folders = new Map<string, OpensslFolder>();
let made = 0;

type Command = BrowserCommand<never[]>;

/** Lets a test in the browser use the real openssl beside it. */
export const opensslCommands: Record<string, Command> = {
  createOpensslFolder: (async (_context, server: string) => {
    const name = String(++made);
    folders.set(name, await makeElementCas(server));
    return name;
  }) as Command,
  makeOpensslCertificate: (async (_context, folder: string, name: string, wishes: CertificateWishes) => {
    const openssl = folderOf(folder);
    await openssl.make(name, wishes);
    return { certificate: await openssl.pem(name), privateKey: await openssl.key(name) };
  }) as Command,
  readOpensslCertificate: ((_context, folder: string, name: string) => folderOf(folder).pem(name)) as Command,
  elementCaseNames: (async () => elementCases.map(({ name }) => name)) as Command,
  signElementCases: (async (_context, folder: string, users: readonly CaseUser[]) => {
    const signed: SignedCase[] = [];
    for (const user of users) {
      const one = elementCases.find(({ name }) => name === user.name);
      if (one) signed.push(await signCase(folderOf(folder), one, user));
    }
    return signed;
  }) as Command,
  disposeOpensslFolder: (async (_context, folder: string) => {
    await folderOf(folder).dispose();
    folders.delete(folder);
  }) as Command,
};

function folderOf(name: string): OpensslFolder {
  const folder = folders.get(name);
  if (!folder) throw new Error("expected a folder that was made before");
  return folder;
}
