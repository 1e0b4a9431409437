import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ensurePythonEnvironment } from "../../scripts/tools.mjs";
import { type RateLimits, serverNameAt, synapseConfig } from "./synapse-config.js";

/** The versions that the tests pin: the last that refuses foreign signatures was 1.160, the first that takes them 1.161. */
export type SynapseVersion = "1.163.2" | "1.152.1";

/** Options of {@link startSynapse}. */
export interface SynapseOptions {
  readonly version: SynapseVersion;
  /** Default `none`. */
  readonly rateLimits?: RateLimits;
}

/** A running Synapse. */
export interface Synapse {
  readonly version: SynapseVersion;
  /** `localhost:<port>`: under it every other test server finds this one. */
  readonly serverName: string;
  /** Base URL, `http://127.0.0.1:<port>`; the same after a restart. */
  readonly url: string;
  /** Ends the process and starts another on the same data and ports. */
  restart(): Promise<void>;
  /** Ends the process and removes its data. */
  stop(): Promise<void>;
  /** The end of what it logged. */
  logTail(lines?: number): string;
}

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Runs Synapse, at its first start with a new certificate for other servers; when the other end of its standard input is
 * gone, however its parent died, removes the data and ends it.
 */
const LAUNCHER = `
import datetime, os, runpy, shutil, signal, sys, threading
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
config = sys.argv[1]
def certify():
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - day, now + day)
    certificate = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    with open("tls.key", "wb") as file:
        file.write(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    with open("tls.crt", "wb") as file:
        file.write(certificate.public_bytes(pem))
if not os.path.exists("tls.crt"): certify()
def watch():
    while os.read(0, 4096): pass
    shutil.rmtree(os.path.dirname(config), ignore_errors=True)
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=watch, daemon=True).start()
sys.argv = ["synapse", "-c", config]
runpy.run_module("synapse.app.homeserver", run_name="__main__", alter_sys=True)
`;

/** Starts a real Synapse with fresh data on random loopback ports and waits until it answers. It federates with every other one. */
export async function startSynapse(options: SynapseOptions): Promise<Synapse> {
  const { version, rateLimits = "none" } = options;
  const python = await ensurePythonEnvironment(`synapse-${version}`);
  const folder = await mkdtemp(join(tmpdir(), `synapse-${version}-`));
  const [port, federationPort] = await freePorts();
  for (const [name, text] of synapseConfig({ folder, port, federationPort, rateLimits })) {
    await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  const url = `http://127.0.0.1:${port}`;
  // A file and no pipe: a test that blocks its thread must not stop the server.
  const logPath = join(folder, "homeserver.log");
  const log = openSync(logPath, "a");
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(python, ["-c", LAUNCHER, join(folder, "homeserver.json")], {
      cwd: folder,
      stdio: ["pipe", log, log],
    });
    try {
      await untilHealthy(child, url);
    } catch (cause) {
      await end(child);
      throw new Error(`Synapse ${version} did not start:\n${tail(logPath, 40)}`, { cause });
    }
    return child;
  };
  let child: ChildProcess;
  const clean = async (): Promise<void> => {
    closeSync(log);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    child = await start();
  } catch (error) {
    await clean();
    throw error;
  }
  return {
    version,
    serverName: serverNameAt(federationPort),
    url,
    restart: async () => {
      await end(child);
      child = await start();
    },
    stop: async () => {
      await end(child);
      await clean();
    },
    logTail: (lines = 40) => tail(logPath, lines),
  };
}

/** The last lines of a file. */
function tail(path: string, lines: number): string {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n");
}

/** Two ports that are free now. Somebody may take one before Synapse does: then the start fails, loudly. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()] as const;
  const [first, second] = servers;
  // Both are held before either is let go: so they differ.
  const ports: [number, number] = [await listen(first), await listen(second)];
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  return ports;
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

async function untilHealthy(child: ChildProcess, url: string): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (hasEnded(child)) throw new Error(`ended with ${child.exitCode ?? child.signalCode}`);
    if (Date.now() > deadline) throw new Error(`no answer within ${START_TIMEOUT_MS} ms`);
    try {
      const answer = await fetch(`${url}/_matrix/client/versions`, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return;
    } catch {
      // Not listening yet.
    }
    await delay(50);
  }
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** Asks the process to end, insists after a while, and returns when it is gone. */
async function end(child: ChildProcess): Promise<void> {
  if (hasEnded(child) || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), STOP_TIMEOUT_MS);
  await gone;
  clearTimeout(insist);
}
