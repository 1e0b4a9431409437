import type { Bytes } from "../../encoding/bytes.js";
import type { SigningCommand } from "../algorithm.js";
import { fileCommand, masterKeyFile, printfCommand } from "../shared/signing-command.js";

/**
 * Ready command lines that sign `bytes` with OpenSSL, for any key that it knows but Ed25519.
 *
 * They need the files of a certificate, its key and the certificates between it and the root in place of `certificate.pem`, `key.pem`
 * and `chain.pem`; where there are none between, leave `-certfile chain.pem` out. There are no signed attributes, which makes
 * the signature as small as it can be; `-cades` in place of `-noattr` names the certificate in the signature. The `pipe` form is for
 * POSIX shells and left out where the bytes hold anything but printable ASCII; the `file` form works in `cmd.exe` and PowerShell
 * too, on a file saved before.
 */
export function signingCommands(bytes: Bytes, inputFile: string = masterKeyFile): readonly SigningCommand[] {
  const signatureFile = `${inputFile}.cms`;
  const sign =
    "openssl cms -sign -binary -signer certificate.pem -inkey key.pem -certfile chain.pem -noattr -md sha256";
  const echo = printfCommand(bytes);
  const onFile = `${sign} -outform PEM -in ${inputFile} -out ${signatureFile}`;
  return [
    ...(echo === undefined
      ? []
      : [{ tool: "openssl", form: "pipe" as const, command: `${echo} | ${sign} -outform PEM` }]),
    fileCommand("openssl", onFile, inputFile, signatureFile),
  ];
}
