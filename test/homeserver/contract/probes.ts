import { type Homeserver, request } from "./http.js";
import { probeFirstUpload } from "./probe-first-upload.js";
import { probeMembership } from "./probe-membership.js";
import { probeProfile } from "./probe-profile.js";
import { probeChangeNamed, probeState } from "./probe-rooms.js";
import { probeSignatures } from "./probe-signatures.js";
import { probeVisibility } from "./probe-visibility.js";
import type { ContractRow } from "./row.js";

/** A server to measure. */
export interface Target extends Homeserver {
  /** Restarts the server on its data and returns when it answers; without it, what a restart shows stays null. */
  readonly restart?: () => Promise<void>;
}

/**
 * Measures everything, with about thirty fresh users that stay behind on the server.
 *
 * Whatever a server refuses is a fact of the row; an error is thrown only where the probes cannot go on (nobody can
 * register, no cross-signing keys, no rooms, no answer).
 *
 * @param report told of each part before it starts
 */
export async function measure(target: Target, report: (part: string) => void = () => {}): Promise<ContractRow> {
  const part = <Result>(name: string, probe: () => Promise<Result>): Promise<Result> => {
    report(name);
    return probe();
  };
  return {
    server: await part("server", () => probeServer(target)),
    signatures: await part("signatures uploaded later", () => probeSignatures(target)),
    visibility: await part("who sees them", () => probeVisibility(target, target.restart)),
    firstUpload: await part("signatures in the first upload", () => probeFirstUpload(target)),
    profile: await part("profile fields", () => probeProfile(target)),
    state: await part("room state", () => probeState(target)),
    membership: await part("rooms that change", () => probeMembership(target)),
    changeNamed: await part("changes in /sync", () => probeChangeNamed(target)),
  };
}

async function probeServer(server: Homeserver): Promise<ContractRow["server"]> {
  const answer = await request(server, "GET", "/_matrix/client/versions", { origin: "https://reader.example" });
  const { versions } = answer.body;
  if (!Array.isArray(versions)) throw new Error(`${server.url} is no Matrix homeserver`);
  const [, name = null, version = null] = /^([^/ ]+)(?:\/(\S+))?/.exec(answer.headers.get("Server") ?? "") ?? [];
  const exposed = (answer.headers.get("Access-Control-Expose-Headers") ?? "").split(",").map((text) => text.trim());
  return {
    name,
    version,
    exposed: exposed.some((header) => header === "*" || header.toLowerCase() === "server"),
    allowOrigin: answer.headers.get("Access-Control-Allow-Origin"),
    specification: newest(versions.map(String)),
  };
}

/** Of `v1.9`, `v1.10`, `r0.6.1` the one with the greatest number behind `v1.`. */
function newest(versions: readonly string[]): string {
  const minor = (version: string): number => Number(/^v1\.(\d+)$/.exec(version)?.[1] ?? -1);
  return versions.reduce((best, version) => (minor(version) > minor(best) ? version : best), versions[0] ?? "none");
}
