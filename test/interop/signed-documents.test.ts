import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { openpgp } from "matrix-countersign/openpgp";
import { sshsig } from "matrix-countersign/sshsig";
import { cms, x509 } from "matrix-countersign/x509";
import { afterAll, beforeAll, expect, it } from "vitest";
import { takeBack } from "../../examples/revocation-list/take-back.js";
import type { SignatureAlgorithm } from "../../src/algorithms/algorithm.js";
import { prepareRevocationList } from "../../src/client/signed-documents/prepare-revocation-list.js";
import { acceptDocument, type DocumentRequest } from "../../src/client/signed-documents/sign-document.js";
import { exportSettings, importSettings } from "../../src/client/signed-documents/trust-settings-file.js";
import { verifyRevocationList } from "../../src/client/signed-documents/verify-revocation-list.js";
import type { TrustAnchor } from "../../src/model/trust-anchor.js";
import { type GnuPgHome, makeGnuPgHome } from "../support/gnupg-home.js";
import { caExtensions, makeOpensslFolder, type OpensslFolder } from "../support/openssl-certificates.js";
import { bob, dayMs, eve } from "../support/revocation-lists.js";
import { makeSshKeygen, type SshKeygen } from "../support/ssh-keygen.js";

const run = promisify(execFile);
const now = Date.now();
let gnupg: GnuPgHome;
let openssl: OpensslFolder;
let ssh: SshKeygen;

beforeAll(async () => {
  [gnupg, openssl, ssh] = await Promise.all([makeGnuPgHome(), makeOpensslFolder(), makeSshKeygen()]);
});
afterAll(() => Promise.all([gnupg?.dispose(), openssl?.dispose(), ssh?.dispose()]));

/** Settings whose text is not ASCII, so that no command line holds them. */
function exported(anchor: TrustAnchor, algorithm: SignatureAlgorithm) {
  return exportSettings({ version: 1, anchors: [{ ...anchor, label: "Büro" }] }, algorithm, now);
}

/** Signs a list and settings, and reads both as somebody who knows the anchor. */
async function goThrough(
  anchor: TrustAnchor,
  algorithm: SignatureAlgorithm,
  sign: (request: DocumentRequest) => Promise<string | Uint8Array>,
): Promise<void> {
  const wishes = { anchor: anchor.id, revoked: [bob, eve], expiresAt: now + 30 * dayMs, now };
  const options = { algorithms: [algorithm], now: Date.now() };
  const list = prepareRevocationList(wishes, algorithm);
  const file = JSON.stringify(await acceptDocument(list, await sign(list), { algorithm }));
  const finding = await verifyRevocationList(file, anchor, options);
  expect(finding.problem).toBeUndefined();
  expect(finding.list?.revoked.size).toBe(2);
  const settings = await exported(anchor, algorithm);
  const settingsFile = await acceptDocument(settings, await sign(settings), { algorithm });
  const imported = await importSettings(settingsFile, { ...options, signedBy: anchor });
  expect(imported.settings?.anchors).toMatchObject([{ id: anchor.id, label: "Büro" }]);
}

const about = { id: "company", speaksFor: "scope", scope: { servers: ["example.org"] } } as const;

it("gpg signs both by the ready command line, and lists that follow one another", async () => {
  const fingerprint = await gnupg.generate("Company", "ed25519", "sign");
  const publicKey = await gnupg.export(fingerprint);
  const algorithm = openpgp({ keys: publicKey });
  const anchor = { ...about, algorithm: algorithm.id, key: fingerprint };
  const sign = async ({ bytes, commands }: DocumentRequest): Promise<string> => {
    const onFile = commands.find(({ tool, form }) => tool === "gpg" && form === "file");
    const { inputFile = "", outputFile = "", command } = onFile ?? { command: "" };
    await writeFile(join(gnupg.folder, inputFile), bytes);
    await gnupg.shell(command.replace("gpg ", "gpg --batch --yes "));
    return gnupg.shell(`cat ${outputFile}`);
  };
  await goThrough(anchor, algorithm, sign);
  const first = await takeBack(anchor, publicKey, undefined, bob, sign);
  const second = await takeBack(anchor, publicKey, first, eve, sign);
  const options = { algorithms: [algorithm], now: Date.now() };
  const { list } = await verifyRevocationList(second, anchor, options);
  expect([...(list?.revoked.keys() ?? [])]).toEqual([bob.userId, eve.userId]);
  const cut = first.replace(/"revoked":\[.*?\]/, '"revoked":[]');
  await expect(takeBack(anchor, publicKey, cut, eve, sign)).rejects.toThrow("not-signed");
});

it("ssh-keygen signs both by the ready command line", async () => {
  const line = await ssh.generate("id_ed25519", "ed25519");
  const algorithm = sshsig();
  await goThrough({ ...about, algorithm: algorithm.id, key: line }, algorithm, async ({ bytes, commands }) => {
    const {
      inputFile = "",
      outputFile = "",
      command,
    } = commands.find(({ form }) => form === "file") ?? { command: "" };
    await writeFile(join(ssh.folder, inputFile), bytes);
    await run("sh", ["-c", command], { cwd: ssh.folder });
    return readFile(join(ssh.folder, outputFile));
  });
});

/** Signs with the ready command of the algorithm, chain left out as there is none. */
async function signWith(name: string, { bytes, commands }: DocumentRequest): Promise<Uint8Array> {
  const { inputFile = "", outputFile = "", command } = commands.find(({ form }) => form === "file") ?? { command: "" };
  await openssl.write(inputFile, bytes);
  const own = command.replace("certificate.pem", `${name}.pem`).replace("key.pem", `${name}.key`);
  await openssl.shell(own.replace("-certfile chain.pem ", ""));
  return openssl.read(outputFile);
}

it("a certification authority signs both with its own certificate, if that may sign data", async () => {
  await openssl.make("root", {
    extensions: [...caExtensions, "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"],
  });
  const pem = await openssl.pem("root");
  const algorithm = cms({ trustedCertificates: pem });
  await goThrough({ ...about, algorithm: algorithm.id, key: pem }, algorithm, (request) => signWith("root", request));
});

it("nobody below an authority signs in its place", async () => {
  await openssl.make("authority", { extensions: caExtensions });
  await openssl.make("staff", {
    issuer: "authority",
    extensions: ["keyUsage=digitalSignature", "subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid"],
  });
  const pem = await openssl.pem("authority");
  const algorithm = cms({ trustedCertificates: pem });
  const request = prepareRevocationList({ anchor: "company", revoked: [], expiresAt: now + dayMs, now }, algorithm);
  const file = await acceptDocument(request, await signWith("staff", request), { algorithm });
  const anchor = { ...about, algorithm: algorithm.id, key: pem };
  const finding = await verifyRevocationList(file, anchor, { algorithms: [algorithm], now: Date.now() });
  expect(finding).toMatchObject({ problem: "not-signed", reports: [{ status: "valid" }] });
});

it("Element's algorithm signs neither, since no certificate names a document", async () => {
  await openssl.make("element", {
    extensions: [
      "keyUsage=digitalSignature",
      "subjectKeyIdentifier=hash",
      "subjectAltName=URI:matrix:u/bob:example.org",
    ],
    key: "rsa2048",
  });
  const algorithm = x509({ trustedCertificates: await openssl.pem("element") });
  const request = prepareRevocationList({ anchor: bob.userId, revoked: [], expiresAt: now + dayMs, now }, algorithm);
  const accepting = acceptDocument(request, await signWith("element", request), { algorithm });
  await expect(accepting).rejects.toMatchObject({ code: "ERR_ACCEPT_NOT_VALID" });
});
