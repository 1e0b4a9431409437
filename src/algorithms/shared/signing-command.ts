import type { Bytes } from "../../encoding/bytes.js";
import type { SigningCommand } from "../algorithm.js";

/** The name under which the exact bytes of a master key are saved before a `file` command. */
export const masterKeyFile = "matrix-master-key.json";

/** A longer command line is refused by some shells. */
const maxPipeLength = 8000;

/**
 * A command for POSIX shells that prints exactly `bytes`, which stand in single quotes, so that nothing in them is taken as a
 * command.
 *
 * @returns `undefined` where the bytes hold anything but printable ASCII, or are too long
 */
export function printfCommand(bytes: Bytes): string | undefined {
  if (bytes.length > maxPipeLength || bytes.some((byte) => byte < 0x20 || byte > 0x7e)) return undefined;
  const text = String.fromCharCode(...bytes);
  return `printf %s '${text.replaceAll("'", "'\\''")}'`;
}

/** A command that reads `inputFile` and writes `outputFile`; it holds no byte of the object, so every shell takes it. */
export function fileCommand(tool: string, command: string, inputFile: string, outputFile: string): SigningCommand {
  return { tool, form: "file", command, inputFile, outputFile };
}
