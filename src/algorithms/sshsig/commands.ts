import type { Bytes } from "../../encoding/bytes.js";
import type { SigningCommand } from "../algorithm.js";
import { fileCommand, masterKeyFile, printfCommand } from "../shared/signing-command.js";
import { namespace } from "./identifier.js";

const tool = "ssh-keygen";
const sign = `${tool} -Y sign -n ${namespace}`;

/**
 * Ready command lines that sign `bytes` with ssh-keygen (OpenSSH 8.1 and newer).
 *
 * Both name the usual file of an Ed25519 key: put another in its place, or the public key of one that ssh-agent holds. The
 * `pipe` form is for POSIX shells, and left out where the bytes hold anything but printable ASCII or are too long; the `file`
 * form holds no byte of the object and works in every shell, on a file saved before, in the folder of the key.
 */
export function signingCommands(bytes: Bytes, inputFile: string = masterKeyFile): readonly SigningCommand[] {
  const echo = printfCommand(bytes);
  const file = fileCommand(tool, `${sign} -f id_ed25519 ${inputFile}`, inputFile, `${inputFile}.sig`);
  return echo ? [{ tool, form: "pipe", command: `${echo} | ${sign} -f ~/.ssh/id_ed25519` }, file] : [file];
}
