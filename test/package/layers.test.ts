import { spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

const forbidden = [
  ["src/errors.ts", "./encoding/bytes.js"],
  ["src/encoding/a.ts", "../model/report.js"],
  ["src/encoding/b.ts", "../index.js"],
  ["src/model/a.ts", "../client/countersign.js"],
  ["src/model/b.ts", "matrix-countersign"],
  ["src/model/c.ts", "../../test/support/matrix-keys.js"],
  ["src/trust/a.ts", "../store/record.js"],
  ["src/store/a.ts", "../matrix/http.js"],
  ["src/store/b.ts", "openpgp"],
  ["src/matrix/routes/a.ts", "../../trust/assess.js"],
  ["src/matrix/b.ts", "matrix-js-sdk"],
  ["src/client/a.ts", "../index.js"],
  ["src/client/b.ts", "../ui/define.js"],
  ["src/client/c.ts", "idb"],
  ["src/algorithms/registry.ts", "./openpgp/openpgp.js"],
  ["src/algorithms/openpgp/a.ts", "../x509/x509.js"],
  ["src/algorithms/openpgp/b.ts", "../../trust/assess.js"],
  ["src/algorithms/shared/a.ts", "../openpgp/packets.js"],
  ["src/algorithms/x509/a.ts", "idb"],
  ["src/algorithms/sshsig/a.ts", "../ed25519/verify.js"],
  ["src/algorithms/ed25519/a.ts", "../sshsig/verify.js"],
  ["src/texts/a.ts", "../trust/assess.js"],
  ["src/texts/b.ts", "../client/countersign.js"],
  ["src/texts/c.ts", "openpgp"],
  ["src/model/d.ts", "../texts/explain.js"],
  ["src/client/e.ts", "../texts/explain.js"],
  ["src/client/f.ts", "@fluent/bundle"],
  ["src/testing/a.ts", "../algorithms/registry.js"],
  ["src/testing/b.ts", "../algorithms/openpgp/openpgp.js"],
  ["src/testing/cases/c.ts", "../../client/verify-object.js"],
  ["src/testing/d.ts", "vitest"],
  ["src/client/d.ts", "../testing/stage.js"],
  ["src/algorithms/ed25519/b.ts", "../../testing/index.js"],
] as const;

const allowed = [
  ["src/encoding/y.ts", "../errors.js"],
  ["src/matrix/y.ts", "../model/report.js"],
  ["src/algorithms/openpgp/x.ts", "openpgp"],
  ["src/algorithms/openpgp/y.ts", "../algorithm.js"],
  ["src/algorithms/openpgp/z.ts", "../shared/der.js"],
  ["src/algorithms/sshsig/y.ts", "../shared/fault.js"],
  ["src/store/y.ts", "idb"],
  ["src/client/y.ts", "../trust/assess.js"],
  ["src/texts/y.ts", "../model/assessment.js"],
  ["src/texts/z.ts", "@fluent/bundle"],
  ["src/testing/y.ts", "../algorithms/algorithm.js"],
  ["src/testing/cases/z.ts", "../../model/key-id.js"],
] as const;

let scratch: string;
let refused: Set<string>;

/** Lints a package of files with one import each under the project's own rules. */
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "countersign-layers-"));
  await cp(join(root, "biome.json"), join(scratch, "biome.json"));
  for (const [file, specifier] of [...forbidden, ...allowed]) {
    await mkdir(join(scratch, dirname(file)), { recursive: true });
    await writeFile(join(scratch, file), `import { x } from "${specifier}";\n\nexport const y: unknown = x;\n`);
  }
  const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "lint", "--vcs-enabled=false", "--max-diagnostics=none", "--reporter=json", "."];
  const { stdout } = spawnSync(process.execPath, args, { cwd: scratch, encoding: "utf8" });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string } }[] };
  const restricted = diagnostics.filter(({ category }) => category === "lint/style/noRestrictedImports");
  refused = new Set(restricted.map(({ location }) => location.path));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

it.each(forbidden)("%s must not import %s", (file) => {
  expect(refused).toContain(file);
});

it.each(allowed)("%s may import %s", (file) => {
  expect(refused).not.toContain(file);
});
