import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../..");
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "countersign-package-"));
  await run("npm", ["run", "build"], { cwd: root });
}, 120_000);

afterAll(() => rm(scratch, { recursive: true, force: true }));

/** Every module that loading `entry` loads at once, and the packages among them. Dynamic imports are not followed. */
async function loadedAtOnce(
  entry: string,
  suffix: ".js" | ".d.ts" = ".js",
): Promise<{ files: string[]; packages: string[] }> {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = async (file: string): Promise<void> => {
    if (files.has(file)) return;
    files.add(file);
    const code = await readFile(file, "utf8");
    for (const [, target = ""] of code.matchAll(/^(?:import|export)[^;]*?from "([^"]+)"/gm)) {
      if (target.startsWith(".")) await visit(resolve(dirname(file), target.replace(/\.js$/, suffix)));
      else packages.add(target);
    }
  };
  await visit(resolve(root, "dist", entry + suffix));
  return { files: [...files].map((file) => file.slice(root.length + "/dist/".length)), packages: [...packages] };
}

describe("what one entry point loads", () => {
  it("the core loads no library and no algorithm", async () => {
    const { files, packages } = await loadedAtOnce("index");
    expect(packages).toEqual([]);
    expect(files.filter((file) => /^algorithms\/.+\//.test(file) || file.startsWith("store/"))).toEqual([]);
  });

  it.each(["openpgp/index", "ed25519/index", "sshsig/index", "x509"])(
    "%s loads its library only when it is first needed",
    async (algorithm) => {
      const { files, packages } = await loadedAtOnce(`algorithms/${algorithm}`);
      expect(packages).toEqual([]);
      expect(files.filter((file) => !/^(?:algorithms|encoding|model)\/|^errors\.js$/.test(file))).toEqual([]);
    },
  );

  it("the conformance suite loads no algorithm, no library and no test runner", async () => {
    const { files, packages } = await loadedAtOnce("testing/index");
    expect(packages).toEqual([]);
    expect(files.filter((file) => !/^(?:testing|encoding|model)\/|^errors\.js$/.test(file))).toEqual([]);
  });

  it("trust loads no store, no algorithm and nothing that speaks HTTP", async () => {
    const { files } = await loadedAtOnce("trust/index");
    expect(files.filter((file) => !/^(?:trust|encoding|model)\/|^errors\.js$/.test(file))).toEqual([]);
  });
});

describe("the package as it is packed", () => {
  it("is one that publint and are-the-types-wrong have nothing against", async () => {
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", scratch], { cwd: root });
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    const tarball = join(scratch, packed.filename);
    await run("npx", ["publint", "run", tarball, "--strict"], { cwd: root });
    await run("npx", ["attw", tarball, "--profile", "esm-only"], { cwd: root });
    const unexpected = packed.files
      .map(({ path }) => path)
      .filter((path) => !/^(?:dist\/|schema\/|LICENSE$|README.md$|package.json$)/.test(path));
    expect(unexpected).toEqual([]);
  }, 60_000);

  it("stays inside its size budget", async () => {
    await expect(run("npm", ["run", "size"], { cwd: root })).resolves.toBeDefined();
  }, 60_000);

  it("has declarations that need neither openpgp nor matrix-js-sdk", async () => {
    const algorithms = ["openpgp/index", "ed25519/index", "sshsig/index", "x509"].map((name) => `algorithms/${name}`);
    for (const entry of ["index", ...algorithms, "trust/index", "store/index", "testing/index"]) {
      const { packages } = await loadedAtOnce(entry, ".d.ts");
      expect(packages.filter((name) => /openpgp|matrix-js-sdk/.test(name))).toEqual([]);
    }
  });
});
