import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What a certificate is to say. */
export interface CertificateWishes {
  /** The name of the certificate that signs this one; itself where absent. */
  readonly issuer?: string;
  /** As `openssl req -subj` takes it; default: its own name as CN. */
  readonly subject?: string;
  /** Lines of an extension file, sections included. */
  readonly extensions?: readonly string[];
  /** Default: P-256, which is fast to make. */
  readonly key?: "p256" | "rsa2048";
}

/** Extensions of a CA and of somebody who signs. */
export const caExtensions: readonly string[] = ["basicConstraints=critical,CA:TRUE", "subjectKeyIdentifier=hash"];
export const leafExtensions: readonly string[] = [
  "basicConstraints=critical,CA:FALSE",
  "keyUsage=critical,digitalSignature",
  "extendedKeyUsage=clientAuth",
  "subjectKeyIdentifier=hash",
];

/** Certificates and CMS signatures as OpenSSL makes them, in a folder of a test's own. */
export interface OpensslFolder {
  /** Makes a certificate with its key; both are known by `name` from then on. */
  make(name: string, wishes?: CertificateWishes): Promise<void>;
  /** The certificate: PEM, or DER. */
  pem(name: string): Promise<string>;
  der(name: string): Promise<Buffer>;
  /** A detached CMS over `data` with the certificates of `chain` beside the signer's; `extra` goes to `openssl cms`. */
  sign(data: string, signer: string, chain?: readonly string[], extra?: readonly string[]): Promise<Buffer>;
  dispose(): Promise<void>;
}

/** What makes `openssl cms` write as Element does: {@link OpensslFolder.sign}'s `extra`. */
export const asElementSigns: readonly string[] = [
  ...["-noattr", "-keyid", "-md", "sha512", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:64"],
  ...["-keyopt", "rsa_mgf1_md:sha512", "-outform", "PEM"],
];

export async function makeOpensslFolder(): Promise<OpensslFolder> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-openssl-"));
  const openssl = async (...args: readonly string[]): Promise<Buffer> =>
    (await run("openssl", [...args], { cwd: folder, encoding: "buffer" })).stdout;
  const keyOptions = {
    p256: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    rsa2048: ["-newkey", "rsa:2048"],
  };
  return {
    async make(name, { issuer, subject = `/CN=${name}`, extensions = leafExtensions, key = "p256" } = {}) {
      const request = ["-nodes", "-keyout", `${name}.key`, "-out", `${name}.csr`, "-utf8", "-subj", subject];
      await openssl("req", "-new", ...keyOptions[key], ...request);
      await writeFile(join(folder, `${name}.ext`), `${extensions.join("\n")}\n`);
      const by = issuer
        ? ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"]
        : ["-signkey", `${name}.key`];
      const made = ["-days", "30", "-sha256", "-extfile", `${name}.ext`, "-out", `${name}.pem`];
      await openssl("x509", "-req", "-in", `${name}.csr`, ...by, ...made);
    },
    pem: (name) => readFile(join(folder, `${name}.pem`), "utf8"),
    der: (name) => openssl("x509", "-in", `${name}.pem`, "-outform", "DER"),
    async sign(data, signer, chain = [], extra = ["-outform", "DER"]) {
      await writeFile(join(folder, "data"), data);
      const pems = await Promise.all(chain.map((name) => readFile(join(folder, `${name}.pem`), "utf8")));
      await writeFile(join(folder, "chain.pem"), pems.join(""));
      const certificates = chain.length > 0 ? ["-certfile", "chain.pem"] : [];
      const by = ["-signer", `${signer}.pem`, "-inkey", `${signer}.key`, ...certificates];
      return openssl("cms", "-sign", "-binary", "-in", "data", ...by, ...extra);
    },
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}
