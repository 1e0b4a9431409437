import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cms } from "../../src/algorithms/x509.js";
import type { SignerCertificate } from "../../src/model/signer-certificate.js";
import { day, makeAuthority, pemOf, type TestCertificate, testTime } from "../support/certificates.js";
import { makeCms } from "../support/cms.js";
import { makeList } from "../support/revocation-data.js";
import { cmsBase64, judge, makeRoot, makeSigner, masterKeyOf } from "../support/x509-signatures.js";

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-lapsed-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Dates = { readonly notBefore: number; readonly notAfter: number };
type Chain = readonly [root: TestCertificate, middle: TestCertificate, leaf: TestCertificate];
const days = (from: number, to: number): Dates => ({ notBefore: testTime + from * day, notAfter: testTime + to * day });
const long = days(-30, 30);

function chainOf(rootDates: Dates, middleDates: Dates, leafDates: Dates): Chain {
  const root = makeRoot({ key: "p256", ...rootDates });
  const middle = makeAuthority({ subject: "Middle", issuer: root, ...middleDates });
  return [root, middle, makeSigner(middle, { key: "p256", ...leafDates })];
}

/** What `openssl verify` says at a time, in whole seconds. */
async function opensslSays(
  [root, middle, leaf]: Chain,
  at: number,
  lists: readonly Uint8Array[] = [],
): Promise<string> {
  await writeFile(join(folder, "root.pem"), root.pem);
  await writeFile(join(folder, "middle.pem"), middle.pem);
  await writeFile(join(folder, "leaf.pem"), leaf.pem);
  await writeFile(join(folder, "lists.pem"), lists.map((list) => pemOf("X509 CRL", list)).join(""));
  const time = ["-attime", String(Math.floor(at / 1000))];
  const revocation = lists.length > 0 ? ["-crl_check_all", "-CRLfile", "lists.pem"] : [];
  const trusted = ["-no-CApath", "-no-CAstore", "-CAfile", "root.pem", "-untrusted", "middle.pem"];
  const args = ["verify", ...time, ...revocation, ...trusted, "leaf.pem"];
  try {
    await run("openssl", args, { cwd: folder });
    return "OK";
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    const words = /^error \d+ at \d+ depth lookup: ?(.*)$/m.exec(said)?.[1];
    if (words === undefined) throw error;
    return words;
  }
}

async function certificateOf([root, middle, leaf]: Chain, options = {}): Promise<SignerCertificate> {
  const value = cmsBase64(makeCms({ content: masterKeyOf().bytes, signer: leaf, certificates: [leaf, middle] }));
  const { certificate } = await judge(cms({ trustedCertificates: root.pem, ...options }), value);
  if (!certificate) throw new Error("expected a certificate");
  return certificate;
}

describe("the interval of a path that has ended is the one in which openssl verify finds it valid", () => {
  it.each([
    ["an expired signer", chainOf(long, long, days(-20, -2))],
    ["an expired CA", chainOf(long, days(-15, -3), long)],
    ["an expired root", chainOf(days(-25, -1), long, long)],
    ["all expired, one after the other", chainOf(days(-28, -1), days(-20, -4), days(-22, -2))],
  ])("%s", async (_what, chain) => {
    const [path, ...others] = (await certificateOf(chain)).lapsedPaths;
    if (!path) throw new Error("expected a path that has ended");
    expect(others).toEqual([]);
    const { validFrom, validUntil } = path;
    expect(await opensslSays(chain, validFrom)).toBe("OK");
    // openssl takes the second that a certificate names as its end for outside.
    expect(await opensslSays(chain, validUntil - 1000)).toBe("OK");
    expect(await opensslSays(chain, validFrom - 1000)).toBe("certificate is not yet valid");
    expect(await opensslSays(chain, validUntil + 1)).toBe("certificate has expired");
  });

  it("never, and no path is shown, where no moment was in the time of all", async () => {
    const chain = chainOf(long, days(-3, 30), days(-20, -4));
    expect((await certificateOf(chain)).lapsedPaths).toEqual([]);
    for (const at of [-25, -10, -4.5, -3.5, -2, 0]) {
      expect(await opensslSays(chain, testTime + at * day)).not.toBe("OK");
    }
  });
});

it("a certificate that was superseded is good before that here, while openssl verify knows no reasons", async () => {
  const chain = chainOf(long, long, long);
  const [root, middle, leaf] = chain;
  const revokedAt = testTime - 2 * day;
  const listed = (reason: number): Uint8Array[] => [
    makeList({ issuer: root, thisUpdate: testTime - 9 * day }),
    makeList({ issuer: middle, thisUpdate: testTime - 9 * day, revoked: [{ certificate: leaf, reason, revokedAt }] }),
  ];
  const shown = async (reason: number): Promise<unknown> => {
    const options = { revocation: "hard-fail", crls: listed(reason) };
    return (await certificateOf(chain, options)).lapsedPaths.map(({ code, validUntil }) => [code, validUntil]);
  };
  const [superseded, keyCompromise] = [4, 1];
  expect(await shown(superseded)).toEqual([["cert-revoked-softly", revokedAt]]);
  expect(await shown(keyCompromise)).toEqual([]);
  for (const reason of [superseded, keyCompromise]) {
    for (const at of [revokedAt - day, revokedAt + day]) {
      expect(await opensslSays(chain, at, listed(reason))).toBe("certificate revoked");
    }
  }
});
