import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { certificateExtension, generalName } from "../support/certificate-extensions.js";
import { makeAuthority, makeLeaf, testTime } from "../support/certificates.js";
import { type RuleChain, ruleChains } from "../support/chains.js";
import { judgePaths } from "../support/path-judge.js";

const run = promisify(execFile);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "countersign-paths-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const { nameConstraints, subjectAltName, extendedKeyUsage } = certificateExtension;

/** Where the two disagree, and why. */
const disagreements: readonly (RuleChain & { readonly why: string })[] = [
  {
    rule: "a leaf for clientAuth alone",
    code: "valid",
    chain: withPurpose("1.3.6.1.5.5.7.3.2"),
    why: "clientAuth passes here; OpenSSL is asked about S/MIME, which knows emailProtection alone",
  },
  {
    rule: "a leaf for documentSigning alone",
    code: "valid",
    chain: withPurpose("1.3.6.1.5.5.7.3.36"),
    why: "documentSigning passes here; OpenSSL is asked about S/MIME, which knows emailProtection alone",
  },
  {
    rule: "a wild card that reaches into an excluded host",
    code: "name-constraints",
    chain: constrained({ excluded: [generalName.dns("secret.example.org")] }, generalName.dns("*.example.org")),
    why: "a wild card stands for every host that it could name; OpenSSL compares its letters",
  },
];

function constrained(constraints: Parameters<typeof nameConstraints>[0], name: Uint8Array) {
  const root = makeAuthority({ subject: "Constrained root" });
  const issuer = makeAuthority({ subject: "Constrained", issuer: root, extensions: [nameConstraints(constraints)] });
  return [root, issuer, makeLeaf({ issuer, extensions: [subjectAltName(name)] })];
}

function withPurpose(purpose: string) {
  const root = makeAuthority({ subject: "Purpose root" });
  return [root, makeLeaf({ issuer: root, extensions: [extendedKeyUsage(purpose)] })];
}

/** What `openssl verify` says: the same time, strength (level 2) and initial policies. */
async function opensslSays({ chain }: RuleChain): Promise<{ isValid: boolean; words: string }> {
  const [root, ...others] = chain;
  const leaf = others.pop();
  await writeFile(join(folder, "root.pem"), root?.pem ?? "");
  await writeFile(join(folder, "others.pem"), others.map(({ pem }) => pem).join(""));
  await writeFile(join(folder, "leaf.pem"), leaf?.pem ?? "");
  const untrusted = others.length > 0 ? ["-untrusted", "others.pem"] : [];
  const policy = ["-policy_check", "-policy", "2.5.29.32.0"];
  const options = ["-attime", String(testTime / 1000), "-auth_level", "2", "-purpose", "smimesign", ...policy];
  const args = ["verify", ...options, "-no-CApath", "-no-CAstore", "-CAfile", "root.pem", ...untrusted, "leaf.pem"];
  try {
    await run("openssl", args, { cwd: folder });
    return { isValid: true, words: "OK" };
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    const words = /^error \d+ at \d+ depth lookup: ?(.*)$/m.exec(said)?.[1];
    if (words === undefined) throw error;
    return { isValid: false, words };
  }
}

it("agrees with openssl verify on one chain a rule, but for what is explained", async () => {
  const rows: string[] = [];
  const differing: string[] = [];
  for (const chain of [...ruleChains(), ...disagreements]) {
    const { code } = await judgePaths(chain);
    const { isValid, words } = await opensslSays(chain);
    const why = "why" in chain ? `: ${chain.why}` : "";
    rows.push(`${chain.rule.padEnd(72)} ${code.padEnd(28)} ${words}${why}`);
    if ((code === "valid") !== isValid) differing.push(chain.rule);
    expect(code, chain.rule).toBe(chain.code);
  }
  console.log(["rule, our code, openssl verify", ...rows].join("\n"));
  expect(differing).toEqual(disagreements.map(({ rule }) => rule));
});
