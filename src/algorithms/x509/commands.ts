import type { Bytes } from "../../encoding/bytes.js";
import type { SigningCommand } from "../algorithm.js";
import { fileCommand, masterKeyFile, printfCommand } from "../shared/signing-command.js";

/** Exactly what Element reads: RSASSA-PSS with SHA-512 and 64 bytes of salt, the certificate by its key, no attributes. */
const asElement =
  "-noattr -keyid -md sha512 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:64 -keyopt rsa_mgf1_md:sha512";

/**
 * Ready command lines that sign `bytes` with OpenSSL as Element does.
 *
 * They need the files of a certificate, its RSA key and the certificates between it and the root in place of `certificate.pem`,
 * `key.pem` and `chain.pem`; where there are none between, leave `-certfile chain.pem` out. The `pipe` form is for POSIX shells and
 * left out where the bytes hold anything but printable ASCII; the `file` form works in `cmd.exe` and PowerShell too, on a file saved
 * before.
 */
export function signingCommands(bytes: Bytes, inputFile: string = masterKeyFile): readonly SigningCommand[] {
  const signatureFile = `${inputFile}.cms`;
  const sign = `openssl cms -sign -binary -signer certificate.pem -inkey key.pem -certfile chain.pem ${asElement}`;
  const echo = printfCommand(bytes);
  const onFile = `${sign} -outform PEM -in ${inputFile} -out ${signatureFile}`;
  return [
    ...(echo === undefined
      ? []
      : [{ tool: "openssl", form: "pipe" as const, command: `${echo} | ${sign} -outform PEM` }]),
    fileCommand("openssl", onFile, inputFile, signatureFile),
  ];
}
