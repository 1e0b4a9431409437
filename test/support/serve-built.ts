import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createServer } from "vite";

const root = resolve(import.meta.dirname, "../..");

/** A server on loopback for pages of the tests. */
export interface PageServer {
  /** Its origin. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the repository by Vite, the package as it is built in `dist`: what its public names stand for is read off package.json.
 *
 * @param cacheDir where Vite keeps libraries that it has prepared
 * @param libraries those that are loaded lazily, named so that the page is not loaded anew when it meets them
 */
export async function serveBuilt(cacheDir: string, libraries: string[]): Promise<PageServer> {
  const server = await createServer({
    configFile: false,
    root,
    cacheDir,
    logLevel: "error",
    resolve: { alias: await builtEntryPoints() },
    optimizeDeps: { include: libraries, entries: [] },
    server: { host: "127.0.0.1", port: 0, watch: null, hmr: false, ws: false },
  });
  await server.listen();
  const address = server.httpServer?.address();
  if (typeof address !== "object" || address === null) throw new Error("the server does not listen");
  return { url: `http://127.0.0.1:${address.port}`, close: () => server.close() };
}

async function builtEntryPoints(): Promise<{ find: RegExp; replacement: string }[]> {
  const { name, exports } = JSON.parse(await readFile(resolve(root, "package.json"), "utf8")) as {
    name: string;
    exports: Record<string, string | { default: string }>;
  };
  return Object.entries(exports).flatMap(([entry, target]) => {
    if (typeof target === "string") return [];
    const publicName = `${name}${entry.slice(1)}`.replaceAll(/[./]/g, "\\$&");
    return [{ find: new RegExp(`^${publicName}$`), replacement: resolve(root, target.default) }];
  });
}
