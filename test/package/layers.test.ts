import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

/** Whether the linter lets a file, somewhere in the package, import that. */
function isAllowed(file: string, specifier: string): boolean {
  const input = `import { x } from "${specifier}";\nexport const y: unknown = x;\n`;
  const biome = resolve(root, "node_modules/@biomejs/biome/bin/biome");
  const args = [biome, "lint", `--stdin-file-path=${file}`];
  return spawnSync(process.execPath, args, { cwd: root, input }).status === 0;
}

it.each([
  ["src/errors.ts", "./encoding/bytes.js"],
  ["src/encoding/x.ts", "../model/report.js"],
  ["src/encoding/x.ts", "../index.js"],
  ["src/model/x.ts", "../client/countersign.js"],
  ["src/model/x.ts", "matrix-countersign"],
  ["src/trust/x.ts", "../store/record.js"],
  ["src/store/x.ts", "../matrix/http.js"],
  ["src/store/x.ts", "openpgp"],
  ["src/matrix/routes/x.ts", "../../trust/assess.js"],
  ["src/matrix/x.ts", "matrix-js-sdk"],
  ["src/client/x.ts", "../index.js"],
  ["src/client/x.ts", "../ui/define.js"],
  ["src/client/x.ts", "idb"],
  ["src/algorithms/registry.ts", "./openpgp/openpgp.js"],
  ["src/algorithms/openpgp/x.ts", "../x509/x509.js"],
  ["src/algorithms/openpgp/x.ts", "../../trust/assess.js"],
  ["src/algorithms/shared/x.ts", "../openpgp/packets.js"],
  ["src/algorithms/x509/x.ts", "idb"],
  ["src/model/x.ts", "../../test/support/matrix-keys.js"],
])("%s must not import %s", (file, specifier) => {
  expect(isAllowed(file, specifier)).toBe(false);
});

it.each([
  ["src/encoding/x.ts", "../errors.js"],
  ["src/matrix/x.ts", "../model/report.js"],
  ["src/algorithms/openpgp/x.ts", "openpgp"],
  ["src/algorithms/openpgp/x.ts", "../algorithm.js"],
  ["src/algorithms/openpgp/x.ts", "../shared/der.js"],
  ["src/store/x.ts", "idb"],
  ["src/client/x.ts", "../trust/assess.js"],
])("%s may import %s", (file, specifier) => {
  expect(isAllowed(file, specifier)).toBe(true);
});
