/**
 * Makes sure of what the tests need beyond npm and installs what is missing where it can: Debian packages as root, Python
 * environments in a cache that outlives `node_modules`. A tool that cannot be had is an error that names it, never a skip.
 *
 * Run as a program it makes sure of everything: `node scripts/tools.mjs`.
 */
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { constants, promises as fs } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * What the environments hold. Synapse's own requirements are open upwards, so the libraries under it that change
 * behaviour between major versions are held below the first major version that it was not measured with.
 */
const synapseBounds = ["Twisted<27", "pydantic<3", "cryptography<51", "pyOpenSSL<27", "attrs<27", "treq<27"];

/** @type {Readonly<Record<string, readonly string[]>>} */
const environments = {
  "synapse-1.163.2": ["matrix-synapse==1.163.2", ...synapseBounds],
  "synapse-1.152.1": ["matrix-synapse==1.152.1", ...synapseBounds],
  oracles: ["canonicaljson==2.0.0", "pysequoia==0.1.35"],
  vectors: ["cryptography_vectors==50.0.2"],
};

/** @typedef {{ name: string, package: string, find: () => Promise<string | undefined> }} Tool */

/** @type {readonly Tool[]} */
const tools = [
  { name: "chromium", package: "chromium", find: findChromium },
  { name: "firefox", package: "firefox-esr", find: findFirefox },
  { name: "gpg", package: "gnupg", find: () => findProgram("gpg") },
  { name: "sq", package: "sq", find: () => findProgram("sq") },
  { name: "sq-wot", package: "sq-wot", find: () => findProgram("sq-wot") },
  { name: "ssh-keygen", package: "openssh-client", find: () => findProgram("ssh-keygen") },
  { name: "python", package: "python3-venv", find: findPython },
];

/** A tool is missing and could not be installed; the message says which, and how to get it. */
export class MissingToolError extends Error {
  /** @param {string} message @param {ErrorOptions} [options] */
  constructor(message, options) {
    super(message, options);
    this.name = "MissingToolError";
  }
}

/**
 * Makes sure of Chromium, Firefox, GnuPG, Sequoia's sq and sq-wot, ssh-keygen and a Python that can make virtual environments.
 *
 * Installs what is missing with apt where this process is root.
 *
 * @param {(line: string) => void} [report] told of everything that is done
 * @returns {Promise<{ chromium: string, firefox: string, gpg: string, sq: string, python: string }>} paths of the programs
 * @throws {MissingToolError} names what is still missing
 */
export async function ensureSystemTools(report = () => {}) {
  for (const name of ["CHROMIUM_PATH", "FIREFOX_PATH"]) {
    const chosen = process.env[name];
    if (chosen !== undefined && !(await isExecutable(chosen))) {
      throw new MissingToolError(`${name} names no program: ${chosen}`);
    }
  }
  let found = await findTools();
  const missing = tools.filter((tool) => found[tool.name] === undefined);
  if (missing.length > 0) {
    const packages = missing.map((tool) => tool.package);
    await installPackages(packages, report);
    found = await findTools();
  }
  const lost = tools.filter((tool) => found[tool.name] === undefined);
  if (lost.length > 0) {
    const names = lost.map((tool) => tool.name).join(", ");
    const packages = lost.map((tool) => tool.package).join(" ");
    throw new MissingToolError(`missing: ${names}. On Debian or Ubuntu: apt-get install ${packages}`);
  }
  const { chromium = "", firefox = "", gpg = "", sq = "", python = "" } = found;
  return { chromium, firefox, gpg, sq, python };
}

/**
 * Makes sure of one Python environment and returns the path of its interpreter.
 *
 * It is built under a temporary name and renamed when it is complete: an interrupted build leaves nothing that
 * could be taken for an environment, and of two processes that build the same one the first to finish wins.
 *
 * @param {string} name one of `environmentNames`
 * @param {(line: string) => void} [report] told of everything that is done
 * @returns {Promise<string>} absolute path of the environment's python
 * @throws {MissingToolError} no Python that can make environments, or the packages cannot be had
 */
