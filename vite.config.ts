import { fileURLToPath } from "node:url";
import { playwright } from "@vitest/browser-playwright";
import type { Plugin } from "vite";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { homeserver } from "./examples/homeserver/vite-plugin.js";
import { gnupgCommands } from "./test/support/gnupg-commands.js";
import { opensslCommands } from "./test/support/openssl-commands.js";

/** At the page's own origin, and one for each test that asks (examples/homeserver/vite-plugin.ts). */
const embeddedHomeserver = (): Plugin => homeserver({ instances: true, controls: true });

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** The package under its public names, so that examples and tests import it as its users do. */
const alias = [
  { find: /^matrix-countersign$/, replacement: here("src/index.ts") },
  { find: /^matrix-countersign\/openpgp$/, replacement: here("src/algorithms/openpgp/index.ts") },
  { find: /^matrix-countersign\/ed25519$/, replacement: here("src/algorithms/ed25519/index.ts") },
  { find: /^matrix-countersign\/sshsig$/, replacement: here("src/algorithms/sshsig/index.ts") },
  { find: /^matrix-countersign\/x509$/, replacement: here("src/algorithms/x509.ts") },
  { find: /^matrix-countersign\/trust$/, replacement: here("src/trust/index.ts") },
  { find: /^matrix-countersign\/documents$/, replacement: here("src/client/signed-documents/index.ts") },
  { find: /^matrix-countersign\/store$/, replacement: here("src/store/index.ts") },
  { find: /^matrix-countersign\/texts$/, replacement: here("src/texts/index.ts") },
  { find: /^matrix-countersign\/testing$/, replacement: here("src/testing/index.ts") },
];

/** Libraries that are loaded lazily: named here so that a cold dev server does not reload the page when it meets them. */
const optimizeDeps = {
  include: [
    "@noble/ed25519",
    "idb",
    "openpgp",
    "fast-check",
    "matrix-js-sdk",
    "matrix-js-sdk/lib/crypto-api",
    "matrix-js-sdk/lib/store/memory",
  ],
  exclude: ["@matrix-org/matrix-sdk-crypto-wasm"],
};

const chromium = {
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"],
    },
  }),
  instances: [{ browser: "chromium" as const }],
  commands: { ...gnupgCommands, ...opensslCommands },
};

/** Two Synapses for all files of a project: one file restarts them, so no other may run beside it. */
const onSynapses = {
  globalSetup: "test/support/synapse-global-setup.ts",
  fileParallelism: false,
  testTimeout: 120_000,
  hookTimeout: 600_000,
};

const inNode = (name: string, include: string[], extra: object = {}): TestProjectInlineConfiguration => ({
  resolve: { alias },
  test: { name, include, environment: "node", ...extra },
});

const inChromium = (name: string, include: string[], extra: object = {}): TestProjectInlineConfiguration => ({
  resolve: { alias },
  optimizeDeps,
  plugins: [embeddedHomeserver()],
  test: { name, include, browser: chromium, ...extra },
});

export default defineConfig({
  resolve: { alias },
  optimizeDeps,
  // What `npm run demo` serves beside examples/chat: every run of the page asks for a homeserver of its own.
  plugins: [homeserver({ instances: true, serverName: "example.org" })],
  test: {
    // By default Vitest leaves one of two cores to itself.
    maxWorkers: 2,
    projects: [
      inNode("unit", ["test/unit/**/*.test.ts"]),
      inNode("embedded", ["test/embedded/**/*.test.ts"], { testTimeout: 30_000 }),
      inNode("security", ["test/security/**/*.test.ts"], { testTimeout: 30_000 }),
      inNode("conformance", ["test/conformance/**/*.test.ts"]),
      inNode("faults", ["test/faults/**/*.test.ts"], { testTimeout: 300_000 }),
      inNode("fuzz", ["test/fuzz/**/*.test.ts"], { testTimeout: 120_000 }),
      inNode("interop", ["test/interop/**/*.test.ts"], { testTimeout: 120_000, hookTimeout: 300_000 }),
      inNode("homeserver", ["test/homeserver/*.test.ts", "test/homeserver/contract/*.test.ts"], onSynapses),
      inNode("package", ["test/package/**/*.test.ts"], { testTimeout: 120_000 }),
      inNode("firefox", ["test/firefox/**/*.test.ts"], { testTimeout: 60_000, hookTimeout: 300_000 }),
      inChromium("browser", ["test/browser/**/*.test.ts"], { testTimeout: 30_000 }),
      inChromium("homeserver-browser", ["test/homeserver/browser/*.test.ts"], onSynapses),
      inChromium("bench", ["test/bench/**/*.bench.ts"], { testTimeout: 600_000 }),
    ],
  },
});
