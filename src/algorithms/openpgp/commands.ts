import type { Bytes } from "../../encoding/bytes.js";
import type { SigningCommand } from "../algorithm.js";
import { fileCommand, masterKeyFile, printfCommand } from "../shared/signing-command.js";

/**
 * Ready command lines that sign `bytes` with GnuPG or Sequoia.
 *
 * The `pipe` forms are for POSIX shells: the bytes stand in single quotes, so nothing in them is taken as a command; they
 * are left out where the bytes hold anything but printable ASCII, or are too long. The `file` forms hold no byte of the
 * object and work in `cmd.exe` and PowerShell too, on a file saved before. sq needs the file of a key in place of `key.pgp`;
 * before version 1.0 its options had other names. gpg is told not to write the signer's address into the signature, which would
 * make it public.
 */
export function signingCommands(bytes: Bytes, inputFile: string = masterKeyFile): readonly SigningCommand[] {
  const signatureFile = `${inputFile}.asc`;
  const echo = printfCommand(bytes);
  const pipes: readonly SigningCommand[] = echo
    ? [
        { tool: "gpg", form: "pipe", command: `${echo} | gpg --disable-signer-uid --armor --detach-sign` },
        { tool: "sq before 1.0", form: "pipe", command: `${echo} | sq sign --detached --signer-key key.pgp` },
      ]
    : [];
  const files = [
    ["gpg", `gpg --disable-signer-uid --output ${signatureFile} --armor --detach-sign ${inputFile}`],
    ["sq", `sq sign --signer-file key.pgp --signature-file ${signatureFile} ${inputFile}`],
    ["sq before 1.0", `sq sign --detached --signer-key key.pgp --output ${signatureFile} ${inputFile}`],
  ] as const;
  return [...pipes, ...files.map(([tool, command]) => fileCommand(tool, command, inputFile, signatureFile))];
}
