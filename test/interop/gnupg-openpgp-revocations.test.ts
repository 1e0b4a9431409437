import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureSystemTools } from "../../scripts/tools.mjs";
import { openpgp } from "../../src/algorithms/openpgp/index.js";
import type { Verdict } from "../../src/model/report.js";
import { type GnuPgHome, makeGnuPgHome } from "../support/gnupg-home.js";
import { masterKey } from "../support/openpgp.js";

/** What gpg makes of a certificate is the oracle: every verdict here is asked of gpg too, in a home that knows nothing else. */
const object = masterKey();
let home: GnuPgHome;

beforeAll(async () => {
  await ensureSystemTools();
  home = await makeGnuPgHome();
});

afterAll(() => home?.dispose());

const armor = async (fingerprint: string): Promise<string> =>
  (await home.gpg(["--armor", "--export", fingerprint])).toString();
const sign = (fingerprint: string): Promise<Buffer> =>
  home.gpg(["--local-user", `${fingerprint}!`, "--detach-sign"], object.bytes);

async function revoke(fingerprint: string, ...options: string[]): Promise<string> {
  const dialogue = ["--no-batch", "--no-tty", "--status-fd", "2", "--command-fd", "0", "--armor"];
  const command = [...dialogue, ...options, "--gen-revoke", fingerprint];
  return (await home.gpg(command, "y\n1\n\ny\n")).toString();
}

/** Our verdict, and gpg's: `GOODSIG`, `REVKEYSIG`, `EXPKEYSIG`. */
async function verdicts(fingerprint: string, signature: Buffer, keys: string | Buffer) {
  const value = signature.toString("base64").replace(/=+$/, "");
  // gpg dates a revocation a second after what it takes back, which here was made just now.
  const ours: Verdict = await openpgp({ keys }).verify({ object, key: fingerprint, value, now: Date.now() + 2000 });
  const judge = await makeGnuPgHome();
  try {
    await judge.gpg(["--import"], keys);
    const [data, file] = [join(judge.folder, "data"), join(judge.folder, "data.sig")];
    await writeFile(data, object.bytes);
    await writeFile(file, signature);
    const said = await judge.gpg(["--status-fd", "1", "--verify", file, data]).catch((error: Error) => error.message);
    return { ours, gpg: /\b(GOODSIG|REVKEYSIG|EXPKEYSIG|BADSIG)\b/.exec(said.toString())?.[0] };
  } finally {
    await judge.dispose();
  }
}

const revoked = { ours: { status: "invalid", code: "key-revoked" }, gpg: "REVKEYSIG" };
const good = { ours: { status: "valid", code: "valid" }, gpg: "GOODSIG" };

describe("a key that gpg revoked", () => {
  it("is revoked by `cat cert.asc rev.asc`, and by the two binary files", async () => {
    const fingerprint = await home.generate("Appended", "ed25519", "sign");
    await home.gpg(["--quick-add-key", fingerprint, "cv25519", "encr", "never"]);
    const signature = await sign(fingerprint);
    const certificate = await armor(fingerprint);
    const revocation = await revoke(fingerprint);
    expect(await verdicts(fingerprint, signature, certificate)).toMatchObject(good);
    expect(await verdicts(fingerprint, signature, certificate + revocation)).toMatchObject(revoked);
    const binary = Buffer.concat([
      await home.gpg(["--dearmor"], certificate),
      await home.gpg(["--dearmor"], revocation),
    ]);
    expect(await verdicts(fingerprint, signature, binary)).toMatchObject(revoked);
  });

  for (const [algorithm, digest] of [
    ["ed25519", "SHA1"],
    ["ed25519", "SHA224"],
    ["rsa2048", "SHA1"],
  ] as const) {
    it(`is revoked by a revocation with ${digest} too: ${algorithm}`, async () => {
      const fingerprint = await home.generate(`${digest} ${algorithm}`, algorithm, "sign");
      const signature = await sign(fingerprint);
      const certificate = await armor(fingerprint);
      const revocation = await revoke(fingerprint, "--cert-digest-algo", digest);
      const packets = (await home.gpg(["--list-packets"], revocation)).toString();
      expect(packets).toContain(`digest algo ${digest === "SHA1" ? 2 : 11},`);
      expect(await verdicts(fingerprint, signature, certificate + revocation)).toMatchObject(revoked);
    });
  }

  it("is none where only its user ID was revoked", async () => {
    const fingerprint = await home.generate("Taken back", "ed25519", "sign");
    const signature = await sign(fingerprint);
    await home.gpg(["--quick-add-uid", fingerprint, "Other"]);
    await home.gpg(["--quick-revoke-uid", fingerprint, "Taken back"]);
    const one = await verdicts(fingerprint, signature, await armor(fingerprint));
    expect(one).toMatchObject({ ...good, ours: { signer: { names: ["Other"] } } });
    const filter = ["--export-filter", "keep-uid=uid=Taken back", "--armor", "--export", fingerprint];
    const alone = await verdicts(fingerprint, signature, (await home.gpg(filter)).toString());
    expect(alone).toMatchObject({ ...good, ours: { code: "valid", signer: { names: [] } } });
  });
});

describe("a key of several user IDs that gpg made", () => {
  it("stays valid as user IDs are added, one is made the primary, and the time is set anew", async () => {
    const past = ["--faked-system-time", "20250101T000000!"];
    const fingerprint = await home.generate("First", "ed25519", "sign", "2y", past);
    const signature = await home.gpg([...past, "--local-user", fingerprint, "--detach-sign"], object.bytes);
    const steps: string[][] = [
      ["--quick-add-uid", fingerprint, "Second"],
      ["--quick-add-uid", fingerprint, "Third"],
      ["--quick-set-primary-uid", fingerprint, "Second"],
      ["--quick-set-expire", fingerprint, "5y"],
      ["--quick-set-primary-uid", fingerprint, "First"],
      ["--quick-revoke-uid", fingerprint, "Third"],
      ["--quick-set-expire", fingerprint, "0"],
    ];
    for (const step of steps) {
      await home.gpg(step);
      expect(await verdicts(fingerprint, signature, await armor(fingerprint)), step.join(" ")).toMatchObject(good);
    }
    const { ours } = await verdicts(fingerprint, signature, await armor(fingerprint));
    expect(ours.signer?.names).toEqual(["First", "Second"]);
    expect(ours.validUntil).toBeUndefined();
  });

  it("ends for all user IDs at once", async () => {
    const past = ["--faked-system-time", "20240101T000000!"];
    const fingerprint = await home.generate("Ending", "ed25519", "sign", "never", past);
    const signature = await home.gpg([...past, "--local-user", fingerprint, "--detach-sign"], object.bytes);
    await home.gpg([...past, "--quick-add-uid", fingerprint, "Ending too"]);
    await home.gpg(["--faked-system-time", "20240201T000000!", "--quick-set-expire", fingerprint, "30d"]);
    const verdict = await verdicts(fingerprint, signature, await armor(fingerprint));
    expect(verdict).toMatchObject({ ours: { status: "indeterminate", code: "key-expired" }, gpg: "EXPKEYSIG" });
  });
});
