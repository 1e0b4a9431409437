import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
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
  readonly key?: "p256" | "p384" | "p521" | "rsa1536" | "rsa2048" | "rsa4096";
  /** Takes the key of the certificate of this name in place of a new one. */
  readonly keyOf?: string;
  /** Default: `sha256`. */
  readonly digest?: "sha1" | "sha256";
  /** As ASN.1 writes them: `20200101000000Z`; default: 30 days from now. */
  readonly dates?: { readonly from: string; readonly to: string };
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
  /** The private key in PEM, PKCS#8. */
  key(name: string): Promise<string>;
  /** Runs openssl in the folder, where `name.pem` and `name.key` lie. */
  run(...args: readonly string[]): Promise<Buffer>;
  /** Runs a command line that was handed out, word for word. */
  shell(command: string): Promise<string>;
  read(name: string): Promise<Buffer>;
  /** Writes a file into the folder. */
  write(name: string, data: string | Uint8Array): Promise<void>;
  /** A detached CMS over `data` with the certificates of `chain` beside the signer's; `extra` goes to `openssl cms`. */
  sign(data: string, signer: string, chain?: readonly string[], extra?: readonly string[]): Promise<Buffer>;
  dispose(): Promise<void>;
}

/** What makes `openssl cms` write as Element does: {@link OpensslFolder.sign}'s `extra`. */
export const asElementSigns: readonly string[] = [
  ...["-noattr", "-keyid", "-md", "sha512", "-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:64"],
  ...["-keyopt", "rsa_mgf1_md:sha512", "-outform", "PEM"],
];

/** For `openssl ca`, which alone takes dates. */
const caConfiguration = `[ca]
default_ca = tests
[tests]
database = index.txt
serial = serial
new_certs_dir = .
policy = anything
unique_subject = no
[anything]
commonName = optional
emailAddress = optional
`;

export async function makeOpensslFolder(): Promise<OpensslFolder> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-openssl-"));
  const openssl = async (...args: readonly string[]): Promise<Buffer> =>
    (await run("openssl", [...args], { cwd: folder, encoding: "buffer" })).stdout;
  const ecKey = (curve: string): string[] => ["-newkey", "ec", "-pkeyopt", `ec_paramgen_curve:${curve}`];
  const keyOptions = {
    p256: ecKey("P-256"),
    p384: ecKey("P-384"),
    p521: ecKey("P-521"),
    rsa1536: ["-newkey", "rsa:1536"],
    rsa2048: ["-newkey", "rsa:2048"],
    rsa4096: ["-newkey", "rsa:4096"],
  };
  await writeFile(join(folder, "ca.cnf"), caConfiguration);
  await writeFile(join(folder, "index.txt"), "");
  await writeFile(join(folder, "serial"), "01\n");
  return {
    async make(name, wishes = {}) {
      const { issuer, subject = `/CN=${name}`, extensions = leafExtensions, key = "p256", keyOf, dates } = wishes;
      if (keyOf) await copyFile(join(folder, `${keyOf}.key`), join(folder, `${name}.key`));
      const itsKey = keyOf ? ["-key", `${name}.key`] : [...keyOptions[key], "-nodes", "-keyout", `${name}.key`];
      await openssl("req", "-new", ...itsKey, "-out", `${name}.csr`, "-utf8", "-subj", subject);
      await writeFile(join(folder, `${name}.ext`), `${extensions.join("\n")}\n`);
      const out = ["-in", `${name}.csr`, "-extfile", `${name}.ext`, "-out", `${name}.pem`];
      const digest = wishes.digest ?? "sha256";
      if (dates) {
        const by = ["-cert", `${issuer}.pem`, "-keyfile", `${issuer}.key`, "-md", digest];
        const between = ["-startdate", dates.from, "-enddate", dates.to];
        await openssl("ca", "-batch", "-notext", "-utf8", "-config", "ca.cnf", ...by, ...between, ...out);
        return;
      }
      const by = issuer
        ? ["-CA", `${issuer}.pem`, "-CAkey", `${issuer}.key`, "-CAcreateserial"]
        : ["-signkey", `${name}.key`];
      await openssl("x509", "-req", ...by, "-days", "30", `-${digest}`, ...out);
    },
    key: (name) => readFile(join(folder, `${name}.key`), "utf8"),
    run: openssl,
    shell: async (command) => (await run("sh", ["-c", command], { cwd: folder })).stdout,
    read: (name) => readFile(join(folder, name)),
    write: (name, data) => writeFile(join(folder, name), data),
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
