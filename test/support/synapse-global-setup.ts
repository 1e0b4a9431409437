import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { TestProject } from "vitest/node";
import { type Synapse, type SynapseVersion, startSynapse } from "./synapse.js";

/**
 * What tests get by `inject("synapse")`: where each version runs. They federate with each other. Each Vitest project has
 * servers of its own.
 */
export interface ProvidedSynapse {
  /** Base URLs by version. */
  readonly urls: Readonly<Record<SynapseVersion, string>>;
  /** What stands behind the colon of user IDs, by version: `localhost:<port>`. */
  readonly serverNames: Readonly<Record<SynapseVersion, string>>;
  /** `POST` to this URL with `/<version>` behind it restarts that server on its data; 204 when it answers again. */
  readonly restartUrl: string;
}

declare module "vitest" {
  interface ProvidedContext {
    synapse: ProvidedSynapse;
  }
}

/** Vitest global setup: starts both Synapses side by side and tells the project's tests where they are. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [today, strict] = await startBoth();
  const servers = new Map<string, Synapse>([today, strict].map((server) => [`/${server.version}`, server]));
  const { url, close } = await serveRestarts(servers);
  project.provide("synapse", {
    urls: { "1.163.2": today.url, "1.152.1": strict.url },
    serverNames: { "1.163.2": today.serverName, "1.152.1": strict.serverName },
    restartUrl: url,
  });
  return async () => {
    await close();
    await Promise.all([today.stop(), strict.stop()]);
  };
}

/** If one does not start, the other is stopped before the error goes on. */
async function startBoth(): Promise<[Synapse, Synapse]> {
  const [today, strict] = await Promise.allSettled([
    startSynapse({ version: "1.163.2" }),
    startSynapse({ version: "1.152.1" }),
  ]);
  if (today.status === "fulfilled" && strict.status === "fulfilled") return [today.value, strict.value];
  for (const result of [today, strict]) if (result.status === "fulfilled") await result.value.stop();
  throw today.status === "rejected"
    ? today.reason
    : strict.status === "rejected"
      ? strict.reason
      : new Error("unreachable");
}

/** Browser tests cannot restart a process: this loopback endpoint does it for them. Its path holds a secret, as any page could ask. */
async function serveRestarts(servers: Map<string, Synapse>): Promise<{ url: string; close: () => Promise<void> }> {
  const secret = `/${randomUUID()}`;
  const server = createServer((request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    const path = request.url ?? "";
    const synapse = path.startsWith(secret) ? servers.get(path.slice(secret.length)) : undefined;
    if (request.method !== "POST" || synapse === undefined) {
      response.writeHead(404).end();
      return;
    }
    synapse.restart().then(
      () => response.writeHead(204).end(),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  const port = await listen(server);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}${secret}`, close };
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