export async function ensurePythonEnvironment(name, report = () => {}) {
  const requirements = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (requirements === undefined) throw new TypeError(`no such Python environment: ${name}`);
  const base = (await findPython()) ?? (await ensureSystemTools(report)).python;
  const folder = join(cacheFolder(), `venv-${name}-${await environmentHash(base, requirements)}`);
  const python = join(folder, "bin", "python");
  if (await works(python, requirements)) return python;

  report(`Python environment ${name}: making it in ${folder}`);
  await sweepLeftovers(cacheFolder());
  const started = Date.now();
  const draft = `${folder}.draft-${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await run(base, ["-m", "venv", draft]);
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--only-binary=:all:"];
    await run(join(draft, "bin", "python"), [...pip, ...requirements], { maxBuffer: 1 << 24 });
    await putInPlace(draft, folder, () => works(python, requirements));
  } catch (cause) {
    await fs.rm(draft, { recursive: true, force: true });
    throw new MissingToolError(`Python environment ${name} could not be made: ${lastLines(cause)}`, { cause });
  }
  if (!(await works(python, requirements))) throw new MissingToolError(`Python environment ${name} does not run`);
  report(`Python environment ${name}: made in ${((Date.now() - started) / 1000).toFixed(0)} s`);
  return python;
}

/** @type {readonly string[]} The names that {@link ensurePythonEnvironment} takes. */
export const environmentNames = Object.keys(environments);

/** @returns {Promise<Record<string, string | undefined>>} */
async function findTools() {
  const paths = await Promise.all(tools.map((tool) => tool.find()));
  return Object.fromEntries(tools.map((tool, index) => [tool.name, paths[index]]));
}

/**
 * @param {string[]} packages
 * @param {(line: string) => void} report
 */
async function installPackages(packages, report) {
  const apt = await findProgram("apt-get");
  if (apt === undefined || process.getuid?.() !== 0) return;
  report(`apt: installing ${packages.join(" ")}`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, maxBuffer: 1 << 26 };
  const wait = ["-o", "DPkg::Lock::Timeout=300"];
  try {
    await run(apt, [...wait, "update"], options);
    await run(apt, [...wait, "install", "-y", "--no-install-recommends", ...packages], options);
  } catch (cause) {
    throw new MissingToolError(`apt could not install ${packages.join(" ")}: ${lastLines(cause)}`, { cause });
  }
}

/** @param {string} name @returns {Promise<string | undefined>} */
async function findProgram(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder, name);
    if (await isExecutable(path)) return path;
  }
  return undefined;
}

/** The browser that the tests drive: `CHROMIUM_PATH` is final where it is set. @returns {Promise<string | undefined>} */
async function findChromium() {
  if (process.env.CHROMIUM_PATH !== undefined) return process.env.CHROMIUM_PATH;
  if (await isExecutable("/usr/bin/chromium")) return "/usr/bin/chromium";
  return (await findProgram("chromium")) ?? (await findProgram("chromium-browser")) ?? findProgram("google-chrome");
}

/** Firefox for the tests: the long-lived release where there are both, and final where `FIREFOX_PATH` is set. @returns {Promise<string | undefined>} */
async function findFirefox() {
  if (process.env.FIREFOX_PATH !== undefined) return process.env.FIREFOX_PATH;
  return (await findProgram("firefox-esr")) ?? findProgram("firefox");
}

/**
 * The first Python, at least 3.10, that brings venv and ensurepip: Debian splits them off, and the package
 * `python3-venv` serves Debian's own python alone, which need not be the first in PATH.
 *
 * @returns {Promise<string | undefined>}
 */
async function findPython() {
  const probe = "import sys, venv, ensurepip; assert sys.version_info >= (3, 10); print(sys.executable)";
  for (const candidate of ["python3", "/usr/bin/python3", "/usr/local/bin/python3"]) {
    try {
      return (await run(candidate, ["-c", probe])).stdout.trim();
    } catch {
      // Not there, too old, or without venv: the next one.
    }
  }
  return undefined;
}

/** @param {string} path @returns {Promise<boolean>} */
async function isExecutable(path) {
  try {
    await fs.access(path, constants.X_OK);
    return (await fs.stat(path)).isFile();
  } catch {
    return false;
  }
}

/** @returns {string} */
function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "matrix-countersign");
}

/** @param {string} python @param {readonly string[]} requirements @returns {Promise<string>} */
async function environmentHash(python, requirements) {
  const { stdout } = await run(python, ["-c", "import sys; print(sys.base_prefix, sys.version)"]);
  return createHash("sha256")
    .update(JSON.stringify([requirements, stdout]))
    .digest("hex")
    .slice(0, 12);
}

/**
 * Whether the environment runs and holds the pinned packages.
 *
 * @param {string} python
 * @param {readonly string[]} requirements
 * @returns {Promise<boolean>}
 */
async function works(python, requirements) {
  const pinned = requirements.filter((line) => line.includes("==")).map((line) => line.split("=="));
  const probe =
    "import sys, json, importlib.metadata as m\nfor n, v in json.loads(sys.argv[1]): assert m.version(n) == v";
  try {
    await run(python, ["-c", probe, JSON.stringify(pinned)]);
    return true;
  } catch {
    return false;
  }
}

/**
 * Renames the finished draft. What stands there already is either another process's finished work, which stays, or broken,
 * and is moved aside.
 *
 * @param {string} draft
 * @param {string} folder
 * @param {() => Promise<boolean>} isGood
 */
async function putInPlace(draft, folder, isGood) {
  try {
    await fs.rename(draft, folder);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "ENOTEMPTY" || error.code === "EEXIST")))
      throw error;
    if (await isGood()) {
      await fs.rm(draft, { recursive: true, force: true });
      return;
    }
    const broken = `${draft}.broken`;
    await fs.rename(folder, broken);
    await fs.rename(draft, folder);
    await fs.rm(broken, { recursive: true, force: true });
  }
}

/** Removes drafts older than a day: their makers were interrupted. @param {string} cache */
async function sweepLeftovers(cache) {
  await fs.mkdir(cache, { recursive: true });
  for (const name of await fs.readdir(cache)) {
    if (!/^venv-.*\.draft-/.test(name)) continue;
    const path = join(cache, name);
    const stat = await fs.stat(path).catch(() => undefined);
    if (stat && Date.now() - stat.mtimeMs > 86_400_000) await fs.rm(path, { recursive: true, force: true });
  }
}

/** @param {unknown} error @returns {string} the end of what a failed program said */
function lastLines(error) {
  const text = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
  return text.trim().split("\n").slice(-3).join(" | ");
}

/** @returns {Promise<void>} */
async function main() {
  const say = (/** @type {string} */ line) => console.log(line);
  const system = await ensureSystemTools(say);
  for (const [name, path] of Object.entries(system)) say(`${name}: ${path}`);
  for (const name of environmentNames) say(`${name}: ${await ensurePythonEnvironment(name, say)}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    console.error(error instanceof MissingToolError ? error.message : error);
    process.exitCode = 1;
  });
}
