import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensurePythonEnvironment } from "../../scripts/tools.mjs";

const run = promisify(execFile);

/** One of NIST PKITS's S/MIME messages. */
export interface PkitsMessage {
  /** As the file is named: `ValidSignaturesTest1`. */
  readonly name: string;
  /** What its name says is to become of it; absent for the 22 whose names say nothing. */
  readonly expected?: "Valid" | "Invalid";
  /** The signed part, byte for byte. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** The CMS signature in DER. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/** NIST's Public Key Interoperability Test Suite, from PyPI's `cryptography_vectors`. */
export interface Pkits {
  readonly folder: string;
  readonly messages: readonly PkitsMessage[];
  readonly certificates: ReadonlyMap<string, Uint8Array>;
  readonly lists: ReadonlyMap<string, Uint8Array>;
}

/** Reads the suite; installs it where it is not there. */
export async function readPkits(): Promise<Pkits> {
  const python = await ensurePythonEnvironment("vectors");
  const program = "import cryptography_vectors as v; print(v.__path__[0])";
  const { stdout } = await run(python, ["-c", program]);
  const folder = join(stdout.trim(), "x509", "PKITS_data");
  const messages = [...(await readFolder(join(folder, "smime"), ".eml"))].map(([name, bytes]) =>
    readMessage(name, bytes),
  );
  return {
    folder,
    messages,
    certificates: await readFolder(join(folder, "certs"), ".crt"),
    lists: await readFolder(join(folder, "crls"), ".crl"),
  };
}

async function readFolder(folder: string, ending: string): Promise<Map<string, Uint8Array>> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending)).sort();
  const files = names.map(async (name) => [name.slice(0, -ending.length), await readFile(join(folder, name))] as const);
  return new Map(await Promise.all(files));
}

function readMessage(file: string, bytes: Uint8Array): PkitsMessage {
  const text = Buffer.from(bytes).toString("latin1");
  const boundary = /boundary="([^"]+)"/.exec(text)?.[1];
  const [, content = "", signature = ""] = text.split(new RegExp(`(?:^|\\r?\\n)--${boundary}(?:--)?\\r?\\n`));
  const body = signature.slice(signature.search(/\r?\n\r?\n/));
  const name = file.replace(/^Signed/, "");
  const expected = /^(Valid|Invalid)/.exec(name)?.[1] as PkitsMessage["expected"];
  return {
    name,
    content: new Uint8Array(Buffer.from(content, "latin1")),
    signature: new Uint8Array(Buffer.from(body, "base64")),
    ...(expected && { expected }),
  };
}
