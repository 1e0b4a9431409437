import { type Account, as, register } from "./account.js";
import { asObject, at, type Homeserver, request, summarize } from "./http.js";
import type { Outcome, ProfileFacts } from "./row.js";

/** Type and field name of the owner's manifest. */
export const manifestName = "org.matrix.msc2961.signatures";

const manifest = { sequence: 1, external: { "custom:org.openpgp.signature:ABCD": "c2lnMQ" } };
const stable = "/_matrix/client/v3";
const unstable = "/_matrix/client/unstable/uk.tcpip.msc4133";

/** Measures profile fields: an object as value, as the manifest is one. */
export async function probeProfile(server: Homeserver): Promise<ProfileFacts> {
  const owner = await register(server);
  const reader = await register(server);
  const stablePath = await put(owner, manifestName, manifest);
  const unstablePath = await put(owner, manifestName, manifest, unstable);
  const base = stablePath === "200" ? stable : unstable;
  const path = fieldPath(owner, manifestName, base);
  const read = await as(reader, "GET", path);
  const open = await request(server, "GET", path, { origin: "https://reader.example" });
  return {
    stablePath,
    unstablePath,
    ...(await announced(owner)),
    readByOther: holdsManifest(read.body),
    readWithoutToken: holdsManifest(open.body),
    allowOrigin: open.headers.get("Access-Control-Allow-Origin"),
    ...(await sizes(server, base)),
    name255Bytes: await put(await register(server), longName(255), "x", base),
    name256Bytes: await put(await register(server), longName(256), "x", base),
    delete: summarize(await as(owner, "DELETE", path)),
    readAfterDelete: summarize(await as(reader, "GET", path)),
  };
}

async function announced(owner: Account): Promise<Pick<ProfileFacts, "capability" | "stableFeature">> {
  const capabilities = await as(owner, "GET", `${stable}/capabilities`);
  const versions = await as(owner, "GET", "/_matrix/client/versions");
  const enabled = at(capabilities.body, "capabilities", "m.profile_fields", "enabled");
  const feature = at(versions.body, "unstable_features", "uk.tcpip.msc4133.stable");
  return {
    capability: typeof enabled === "boolean" ? enabled : null,
    stableFeature: typeof feature === "boolean" ? feature : null,
  };
}

/** By users who have nothing else in their profiles but a display name. */
async function sizes(
  server: Homeserver,
  base: string,
): Promise<Pick<ProfileFacts, "size60kB" | "size65KiB" | "besideSize60kB">> {
  const full = await register(server);
  const size60kB = await put(full, "com.example.first", "x".repeat(60_000), base);
  const besideSize60kB = await put(full, "com.example.second", "x".repeat(10_000), base);
  const size65KiB = await put(await register(server), "com.example.first", "x".repeat(65 * 1024), base);
  return { size60kB, size65KiB, besideSize60kB };
}

async function put(owner: Account, name: string, value: unknown, base: string = stable): Promise<Outcome> {
  return summarize(await as(owner, "PUT", fieldPath(owner, name, base), { [name]: value }));
}

const fieldPath = (owner: Account, name: string, base: string): string =>
  `${base}/profile/${encodeURIComponent(owner.userId)}/${encodeURIComponent(name)}`;

const longName = (bytes: number): string => `com.example.${"n".repeat(bytes - "com.example.".length)}`;

const holdsManifest = (body: Record<string, unknown>): boolean =>
  at(asObject(body[manifestName]), "external", "custom:org.openpgp.signature:ABCD") === "c2lnMQ";
